"""What comes back: each resolution, what is not taken, and a parcel with something else in it."""

from __future__ import annotations

from schemas.examples.requests import Brought, Order, Return, Step

RETURNS = (
    Return(
        id="RETURN-ROUTER",
        account=1033,
        note="A router for a router: in its place, under its contract line.",
        lines=(
            Brought(
                instance="1033-router", reason="No light", expected="replacement", proposed="replacement"
            ),
        ),
        closed=True,
    ),
    Return(
        id="RETURN-TWO-PHONES",
        account=1034,
        note="One is paid back, of the other nothing is taken: each line by itself.",
        lines=(
            Brought(instance="1034-phone-1", reason="Too slow", expected="refund", proposed="refund"),
            Brought(
                instance="1034-phone-2",
                reason="Too heavy",
                expected="refund",
                proposed="reject",
                note="Used for two years",
            ),
        ),
    ),
    Return(
        id="RETURN-TO-MEND",
        account=1034,
        note="A new one was wished for, and the old one can be mended.",
        lines=(
            Brought(
                instance="1034-phone-3",
                reason="The screen is broken",
                expected="replacement",
                proposed="repair",
                note="The screen can be changed",
            ),
        ),
        closed=True,
    ),
    Return(
        id="RETURN-AS-NEW",
        account=1034,
        note="Taken back within two weeks.",
        lines=(
            Brought(
                instance="1034-phone-4", reason="Thought better of it", expected="refund", proposed="return"
            ),
        ),
    ),
    Return(
        id="RETURN-REJECTED",
        account=1033,
        note="Nothing of it is taken: told and closed, and no order is written.",
        lines=(
            Brought(
                instance="1033-phone-1",
                reason="Does not float",
                expected="replacement",
                proposed="reject",
                note="No phone of ours does",
            ),
        ),
    ),
    Return(
        id="RETURN-OF-SOMETHING-ELSE",
        account=1034,
        note="Another phone is in the parcel: no money until a person has said so.",
        lines=(
            Brought(
                instance="1034-phone-5",
                reason="The battery is flat",
                expected="refund",
                proposed="refund",
                outcome="wrong_item",
            ),
        ),
    ),
)

_INSPECT = "RETURN-OF-SOMETHING-ELSE-1.2.inspect-handset"


def _done(wave: int, domain_order: int, name: str, until: str = "in_progress", **found: str) -> Step:
    """A person reports a task of the parcel."""
    data: dict[str, object] = {
        "taskId": f"RETURN-OF-SOMETHING-ELSE-1.{domain_order}.{name}",
        "result": "completed",
    }
    if found:
        data["characteristics"] = found
    return Step(wave=wave, command="task.report", until=until, data=data)


ORDERS = (
    Order(
        id="RETURN-ROUTER-1",
        account=1033,
        note="The old router goes, the new one comes in its place.",
        shows=("D-12", "RMA-05"),
        lines=2,
        wave=2,
        written_by="RETURN-ROUTER",
        asks={"action": "change"},
    ),
    Order(
        id="RETURN-TWO-PHONES-1",
        account=1034,
        note="The one that is paid back.",
        shows=("D-12", "RMA-02"),
        wave=2,
        written_by="RETURN-TWO-PHONES",
        asks={"action": "disconnect"},
    ),
    Order(
        id="RETURN-TO-MEND-1",
        account=1034,
        note="Received, mended, sent back, and nothing has changed.",
        shows=("D-24",),
        wave=2,
        written_by="RETURN-TO-MEND",
        asks={"action": "no_change"},
    ),
    Order(
        id="RETURN-AS-NEW-1",
        account=1034,
        note="As good as new.",
        wave=2,
        written_by="RETURN-AS-NEW",
        asks={"action": "disconnect"},
    ),
    Order(
        id="RETURN-OF-SOMETHING-ELSE-1",
        account=1034,
        note="It waits at the inspection until somebody shows goodwill.",
        shows=("RMA-05",),
        wave=2,
        written_by="RETURN-OF-SOMETHING-ELSE",
        asks={"action": "disconnect"},
        first="in_progress",
        by_hand=True,
        steps=(
            _done(3, 1, "authorise-return"),
            _done(3, 2, "receive-handset"),
            _done(3, 2, "inspect-handset", outcome="wrong_item"),
            Step(
                wave=4,
                command="task.skip",
                until="in_progress",
                data={"taskId": _INSPECT, "reason": "A good customer, and the other phone was ours too"},
            ),
            _done(4, 1, "pay-back"),
            _done(4, 2, "dispose", until="completed"),
        ),
    ),
)
