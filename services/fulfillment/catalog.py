"""What fulfillment keeps of the catalog: every entry that passes the check, version by version."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

from pydantic import TypeAdapter

from schemas import catalog as entries
from services.chassis.service import RowsOf, StreamOf, Wish, Work
from services.fulfillment.domain import catalog as heard
from services.fulfillment.domain.catalog import Specification
from services.fulfillment.missing import SPECIFICATION

Wishes = Iterator[Collection[Wish]]

_ENTRY: TypeAdapter[Specification] = TypeAdapter(Specification)


def publish(data: entries.Specification, work: Work) -> None:
    """Keeps what passes the check. Order alone answers for the catalog, so nothing is refused here."""
    if not entries.check(data, _known(work)):
        state = work.state(SPECIFICATION, data.specification_id)
        entry = _ENTRY.validate_python(data.model_dump())
        work.append(SPECIFICATION, data.specification_id, *heard.publish(entry, state))
        work.put(SPECIFICATION, "all", data.specification_id)


def _known(work: Work) -> dict[str, entries.Specification]:
    """What was heard, as the check reads it: field by field it is the entry that was published.

    Making the messages anew of thousands of entries for each new one took longer than all else together.
    """
    found = (work.state(SPECIFICATION, id).named(None) for id in work.members(SPECIFICATION, "all"))
    return {
        entry.specification_id: cast("entries.Specification", entry) for entry in found if entry is not None
    }


def all_entries(data: entries.Specification, work: Work) -> Wishes:
    yield [RowsOf(SPECIFICATION, "all"), StreamOf(SPECIFICATION, data.specification_id)]
    yield [StreamOf(SPECIFICATION, id) for id in work.members(SPECIFICATION, "all")]


def retire(data: entries.RetireSpecification, work: Work) -> None:
    state = work.state(SPECIFICATION, data.specification_id)
    work.append(SPECIFICATION, data.specification_id, *heard.retire(data.version, state))


def entry_needs(data: entries.RetireSpecification, work: Work) -> Wishes:  # noqa: ARG001
    yield [StreamOf(SPECIFICATION, data.specification_id)]
