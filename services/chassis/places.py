"""Where each partition's last published record lies, and whether the broker still has it.

The broker is disposable, our log is not: a partition of which the last record is gone was wiped, unless
the record has only expired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from services.chassis.outbox import Letter
from services.chassis.ports import Bus, Record, RelayPlace, TopicPartition

At = tuple[str, int]


class Places:
    """The relay's places of one log. Nothing here waits but `wiped`, which asks the broker."""

    def __init__(self, log_id: str, places: Mapping[At, RelayPlace] | None = None) -> None:
        self._log_id = log_id
        self._places = dict(places or {})
        self._moved: set[At] = set()
        self._proved: dict[At, RelayPlace] = {}
        self.suspects: set[At] = set()
        """Wiped, and not filled again yet."""
        self.emptied = 0
        """How often partitions were given up to be filled again."""

    @property
    def proved(self) -> int:
        """How many partitions were found to stand as they were last asked for."""
        return len(self._proved)

    def sequences(self) -> dict[At, int]:
        """What each partition has of our log, by its sequence."""
        return {at: place.sequence for at, place in self._places.items()}

    def published(self, letters: Sequence[Letter], offsets: Sequence[int]) -> None:
        """Takes note of what was acknowledged; an offset that was there before makes a suspect."""
        ends = {at: place.offset for at, place in self._places.items()}
        last: dict[At, Letter] = {}
        for letter, offset in zip(letters, offsets, strict=True):
            at = letter.outgoing[:2]
            if offset <= ends.get(at, -1):
                self.suspects.add(at)
            ends[at], last[at] = offset, letter
        for at, letter in last.items():
            self._places[at] = RelayPlace(*at, ends[at], letter.sequence, letter.message)
        self._moved |= last.keys()

    def moved(self) -> list[RelayPlace]:
        """What is to be saved, then `saved`.

        Where a log was wiped, the place before tells whoever leads next, until it is filled again.
        """
        return [self._places[at] for at in self._moved - self.suspects]

    def saved(self, places: Iterable[RelayPlace]) -> None:
        self._moved -= {place[:2] for place in places if self._places[place[:2]] == place}

    def empty(self, wiped: Collection[At]) -> None:
        """These are about to be filled again from the start of the log."""
        self.emptied += 1
        for at in wiped:
            self._proved.pop(at, None)
            # Nowhere, until something is published there again: what has expired is not.
            self._places[at] = RelayPlace(*at, offset=-1, sequence=0, message="")
        self._moved |= set(wiped)

    async def wiped(self, bus: Bus) -> set[At]:
        """The partitions that no longer have what was published. Raises what the bus raises."""
        # As they are now: while the broker is asked, more is published, and lies above what it answers.
        now, emptied = dict(self._places), self.emptied
        if not now:
            return set()
        # As they were found before: on a topic that others write to, what was published since may lie
        # above that place although the log was wiped.
        places = {TopicPartition(*at): self._proved.get(at, place) for at, place in now.items()}
        bounds = await bus.bounds(places)
        # What has expired cannot be looked at any more.
        kept = {
            one: place for one, place in places.items() if one in bounds and bounds[one].begin <= place.offset
        }
        there = await bus.records_at({one: place.offset for one, place in kept.items()})
        wiped = {one for one in places if one not in bounds or bounds[one].end <= places[one].offset}
        wiped |= {one for one, place in kept.items() if not self._stands(place, there.get(one))}
        gone = {(one.topic, one.partition) for one in wiped}
        if emptied == self.emptied:
            self._proved = {at: place for at, place in now.items() if at not in gone}
        return gone

    def _stands(self, place: RelayPlace, found: Record | None) -> bool:
        if found is None or found.offset != place.offset:
            return False
        headers = dict(found.headers)
        if place.topic.endswith(".parked"):
            return headers.get("parked-id") == place.message.encode()
        mine = (place.message.encode(), self._log_id.encode())
        return (headers.get("ce_id"), headers.get("ce_logid")) == mine
