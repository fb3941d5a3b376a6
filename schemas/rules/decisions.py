"""Our decisions: where they and the sections below differ, these count."""

from schemas.rules.rule import Section, enforced, numbered

SECTION = Section(
    title="Our decisions",
    ids=numbered("D", 24),
    rules=(
        enforced(
            "D-01",
            "inventory",
            "What is to be disconnected is pending, then inactive; a cancel gives it its state back.",
        ),
        enforced(
            "D-02",
            "order",
            "A declined revision or cancellation leaves everything in the state it had before.",
        ),
        enforced(
            "D-03", "order", "A rejected order is reworked into a draft; nobody approves it as it stands."
        ),
        enforced("D-04", "order", "Which action may stand below which holds for the lines of every order."),
        enforced(
            "D-05",
            "order",
            "A move is one request from a root down; its new side takes over what hung on the old one.",
        ),
        enforced(
            "D-06",
            "order",
            "A move asked for on the order, or by a line's new location, makes the same lines.",
        ),
        enforced(
            "D-07",
            "inventory",
            "The state of an instance decides which action it takes, for a dated line at its date.",
        ),
        enforced("D-08", "order", "An impossible date is refused, and a date gone by means at once."),
        enforced("D-09", "order", "Every action may have a date to come, and is visible once accepted."),
        enforced(
            "D-10",
            "inventory",
            "What is scheduled can be re-dated or canceled, and is judged again when it runs.",
        ),
        enforced("D-11", "fulfillment", "The point of no return belongs to a line, and is soft or hard."),
        enforced("D-12", "order", "A return is a case of its own, and its resolution writes an order."),
        enforced("D-13", "order", "The words that other interfaces use for an action are taken for ours."),
        enforced(
            "D-14", "order", "A mandatory part takes the whole product with it only when that is confirmed."
        ),
        enforced(
            "D-15",
            "order",
            "A smaller quantity waits until the instances to end are named; the rest goes on.",
        ),
        enforced(
            "D-16",
            "order",
            "Contract lines and entitlements follow their instance, or are asked for directly.",
        ),
        enforced(
            "D-17", "inventory", "A dated line waits without lock or tasks, and the order for its last line."
        ),
        enforced("D-18", "fulfillment", "A plan that names no point of no return has none."),
        enforced(
            "D-19", "order", "One line past a hard point of no return stops the cancel of the whole order."
        ),
        enforced(
            "D-20", "fulfillment", "A failed task is tried again as often as its plan says, never more."
        ),
        enforced(
            "D-21",
            "order",
            "Nobody approves what they asked for themselves, where the gateway has identified them.",
        ),
        enforced(
            "D-22",
            "inventory",
            "After a canceled order all that existed before is as it was, and what it made is inactive.",
        ),
        enforced(
            "D-23", "order", "A parent named by its instance is held to the same rules as one named by line."
        ),
        enforced("D-24", "order", "A repair is an order that changes nothing, with the entry's repair plan."),
    ),
)
