"""Section 9: orders, domain orders and approval."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

_ENRICHMENT = "there is no enrichment step here: an order says all that is needed, or is rejected"
_BY_HAND = (
    "no command closes a domain order past its tasks: it closes when they do (DOM-01), and who goes on "
    "without one skips it with a reason, once a fallout holds it (FAL-03)"
)

SECTION = Section(
    title="9. Order life cycle",
    ids=(*numbered("ORD", 20), *numbered("DOM", 6), *numbered("APP", 7)),
    rules=(
        enforced("ORD-01", "order", "An order that is still being written is a draft."),
        enforced("ORD-02", "order", "An order sent whole is new at once."),
        not_for_us("ORD-03", "A submitted order may be enriched first.", _ENRICHMENT),
        not_for_us("ORD-04", "Enrichment can be blocked and go on.", _ENRICHMENT),
        not_for_us("ORD-05", "What is enriched is new.", _ENRICHMENT),
        enforced("ORD-06", "order", "A draft that is submitted is new."),
        enforced("ORD-07", "order", "An approved order is acknowledged, and in progress once it is planned."),
        enforced("ORD-08", "order", "A new order can be rejected, and then nothing of it begins."),
        enforced("ORD-09", "order", "Rework makes a draft of a rejected order."),
        enforced("ORD-10", "order", "A rejected order cannot be approved directly (D-03)."),
        enforced("ORD-11", "order", "An order that lacks information waits for it."),
        enforced("ORD-12", "order", "An order can be held, and goes on when it is released."),
        enforced("ORD-13", "order", "An order in progress can be asked to be revised."),
        enforced("ORD-14", "order", "An approved revision is planned again and goes on."),
        not_for_us(
            "ORD-15",
            "A revision that nothing can compensate becomes the question of a cancel.",
            "no order is left without a plan: a revision is planned before anything is undone, and one that "
            "cannot be is declined with every reason, so the order goes on as before (D-02)",
        ),
        enforced("ORD-16", "order", "An order in progress can be asked to be canceled."),
        enforced("ORD-17", "order", "An approved cancel undoes the work, and the order ends canceled."),
        enforced("ORD-18", "order", "What is declined goes on exactly as before (D-02)."),
        enforced("ORD-19", "order", "When its last line is done the order is completed by itself."),
        enforced(
            "ORD-20", "order", "Before its approval an order can be dropped, and a line of a draft as well."
        ),
        enforced(
            "DOM-01", "fulfillment", "Closed tasks close their domain order, closed domain orders their line."
        ),
        not_for_us("DOM-02", "A domain order closed by hand opens a fallout.", _BY_HAND),
        enforced("DOM-03", "fulfillment", "Open field work keeps its domain order open."),
        enforced(
            "DOM-04", "fulfillment", "A broken compatibility stops the domain order that would close on it."
        ),
        enforced(
            "DOM-05",
            "fulfillment",
            "Who cancels a line, or its order, cancels its domain order and all of those below it.",
        ),
        enforced(
            "DOM-06", "fulfillment", "Domain orders close bottom-up; without a plan they close by themselves."
        ),
        enforced("APP-01", "order", "Only a new order can be approved or rejected."),
        not_for_us(
            "APP-02",
            "Which roles may approve which orders.",
            "it names roles of the reference system; who may not approve is D-21",
        ),
        enforced(
            "APP-03",
            "inventory",
            "Approval makes new instances and operations, marks what is pending, and starts the work.",
        ),
        enforced(
            "APP-04", "order", "A request is captured, submitted, approved, broken down, worked off, closed."
        ),
        enforced(
            "APP-05",
            "order",
            "Approval judges moves, pending instances and contract dates, and warns of compatibility.",
        ),
        enforced(
            "APP-06", "order", "Values that do not fit leave the order to be corrected before its approval."
        ),
        enforced("APP-07", "order", "One decision approves an order."),
    ),
)
