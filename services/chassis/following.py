"""Follows messages of our own services: each once, in the order of its sender, and what is acted on here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.envelope import Unreadable, of_own, text
from schemas.headers import glance
from schemas.registry import MESSAGES
from services.chassis.batch import Batch, Setup
from services.chassis.heard import UNREAD, reader, unread
from services.chassis.lane import Lane, Turn
from services.chassis.parking import Parking
from services.chassis.ports import PortError, Record, TopicPartition
from services.chassis.service import Route, Service
from services.chassis.taken import Faulted, Handled, Taken, key_of

_NOWHERE = Lane("", None, 0)
_KNOWN = frozenset(type_.encode() for type_ in MESSAGES)


class Following:
    """How far each sender was followed by one service."""

    def __init__(self, service: Service, setup: Setup, parking: Parking) -> None:
        self._setup = setup
        self._parking = parking
        self._mine: dict[bytes, tuple[Route, Any]] = {
            type_.encode(): (route, reader(route.model)) for type_, route in service.routes.items()
        }
        self._places: dict[str, int] | None = None

    def forget(self) -> None:
        """The places are read from the store again."""
        self._places = None

    def landed(self, places: Mapping[str, int]) -> None:
        """These places were committed."""
        if self._places is not None:
            self._places.update(places)

    def take(self, batch: Batch, part: Iterable[Record], handled: Handled) -> list[Taken]:
        """Of the records of one partition those that are next, and acted on here. Raises `Faulted`."""
        found: list[Taken] = []
        lane = _NOWHERE
        passed = 0
        for record in part:
            try:
                type_, sequence, previous, logid = glance(record.headers)
                if logid is None and type_ and type_ not in _KNOWN:
                    handled.counts["unknown"] += 1
                    continue
                if lane.logid != logid or logid is None:
                    lane.moved_in(batch.commit.places)
                    lane = self._lane(batch, record, logid)
                if (turn := lane.turn(sequence, previous)) != "next":
                    _not_now(turn, record, handled)
                elif (mine := self._mine.get(type_)) is None:
                    handled.counts["passed over" if type_ in _KNOWN else "unknown"] += 1
                elif (taken := _taken(record, mine)) is None:
                    passed += 1
                else:
                    found.append(taken)
            except (Unreadable, *UNREAD) as error:
                why = str(error) if isinstance(error, Unreadable) else unread(error)
                self._parking.unreadable(batch, record, why)
                handled.counts["parked"] += 1
            except PortError:
                raise
            except Exception as error:
                raise Faulted(record) from error
        handled.counts["passed over"] += passed
        lane.moved_in(batch.commit.places)
        return found

    def pass_over(self, batch: Batch, record: Record, handled: Handled) -> bool:
        """Counts the record as handled whatever stands in it; False when it is not its turn."""
        try:
            _, sequence, previous, logid = glance(record.headers)
            lane = self._lane(batch, record, logid)
            if (turn := lane.turn(sequence, previous)) != "next":
                _not_now(turn, record, handled)
                return False
        except Unreadable:
            return True
        lane.moved_in(batch.commit.places)
        return True

    def _lane(self, batch: Batch, record: Record, logid: bytes | None) -> Lane:
        if logid is None:
            raise Unreadable("a message of our own has a 'logid': it names the log it is of", "logid")
        name = f"{record.topic}/{record.partition}/{text(logid)}"
        if self._places is None:
            self._places = self._setup.store.places()
        return Lane(name, logid, batch.commit.places.get(name) or self._places.get(name, 0))


def _not_now(turn: Turn, record: Record, handled: Handled) -> None:
    """It came before, or something before it is missing."""
    if turn == "again":
        handled.counts["again"] += 1
    else:
        handled.gaps.setdefault(TopicPartition(record.topic, record.partition), record.offset)


def _taken(record: Record, mine: tuple[Route, Any]) -> Taken | None:
    """What it says, when that is acted on here. Raises `Unreadable`, `UNREAD`."""
    route, validate = mine
    if route.concerns is not None and not route.concerns(record.value):
        return None
    envelope = of_own(record.headers)
    data = validate(record.value)
    return Taken(record, envelope, key_of(envelope, record), route, data, False, record.value)
