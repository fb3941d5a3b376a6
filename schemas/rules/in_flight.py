"""Section 11: changes of an order that is under way."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="11. In flight",
    ids=numbered("INF", 10),
    rules=(
        enforced(
            "INF-01",
            "order",
            "What is in progress and not past its point of no return can be revised or canceled.",
        ),
        enforced("INF-02", "order", "Somebody asks for the change, and somebody approves or declines it."),
        enforced("INF-03", "order", "What kind of change it is follows from what was edited."),
        enforced("INF-04", "order", "Lines can be added, changed, dropped; an order can be canceled whole."),
        enforced(
            "INF-05", "order", "Each request raises the version and says whether it updates or cancels."
        ),
        enforced(
            "INF-06", "fulfillment", "Only the work itself passes a point of no return, never a person."
        ),
        enforced(
            "INF-07", "fulfillment", "Past it a line stays as it is; other lines can still change (D-11)."
        ),
        enforced("INF-08", "fulfillment", "The point of no return locks a line, not the order (D-11)."),
        enforced("INF-09", "order", "Suspends and resumes under way are canceled or re-dated only (SUS-10)."),
        not_for_us(
            "INF-10",
            "The currency of an order cannot be revised.",
            "an order names no price, so that it has no currency to be revised; a command that gives one is "
            "refused (FIELD)",
        ),
    ),
)
