"""Section 6: which lines are written, changes, disconnects."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="6. Lines, changes, disconnects",
    ids=(*numbered("LIN", 11), *numbered("CHG", 17), *numbered("DIS", 9)),
    rules=(
        enforced(
            "LIN-01",
            "order",
            "The lines of a change are of the kinds and entries that the catalog describes.",
        ),
        enforced("LIN-02", "order", "A service order has lines for the services selected, and no others."),
        enforced("LIN-03", "order", "A change of a parent writes a line for the parent alone."),
        enforced("LIN-04", "order", "A change of a child writes a line for that child."),
        enforced("LIN-05", "order", "A disconnect of a parent writes lines for it and everything below."),
        enforced("LIN-06", "order", "A disconnect of children writes lines for them, not for their parent."),
        enforced(
            "LIN-07", "order", "Lines of a disconnect name the catalog entry that each instance was made by."
        ),
        enforced(
            "LIN-08", "order", "A suspend or resume writes lines for the roots selected; the rest follows."
        ),
        enforced("LIN-09", "order", "A move has lines for all that moves, whoever writes them."),
        enforced("LIN-10", "order", "However many instances are selected, they make one order."),
        enforced(
            "LIN-11", "order", "Lines that the caller wrote are not expanded by what is owned below them."
        ),
        enforced(
            "CHG-01",
            "order",
            "A change may set another entry, values, quantity or location, and add or drop an optional part.",
        ),
        enforced(
            "CHG-02", "inventory", "What a change adds has a record of its own, where it stands afterwards."
        ),
        enforced("CHG-03", "inventory", "That record begins installation_pending like that of any add."),
        enforced("CHG-04", "inventory", "A change says each value that differs with the value before."),
        enforced(
            "CHG-05",
            "order",
            "A change takes the version now on offer, or is refused where versions are to stay.",
        ),
        enforced("CHG-06", "order", "All instances of one version can be taken to a newer one."),
        enforced("CHG-07", "fulfillment", "A larger quantity makes further domain orders and instances."),
        enforced("CHG-08", "order", "A smaller quantity waits until somebody says which instances end."),
        enforced(
            "CHG-09",
            "fulfillment",
            "A line's quantity makes that many products, a mapped one that many children of one.",
        ),
        enforced("CHG-10", "fulfillment", "Rules that leave targets out do not apply to a disconnect."),
        enforced(
            "CHG-11",
            "fulfillment",
            "A plan for a change need not say where its point of no return is (D-18).",
        ),
        not_for_us(
            "CHG-12",
            "The account page modifies one active root at a time.",
            "it limits what a screen offers; that it must be active is D-07",
        ),
        enforced(
            "CHG-13", "order", "A compatibility that a change would break is a warning when it is approved."
        ),
        enforced("CHG-14", "order", "A quantity of none is allowed where terms are amended or renewed."),
        enforced("CHG-15", "order", "An upgrade is a change of entry or values, or one out and another in."),
        enforced("CHG-16", "inventory", "An instance takes part in one open order at a time."),
        enforced("CHG-17", "inventory", "Nothing can be asked of what is inactive."),
        enforced("DIS-01", "inventory", "Active and suspended instances can be disconnected, no others."),
        enforced("DIS-02", "order", "Of a parent everything below ends as well; of children only they."),
        enforced("DIS-03", "inventory", "What was disconnected is inactive when it is done."),
        enforced("DIS-04", "order", "A disconnect takes a start and a reason."),
        enforced("DIS-05", "inventory", "A disconnect may have a date to come, and waits as an operation."),
        enforced("DIS-06", "order", "Fewer of something is a change of its quantity, not a disconnect."),
        enforced("DIS-07", "order", "Disconnecting a mandatory child is about the whole product (ACT-13)."),
        enforced(
            "DIS-08", "inventory", "Services and resources below a product end by domain orders of their own."
        ),
        enforced("DIS-09", "order", "What has ended comes back as something new."),
    ),
)
