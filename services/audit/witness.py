"""The witness: follows the logs, hashes each event once, and signs what they held.

It reads the stores after the fact, so what writes them pays nothing and knows nothing of it. It writes only
its own folder: leaf hashes, checkpoints, and the public keys that signed them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

from schemas.audit import Checkpoint
from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import Head, Log
from services.audit.leaf import hashes, sequences
from services.audit.leaves import LeafWriter, Leaves, path_of
from services.audit.merkle import Tree
from services.audit.signing import Signer, load_signer
from services.audit.source import FIRST
from services.chassis.locks import seize
from services.chassis.ports import Store

LOCK = "witness.lock"
PAGE = 2_000

Tell = Callable[[int], object]
"""Told how many more events were taken."""

log = structlog.get_logger()


def _silent(count: int) -> None:
    """For who does not look."""


class Busy(Exception):
    """Another witness keeps this folder."""


class Altered(Exception):
    """A log does not lead to what was signed of it, so nothing more can be signed."""


class LogWitness:
    """Follows one log from where its last checkpoint stood. Raises `Altered` when that cannot be reached."""

    def __init__(self, log: Log, store: Store, folder: Path, last: Checkpoint | None) -> None:
        self.log = log
        self._store = store
        self._path = path_of(folder, log)
        self._tree = Tree()
        self._sequence = FIRST - 1
        self._signed = last.size if last else 0
        self._resume(last)
        self._leaves = LeafWriter(self._path, self._tree.size)

    def follow(self, seconds: float, tell: Tell = _silent) -> None:
        """Takes what was appended, up to the end of the log or for about so many seconds."""
        until = time.monotonic() + seconds
        while len(rows := self._store.raw_log(self._sequence + 1, PAGE)):
            self._take(rows)
            tell(len(rows))
            if len(rows) < PAGE or time.monotonic() > until:
                return

    def sign(self, signer: Signer) -> Checkpoint | None:
        """A checkpoint of what was taken, when that is more than the last one says."""
        if self._tree.size == self._signed:
            return None
        self._leaves.sync()
        head = Head(self._tree.size, self._sequence, self._tree.root())
        self._signed = self._tree.size
        return checkpoints.make(signer, self.log, head, datetime.now(UTC).isoformat(timespec="milliseconds"))

    def close(self) -> None:
        self._leaves.close()

    def _take(self, rows: list[tuple[object, ...]]) -> None:
        found, at = hashes(rows), sequences(rows)
        self._leaves.append(at, found)
        self._tree.extend(found)
        self._sequence = at[-1]

    def _resume(self, last: Checkpoint | None) -> None:
        """From the leaf hashes, or from the log where they are gone: what was not signed is read again."""
        if last is None or self._from_leaves(last) or self._from_log(last):
            return
        raise Altered(
            f"the log of {self.log.service} no longer leads to its checkpoint of {last.time} "
            f"over {last.size:,} events: run 'aftersale audit verify'"
        )

    def _from_leaves(self, last: Checkpoint) -> bool:
        leaves = Leaves(self._path)
        self._tree.extend(leaves.hashes(0, min(last.size, len(leaves))))
        leaves.close()
        self._sequence = last.sequence
        return self._reached(last)

    def _from_log(self, last: Checkpoint) -> bool:
        self._tree, self._sequence = Tree(), FIRST - 1
        self._leaves = LeafWriter(self._path, 0)
        while left := last.size - self._tree.size:
            if not (rows := self._store.raw_log(self._sequence + 1, min(PAGE, left))):
                break
            self._take(rows)
        self._leaves.sync()
        self._leaves.close()
        return self._reached(last) and self._sequence == last.sequence

    def _reached(self, last: Checkpoint) -> bool:
        return (self._tree.size, self._tree.root().hex()) == (last.size, last.root)


class Witness:
    """Follows every log of an installation, alone in its folder. Raises `Busy`, and `WrongKey`."""

    def __init__(self, stores: Mapping[str, Store], folder: Path, key: Path) -> None:
        self.folder = folder
        self._lock = _seized(folder)
        self._stores = stores
        self._signer = load_signer(key)
        self._witnesses: dict[Log, LogWitness] = {}
        self._stopped: set[Log] = set()
        self._last = last_of(folder)
        _keep_key(folder, self._signer.public)

    def ahead(self) -> int:
        """About how many events wait to be signed."""
        last = {of: one.sequence for of, one in self._last.items()}
        return sum(
            max(0, store.head() - last.get(Log(service, store.log_id), 0))
            for service, store in self._stores.items()
        )

    def look(self, seconds: float, tell: Tell = _silent) -> list[Checkpoint]:
        """Follows each log for a while, and signs what each holds now; in the file when it returns.

        Whatever it raises, it goes on from the last checkpoint when it is called again.
        """
        try:
            made = [made for one in self._each() if (made := self._one(one, seconds, tell))]
            if made:
                checkpoints.append(self.folder / checkpoints.FILE, made)
        except BaseException:
            self._forget()
            raise
        self._last |= {checkpoints.log_of(one): one for one in made}
        return made

    def close(self) -> None:
        self._forget()
        self._lock.close()

    def _one(self, one: LogWitness, seconds: float, tell: Tell) -> Checkpoint | None:
        one.follow(seconds, tell)
        return one.sign(self._signer)

    def _each(self) -> Iterator[LogWitness]:
        for service, store in self._stores.items():
            of = Log(service, store.log_id)
            if of not in self._witnesses and of not in self._stopped:
                self._begin(of, store)
            if of in self._witnesses:
                yield self._witnesses[of]

    def _begin(self, of: Log, store: Store) -> None:
        try:
            self._witnesses[of] = LogWitness(of, store, self.folder, self._last.get(of))
        except Altered as error:
            # The other logs are still witnessed; this one is said once, and by every `verify`.
            self._stopped.add(of)
            log.error("altered: no checkpoint is signed of this log any more", error=str(error))

    def _forget(self) -> None:
        for one in self._witnesses.values():
            one.close()
        self._witnesses.clear()


def last_of(folder: Path) -> dict[Log, Checkpoint]:
    """The last genuine checkpoint of each log, by a key that this folder knows."""
    known = known_keys(folder)
    last: dict[Log, Checkpoint] = {}
    for _, one in checkpoints.lines(folder / checkpoints.FILE):
        if one is not None and one.key in known:
            before = last.get(checkpoints.log_of(one))
            if (before is None or before.size < one.size) and checkpoints.genuine(one):
                last[checkpoints.log_of(one)] = one
    return last


def known_keys(folder: Path) -> list[str]:
    """Every public key that signed in this folder, the first one first."""
    try:
        return (folder / checkpoints.KEYS).read_text().split()
    except FileNotFoundError:
        return []


def _keep_key(folder: Path, key: str) -> None:
    if key not in known_keys(folder):
        with (folder / checkpoints.KEYS).open("a") as file:
            file.write(f"{key}\n")


def _seized(folder: Path) -> IO[bytes]:
    lock = seize(folder / LOCK)
    if lock is None:
        raise Busy(f"another witness keeps {folder}: one is enough, or give this one a folder of its own")
    return lock
