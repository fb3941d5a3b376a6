"""What refuses a message and is in no rule book: rules of the house, not counted on the scoreboard."""

from schemas.rules.rule import Rule, enforced

RULES: tuple[Rule, ...] = (
    enforced("FIELD", "chassis", "A command has the fields and values of its schema, and no others."),
    enforced("TYPE", "chassis", "The type of a command is one that its topic takes."),
    enforced("ENV-01", "chassis", "A message speaks of the account that it is sent for."),
    enforced("ENV-02", "chassis", "A record lies in the partition of its account."),
    enforced("ENV-03", "chassis", "A command that was handled stays as it was sent."),
    enforced("LIM-01", "chassis", "What an order comes to fits into a message."),
    enforced("REF-01", "order", "What is named is there."),
    enforced("REF-02", "inventory", "What hangs together is a tree, without a cycle."),
    enforced("REF-03", "inventory", "What an order has changed is not loaded over."),
    enforced("REF-04", "inventory", "An id stands for one thing."),
)
