"""Section 8: contract lines and entitlements."""

from schemas.rules.rule import Section, enforced, numbered

SECTION = Section(
    title="8. Contracts and entitlements",
    ids=numbered("CON", 11),
    rules=(
        enforced(
            "CON-01", "inventory", "Contracts have four states; their lines and entitlements suspended too."
        ),
        enforced("CON-02", "inventory", "An expired parent expires its children; children never change it."),
        enforced(
            "CON-03", "inventory", "Lines and entitlements rest with their instance, the header does not."
        ),
        enforced("CON-04", "inventory", "On resume the state follows anew from start and end."),
        enforced("CON-05", "inventory", "What reaches its end while suspended is expired."),
        enforced("CON-06", "inventory", "While suspended, only what changes no state can be edited."),
        enforced("CON-07", "inventory", "An instance and the terms that name it are in the same state."),
        enforced(
            "CON-08", "inventory", "An add makes lines and entitlements, later actions bring them along."
        ),
        enforced(
            "CON-09", "inventory", "An order has one contract, and each offering line one contract line."
        ),
        enforced("CON-10", "order", "Acting on a contract line or entitlement writes an order as well."),
        enforced(
            "CON-11",
            "inventory",
            "Recurring terms have a start, an end and a term; one-time lines have none.",
        ),
    ),
)
