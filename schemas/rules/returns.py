"""Section 7: returns."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="7. Returns",
    ids=numbered("RMA", 5),
    rules=(
        enforced("RMA-01", "order", "The lines of a return name instances that the account owns."),
        enforced("RMA-02", "order", "Each line is resolved by itself, the case when all of them are."),
        enforced("RMA-03", "order", "A return that is rejected is told and closed, and writes no order."),
        not_for_us(
            "RMA-04",
            "Which release brought which part of returns.",
            "it is the version history of the reference system",
        ),
        enforced(
            "RMA-05", "fulfillment", "Shipping, receipt, inspection and credit are tasks of the plan (D-12)."
        ),
    ),
)
