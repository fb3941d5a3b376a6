"""What `verify` answers: of each log whether it holds, and what is not as it was signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.audit import Checkpoint
from services.audit.checkpoint import Log

KINDS = {
    "changed": "an event is not the one that was signed at its place",
    "deleted": "an event that was signed is gone",
    "inserted": "an event stands where none was signed",
    "cut": "the log ends before the last event that was signed",
    "checkpoint": "the log does not lead to a root that was signed",
    "signature": "a checkpoint is not as it was signed, or by a key that is not trusted",
    "replaced": "another log stands where one was signed",
    "unsigned": "there is no checkpoint to hold the log against",
    "record": "the auditor's own files are not what they were",
    "damaged": "the database finds its own file damaged: it may not find every event by its stream",
    "unreadable": "the log cannot be read",
}


class Finding(NamedTuple):
    """Something that is not as it was signed. `kind` is one of `KINDS`; what is not known is None."""

    kind: str
    message: str
    sequence: int | None = None
    stream: str | None = None
    version: int | None = None


@dataclass(slots=True, kw_only=True)
class Verified:
    """What became of one log. `covered` events are held against a checkpoint, `after` come after the last."""

    log: Log
    events: int = 0
    covered: int = 0
    after: int = 0
    checkpoints: int = 0
    last: Checkpoint | None = None
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings
