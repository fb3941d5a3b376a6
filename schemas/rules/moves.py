"""Section 5: moves."""

from schemas.rules.rule import Section, enforced, numbered

SECTION = Section(
    title="5. Moves",
    ids=(*numbered("MOV", 11), *(f"MOV-V{number}" for number in range(1, 9))),
    rules=(
        enforced("MOV-01", "order", "A change that names another location is a move."),
        enforced("MOV-02", "order", "Its line is a change that says it moves."),
        enforced(
            "MOV-03", "fulfillment", "Every instance moved has two domain orders: one ceases, one provides."
        ),
        enforced("MOV-04", "fulfillment", "The side that ceases is a change, not a disconnect."),
        enforced("MOV-05", "inventory", "The hierarchy of the old side is built again at the new place."),
        enforced("MOV-06", "inventory", "The new side starts with the values of the old one."),
        enforced("MOV-07", "fulfillment", "The two domain orders of a pair name each other."),
        enforced(
            "MOV-08",
            "inventory",
            "A move ends its old side and activates the new one; a canceled move does the reverse.",
        ),
        enforced(
            "MOV-09", "inventory", "What was moved has a new id; the old record is ended, not relocated."
        ),
        enforced("MOV-10", "fulfillment", "Plans are chosen by action and by side of a move."),
        enforced("MOV-11", "order", "However another location is asked for, it is a move."),
        enforced("MOV-V1", "order", "Below a move every line moves, and changes, adds or disconnects."),
        enforced("MOV-V2", "order", "All lines of a move have one location."),
        enforced("MOV-V3", "inventory", "A move names everything below its root that has not ended."),
        enforced("MOV-V4", "order", "A move is judged when it is submitted and again when it is approved."),
        enforced("MOV-V5", "order", "A move goes somewhere, and not to where the instance is."),
        enforced(
            "MOV-V6", "order", "In a move a disconnect stays behind, and an add is new at the new place."
        ),
        enforced(
            "MOV-V7", "inventory", "What has ended need not be moved; everything else below the root must."
        ),
        enforced("MOV-V8", "inventory", "What is suspended is not moved."),
    ),
)
