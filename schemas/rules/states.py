"""Section 3: the states of an instance, and what takes it from one to the other."""

from schemas.rules.rule import Section, enforced, numbered

SECTION = Section(
    title="3. Instance states",
    ids=numbered("INV", 20),
    rules=(
        enforced("INV-01", "inventory", "What an add makes is installation_pending from approval on."),
        enforced("INV-02", "inventory", "It is active when its domain order has closed."),
        enforced("INV-03", "inventory", "Its values are shown when its part of the order closes."),
        enforced("INV-04", "inventory", "What is to be changed is change_pending from approval on."),
        enforced("INV-05", "inventory", "It is active again when its domain order has closed."),
        enforced("INV-06", "inventory", "The new values are shown when its part of the order closes."),
        enforced("INV-07", "inventory", "What is disconnected, from active or suspended, ends inactive."),
        enforced("INV-08", "inventory", "Until then it is inactivation_pending (D-01)."),
        enforced("INV-09", "inventory", "A suspend that was done leaves its instance suspended."),
        enforced("INV-10", "inventory", "A resume that was done leaves its instance active."),
        enforced("INV-11", "inventory", "The old side of a move is change_pending from approval on."),
        enforced("INV-12", "inventory", "The new side of a move is installation_pending from approval on."),
        enforced("INV-13", "inventory", "When the move is done the old side is inactive."),
        enforced("INV-14", "inventory", "When the move is done the new side is active."),
        enforced("INV-15", "inventory", "The old side of a canceled move is active again."),
        enforced("INV-16", "inventory", "The new side of a canceled move ends inactive."),
        enforced(
            "INV-17", "inventory", "A product that is used up by its delivery goes inactive, never active."
        ),
        enforced("INV-18", "inventory", "A canceled change leaves its instance with the old values."),
        enforced("INV-19", "inventory", "What a canceled add made ends inactive."),
        enforced("INV-20", "inventory", "A canceled suspend or resume leaves the state alone."),
    ),
)
