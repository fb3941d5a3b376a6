"""Commands that were refused: the last one of an order, and all of an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.chassis.answers import REFUSED, CommandRefused, reason_data
from services.chassis.answers import STORED as ANSWERS
from services.chassis.ports import Store, StoredEvent
from services.chassis.stored import Codec, moment, read_meta


def last_refusal(store: Store, kind: str, id: str, account: str | None) -> CommandRefused | None:
    """The refusal of the last command of this account to an order or a return; None when a later one was
    accepted.

    What a stranger asked of it is answered to the stranger, and no part of it. None for any account.
    """
    about = id if kind == "order" else f"{kind} {id}"
    refused = store.rows([("refused", about)]).get(("refused", about), [])
    accepted = _last_accepted(store, f"{kind}-{id}")
    for event, refusal in sorted(_refusals(store, refused), key=lambda found: -found[0].sequence):
        if event.sequence >= accepted and account in (None, refusal.account):
            return refusal
    return None


def _last_accepted(store: Store, stream: str) -> int:
    """Where the last command from outside changed it: its event keeps the command."""
    events = store.load({stream: 0}).get(stream, [])
    return max((event.sequence for event in events if read_meta(event.state).command), default=0)


def refused_of(stores: Mapping[str, Store], account: str) -> list[dict[str, Any]]:
    """Every command of an account that a service refused, the latest first.

    The index of pages names them, so it may be a moment behind.
    """
    found = [
        (read_meta(event.state).recorded, refusal)
        for store in stores.values()
        for event, refusal in _refusals(store, (one.id for one in store.documents(REFUSED, account)))
    ]
    return [_shown(at, refusal) for at, refusal in sorted(found, key=lambda one: -one[0])]


def _refusals(store: Store, ids: Iterable[str]) -> Iterator[tuple[StoredEvent, CommandRefused]]:
    streams = {f"{REFUSED}-{id}": 0 for id in ids}
    codec = Codec(ANSWERS)
    for events in store.load(streams).values() if streams else ():
        yield from ((event, codec.decode(event)) for event in events)


def _shown(at: int, refusal: CommandRefused) -> dict[str, Any]:
    return {
        "commandId": refusal.command_id,
        "commandSource": refusal.command_source,
        "commandType": refusal.command_type,
        "at": moment(at).isoformat(timespec="seconds"),
        "orderId": refusal.about,
        "reasons": [reason_data(reason) for reason in refusal.reasons],
    }
