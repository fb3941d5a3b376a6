"""Section 2: what can be asked for, and what may stand below what."""

from schemas.rules.rule import Section, enforced, not_for_us, numbered

SECTION = Section(
    title="2. Actions",
    ids=numbered("ACT", 17),
    rules=(
        enforced(
            "ACT-01", "order", "Who owns something may ask to change, move, disconnect, suspend or resume it."
        ),
        enforced("ACT-02", "order", "Move is a kind of request: on a line it is a change that moves."),
        enforced("ACT-03", "order", "An order may say one action for its selection; each line has its own."),
        enforced(
            "ACT-04", "order", "Lines speak for themselves: an order of lines needs no action of its own."
        ),
        enforced("ACT-05", "order", "Every line says its action; none is assumed."),
        enforced(
            "ACT-06", "order", "All but an add name an instance that the account owns and that has not ended."
        ),
        not_for_us(
            "ACT-07",
            "Later changes are for instances with a specification, not for plain sold products.",
            "it tells two tables of the reference system apart; here every instance has a specification",
        ),
        enforced("ACT-08", "inventory", "A no_change line is there to be read: it holds and does nothing."),
        enforced("ACT-09", "order", "Below a no_change line something may change or be suspended."),
        enforced(
            "ACT-10", "inventory", "Suspends and changes mix in one order, but not over what is pending."
        ),
        enforced("ACT-11", "order", "One order may suspend an instance and resume it later."),
        enforced("ACT-12", "order", "Below a change lines may add, change, disconnect or leave as it is."),
        enforced("ACT-13", "order", "Taking away a mandatory part ends everything under the same root."),
        enforced("ACT-14", "order", "By itself, only an optional part can be taken away."),
        enforced("ACT-15", "fulfillment", "The domain orders of a line do what the line does."),
        not_for_us(
            "ACT-16",
            "The difference that a product configurator finds becomes the actions of the lines.",
            "it names a screen of the reference system; here the caller says what each line does",
        ),
        enforced("ACT-17", "order", "Lines that do not hang together may mix all actions."),
    ),
)
