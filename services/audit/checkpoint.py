"""Checkpoints: what a log held when the auditor read it, signed; and the file that keeps them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from schemas.audit import Checkpoint
from services.audit.signing import Signer, signed

FILE = "checkpoints.jsonl"
KEYS = "keys.txt"
TITLE = "aftersale audit checkpoint v1"


class Log(NamedTuple):
    """Which log of which service."""

    service: str
    log_id: str


class Head(NamedTuple):
    """How many events a log held, the sequence of the last, and the root over all of them."""

    size: int
    sequence: int
    root: bytes


class Line(NamedTuple):
    """A line of a file: what it says, or None for one that says nothing readable."""

    where: str
    checkpoint: Checkpoint | None


def make(signer: Signer, log: Log, head: Head, time: str) -> Checkpoint:
    """The checkpoint, signed. `time` is when it is signed, RFC 3339."""
    text = _text(log, head.size, head.sequence, head.root.hex(), time)
    return Checkpoint(
        service=log.service,
        log_id=log.log_id,
        size=head.size,
        sequence=head.sequence,
        root=head.root.hex(),
        time=time,
        key=signer.public,
        signature=signer.sign(text),
    )


def log_of(checkpoint: Checkpoint) -> Log:
    return Log(checkpoint.service, checkpoint.log_id)


def genuine(checkpoint: Checkpoint) -> bool:
    """Whether it is as it was signed, by the key that it names."""
    text = _text(log_of(checkpoint), checkpoint.size, checkpoint.sequence, checkpoint.root, checkpoint.time)
    return signed(checkpoint.key, text, checkpoint.signature)


def _text(log: Log, *said: object) -> bytes:
    return "".join(f"{line}\n" for line in (TITLE, f"{log.service} {log.log_id}", *said)).encode()


def written(checkpoint: Checkpoint) -> bytes:
    """As JSON, on one line."""
    return checkpoint.model_dump_json(by_alias=True).encode()


def read(where: str, line: bytes | str) -> Line:
    try:
        return Line(where, Checkpoint.model_validate_json(line))
    except ValidationError:
        return Line(where, None)


def lines(path: Path) -> Iterator[Line]:
    """Every line of the file, in its order; nothing for a file that is not there.

    The last one only once it is whole: it may just be written.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n") and line.strip():
                yield read(f"{path}:{number}", line)


def append(path: Path, checkpoints: Iterable[Checkpoint]) -> None:
    """Adds lines, which are on disk when it returns. What a crash left of a last line is taken away."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.truncate(_whole(path))
        file.writelines(written(checkpoint) + b"\n" for checkpoint in checkpoints)
        file.flush()
        os.fsync(file.fileno())


def _whole(path: Path) -> int:
    """How many bytes the file has up to the end of its last whole line."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - 4096)
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
    return 0
