"""Section 4: suspend and resume, and the dates at which they happen."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="4. Suspend and resume",
    ids=numbered("SUS", 21),
    rules=(
        enforced(
            "SUS-01",
            "inventory",
            "A line with a date to come is scheduled; one without a date happens at once.",
        ),
        enforced(
            "SUS-02",
            "inventory",
            "A date that has come is taken, and the state must fit the action then and there.",
        ),
        enforced("SUS-03", "order", "An impossible date is refused rather than taken for at once (D-08)."),
        enforced("SUS-04", "inventory", "Whether the state of a dated line fits is asked when it runs."),
        enforced(
            "SUS-05",
            "inventory",
            "What is still being installed is not suspended, resumed or named unchanged.",
        ),
        enforced(
            "SUS-06", "inventory", "Suspends beside changes need every instance of the order to be settled."
        ),
        enforced("SUS-07", "order", "A parent that happens at once takes its dated children along."),
        enforced("SUS-08", "order", "Everything below a dated line follows its date."),
        enforced(
            "SUS-09",
            "order",
            "A child rests or wakes by itself only where what is above it changes or stays.",
        ),
        enforced(
            "SUS-10", "order", "In flight a suspend or resume is canceled or re-dated, never rewritten."
        ),
        enforced("SUS-11", "inventory", "Its cancel leaves the instance alone and the operation canceled."),
        enforced("SUS-12", "order", "The date of a suspend or resume moves by re-dating only (D-10)."),
        not_for_us(
            "SUS-13",
            "The due date of the order lies at or after those of its lines.",
            "an order promises no date of its own that a line could be later than: the 'start' of the header "
            "is only the date of the lines that give none, and when all is done follows from the plan",
        ),
        enforced("SUS-14", "order", "An instance may be named by the id that another system gave it."),
        enforced(
            "SUS-15",
            "order",
            "A suspend takes a start, a reason and an end; the end adds the resume to the order.",
        ),
        not_for_us(
            "SUS-16",
            "The account page offers suspend and resume for roots only.",
            "it limits what a screen offers; an order may suspend a child where the matrix lets it",
        ),
        enforced(
            "SUS-17",
            "inventory",
            "Products and the services below them rest together, each in its own state.",
        ),
        enforced("SUS-18", "inventory", "Resources follow their root as well."),
        enforced("SUS-19", "inventory", "What cannot run at its date is canceled, and a fallout says why."),
        enforced("SUS-20", "order", "An order is done when the last of its dated lines is (D-17)."),
        not_for_us(
            "SUS-21",
            "In which time zone dates are read, and how often they are looked at.",
            "the sources are silent, so there is nothing to hold; our dates carry their own offset",
        ),
    ),
)
