"""How far a sender was followed in one partition: whose turn it is, of messages of our own."""

from __future__ import annotations

from typing import Literal

from schemas.envelope import MAX_WHOLE, Unreadable

Turn = Literal["next", "again", "gap"]


class Lane:
    """One sender in one partition, as far as a batch has come with it."""

    __slots__ = ("_said", "_was", "known", "logid", "name")

    def __init__(self, name: str, logid: bytes | None, known: int) -> None:
        self.name = name
        self.logid = logid
        self.known = self._was = known
        self._said: bytes | None = b"%d" % known

    def turn(self, sequence: bytes | None, previous: bytes | None) -> Turn:
        """Whether it is the next one, came before, or something before it is missing. Raises `Unreadable`."""
        try:
            number = int(sequence or b"")
            if previous == self._said and self.known < number <= MAX_WHOLE:
                # What comes right after the last one names it in the same bytes: there is no more to read.
                self.known, self._said = number, sequence
                return "next"
            before = int(previous or 0)
        except ValueError as error:
            raise _nowhere(sequence, previous) from error
        if not 0 <= before <= number <= MAX_WHOLE:
            raise _nowhere(sequence, previous)
        if number <= self.known:
            return "again"
        if before > self.known:
            return "gap"
        self.known, self._said = number, sequence
        return "next"

    def moved_in(self, places: dict[str, int]) -> None:
        """Writes down how far the batch has come with it."""
        if self.known != self._was:
            places[self.name] = self.known


def _nowhere(sequence: bytes | None, previous: bytes | None) -> Unreadable:
    said = f"sequence {sequence!r}, previous {previous!r}"
    return Unreadable(
        f"it does not say where it stands ({said}): a message of our own has a 'sequence', a whole number, "
        "and names the one before it",
        "sequence",
    )
