"""Section 12: what goes wrong, and what is late."""

from schemas.rules.rule import Section, enforced, numbered

SECTION = Section(
    title="12. Fallout and jeopardy",
    ids=(*numbered("FAL", 7), *numbered("JEO", 5)),
    rules=(
        enforced(
            "FAL-01", "fulfillment", "A fallout belongs to a task, and a task may have one after the other."
        ),
        enforced(
            "FAL-02", "fulfillment", "A fallout is of a type: billing, allocation, provisioning or your own."
        ),
        enforced(
            "FAL-03", "fulfillment", "Whoever reports the failure, a fallout holds its task, and only that."
        ),
        enforced("FAL-04", "fulfillment", "A fallout is classified, assigned, resolved and closed."),
        enforced(
            "FAL-05",
            "fulfillment",
            "A system that fails or does not answer is asked again some times, then a fallout opens.",
        ),
        enforced("FAL-06", "order", "An order with wrong data is corrected by who wrote it, and sent again."),
        enforced(
            "FAL-07", "fulfillment", "Resolving a fallout asks for its task again; it does not close it."
        ),
        enforced("JEO-01", "fulfillment", "Tasks, domain orders, lines and orders have a risk level."),
        enforced("JEO-02", "fulfillment", "It rises with the share of the planned time that has gone by."),
        enforced(
            "JEO-03", "fulfillment", "What is late raises the risk of what comes after, and moves its dates."
        ),
        enforced("JEO-04", "fulfillment", "What can be late is planned up front, with durations and order."),
        enforced("JEO-05", "fulfillment", "Nothing is late while a revision is pending; then dates are new."),
    ),
)
