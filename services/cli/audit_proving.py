"""`aftersale audit prove | check`, and `witness --once`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from schemas.audit import Checkpoint
from services.audit import proofs
from services.audit.checkpoint import FILE, Log, lines, log_of
from services.audit.leaves import Leaves, path_of
from services.audit.proofs import ConsistencyProof, InclusionProof, NoProof, Proof
from services.audit.prove import Unproven, holding, named, of_size, prove_consistency, prove_inclusion
from services.audit.signing import WrongKey, public_keys
from services.audit.topic import Board
from services.audit.verify import sorted_out
from services.audit.witness import Busy, Witness
from services.chassis.ports import Store, StoredEvent
from services.chassis.settings import Settings
from services.cli.audit_reading import opened, reading
from services.cli.audit_verified import kept_lines, trusted_keys
from services.cli.errors import Failed, Wrong
from services.cli.installation import Stores, bus_of, topics_made
from services.cli.screen import bar

STDIN = "-"
FOR_EVER = float("inf")


@contextmanager
def _said() -> Iterator[None]:
    """What cannot be proven is one line on standard error."""
    try:
        yield
    except (Unproven, Busy, WrongKey) as error:
        raise Failed(str(error)) from error


def stored(settings: Settings, text: str, service: str | None, size: int | None) -> InclusionProof:
    """That the event is in what was signed last, or over so many events. Raises `Failed`, and `Wrong`."""
    with reading(settings) as stores, _said():
        service, event = _only(text, holding(_chosen(stores, service), named(text)))
        with _signed(settings, service, stores[service]) as (log, leaves, own):
            return prove_inclusion(event, leaves, of_size(log, own, size))


def grown(settings: Settings, service: str | None, first: int | None, second: int | None) -> ConsistencyProof:
    """That the log only grew from the one checkpoint to the other. Raises `Failed`, and `Wrong`."""
    if service is None or first is None:
        raise Wrong("say whose log it is: --service order")
    with (
        reading(settings) as stores,
        _said(),
        _signed(settings, service, stores[service]) as (log, leaves, own),
    ):
        before, after = of_size(log, own, first), of_size(log, own, second)
        if before.size > after.size:
            raise Wrong(f"--from is to be the earlier one: {after.size} is less than {before.size}")
        return prove_consistency(leaves, before, after)


def _chosen(stores: Stores, service: str | None) -> Mapping[str, Store]:
    return {name: store for name, store in stores.items() if service in (None, name)}


def _only(text: str, found: Mapping[str, StoredEvent]) -> tuple[str, StoredEvent]:
    if not found:
        raise Failed(f"nothing is stored as {text}: 'aftersale audit timeline' shows what is")
    if len(found) > 1:
        raise Wrong(f"{' and '.join(found)} both have {text}: say which with --service")
    return next(iter(found.items()))


@contextmanager
def _signed(settings: Settings, service: str, store: Store) -> Iterator[tuple[Log, Leaves, list[Checkpoint]]]:
    log, folder = Log(service, store.log_id), settings.audit_folder
    signed = sorted_out(lines(folder / FILE), trusted_keys(settings, ()))
    with closing(Leaves(path_of(folder, log))) as leaves:
        yield log, leaves, signed.by_log.get(log, [])


class Checked(NamedTuple):
    """A proof, everything that does not hold of it, and whether somebody vouches for its key."""

    proof: Proof
    wrong: list[str]
    vouched: bool


def checked(file: Path, keys: Sequence[str], kept: Sequence[Path]) -> Checked:
    """What stands in the file, with the keys and checkpoints of whoever checks it. Raises `Wrong`."""
    try:
        text = sys.stdin.buffer.read() if str(file) == STDIN else file.read_bytes()
        proof = proofs.read(text)
        trusted = [key for given in keys for key in public_keys(given)]
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}") from error
    except (NoProof, WrongKey) as error:
        raise Wrong(str(error)) from error
    own = [one for _, one in kept_lines(kept) if one is not None]
    wrong = proofs.wrong(proof)
    for one in proofs.checkpoints_of(proof):
        if trusted and one.key not in trusted:
            wrong.append(f"it is signed by {one.key}, which is none of the keys you trust")
        if kept:
            wrong += _against(one, own)
    return Checked(proof, wrong, bool(trusted or kept))


def _against(one: Checkpoint, own: Sequence[Checkpoint]) -> list[str]:
    """What the checkpoints that somebody kept say of this one."""
    same = [kept for kept in own if (log_of(kept), kept.size) == (log_of(one), one.size)]
    if not same:
        return [f"you kept no checkpoint of the log of {one.service} over {one.size:,} events"]
    return [
        f"over {one.size:,} events you kept another root, {kept.root}: two stories were signed"
        for kept in same
        if kept.root != one.root
    ]


def print_checked(found: Checked, as_json: bool) -> None:
    proof, wrong, vouched = found
    if as_json:
        signed = [one.model_dump(by_alias=True) for one in proofs.checkpoints_of(proof)]
        body = {
            "holds": not wrong,
            "vouched": vouched,
            "proof": proof.proof,
            "wrong": wrong,
            "checkpoints": signed,
        }
        print(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for one in wrong:
        print(f"it does not hold: {one}")
    if not wrong:
        print(f"it holds: {_holds(proof)}")
        if not vouched:
            (key, *_) = (one.key for one in proofs.checkpoints_of(proof))
            print(f"signed by {key}: is that the auditor's key? Name the one you were given with --key")


def _holds(proof: Proof) -> str:
    if isinstance(proof, ConsistencyProof):
        first, second = proof.first, proof.second
        return (
            f"the log of {second.service} over {second.size:,} events, signed at {second.time}, begins with "
            f"the {first.size:,} events that were signed at {first.time}"
        )
    event, last = proof.event, proof.checkpoint
    return (
        f"{event.stream}@{event.version} is event {proof.index + 1:,} of the {last.size:,} in the log of "
        f"{last.service} that were signed at {last.time}"
    )


def signed_once(settings: Settings) -> list[Checkpoint]:
    """Signs what every log holds now. Raises `Failed`."""
    with (
        opened(settings) as stores,
        _said(),
        closing(Witness(stores, settings.audit_folder, settings.audit_key_file)) as witness,
        bar() as progress,
    ):
        task = progress.add_task("reading the logs", total=witness.ahead())
        made = witness.look(FOR_EVER, lambda count: progress.advance(task, count))
        asyncio.run(_published(settings, made))
    return made


def print_signed(made: Sequence[Checkpoint], as_json: bool) -> None:
    if as_json:
        signed = [one.model_dump(by_alias=True) for one in made]
        print(json.dumps({"signed": signed}, ensure_ascii=False, indent=2))
        return
    for one in made:
        print(f"{one.service}: signed up to event {one.sequence:,}")
    if not made:
        print("nothing new to sign")


async def _published(settings: Settings, made: Sequence[Checkpoint]) -> None:
    async with bus_of(settings) as bus:
        await topics_made(bus, settings)
        board = Board(bus, settings.audit_folder / FILE)
        try:
            await board.publish(made)
        finally:
            await board.close()
