"""Section 10: from lines to domain orders and tasks."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="10. Decomposition and orchestration",
    ids=(*numbered("DEC", 9), *numbered("ORC", 6)),
    rules=(
        enforced(
            "DEC-01",
            "fulfillment",
            "An approved line is broken down with its entry and all that hangs on it.",
        ),
        enforced(
            "DEC-02", "fulfillment", "Product orders stand above service orders, these above resource orders."
        ),
        enforced(
            "DEC-03", "fulfillment", "A target with a rule is made only where the value asked for is there."
        ),
        enforced(
            "DEC-04", "fulfillment", "A target left out for want of a value is made when the value comes."
        ),
        enforced(
            "DEC-05",
            "fulfillment",
            "Values are mapped between domain orders in any direction; dead ends are pointed out.",
        ),
        enforced(
            "DEC-06", "fulfillment", "The action goes down; a change adds what is needed, ends what is not."
        ),
        enforced(
            "DEC-07",
            "fulfillment",
            "A value that needs another device brings it in and takes the old one out.",
        ),
        not_for_us(
            "DEC-08",
            "An order that only asks what is feasible is broken down into services alone.",
            "what is feasible is asked for through an interface of its own (TMF645), which changes nothing "
            "that a customer owns; what comes here is to be delivered, and judged when it is placed",
        ),
        enforced("DEC-09", "fulfillment", "While an order is broken down it is not revised."),
        enforced(
            "ORC-01", "fulfillment", "Tasks are of many kinds, and run side by side or one after the other."
        ),
        enforced(
            "ORC-02", "fulfillment", "What changes about field work is noted on its domain order, and back."
        ),
        enforced(
            "ORC-03", "fulfillment", "The plan shows lines, domain orders and tasks with what waits for what."
        ),
        enforced(
            "ORC-04", "fulfillment", "We ask for work and wait: a task is done when somebody reports it."
        ),
        enforced(
            "ORC-05", "fulfillment", "Orders have a priority by weight, and hand it down to their tasks."
        ),
        not_for_us(
            "ORC-06",
            "Network inventory takes adds only.",
            "it is a limit of one integration of the reference system",
        ),
    ),
)
