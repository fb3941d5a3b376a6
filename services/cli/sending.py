"""`aftersale send`: publishes CloudEvents, one a line, on the topics that follow from their types."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json

from schemas.envelope import Envelope, Unreadable, from_line, write
from schemas.registry import MESSAGES, advice
from schemas.topics import CATALOG, TOPICS
from services.chassis.partitions import partition_of
from services.chassis.ports import Bus, Outgoing, Publisher, Unavailable
from services.chassis.settings import Settings
from services.cli.errors import Failed, Wrong
from services.cli.installation import bus_of, topics_made
from services.cli.screen import bar

BATCH = 500
FEW = 20
"""So many lines that cannot go are named at once."""
ATTEMPTS = 8
STDIN = "-"


class Letter(NamedTuple):
    """A line that can be sent."""

    topic: str
    key: str
    envelope: Envelope
    body: bytes


def letters(files: Iterable[Path], topic: str | None = None) -> list[Letter]:
    """Every line of the files, in their order. Raises `Wrong`, naming each line that cannot go."""
    _check_topic(topic)
    found = [each for file in files for each in _of(file, topic)]
    if wrong := [each for each in found if isinstance(each, str)]:
        more = f"; and {len(wrong) - FEW} more lines" if len(wrong) > FEW else ""
        raise Wrong(f"{'; '.join(wrong[:FEW])}{more}; nothing was sent: mend them, or take them out")
    return [each for each in found if isinstance(each, Letter)]


def _check_topic(topic: str | None) -> None:
    known = [one.name for one in TOPICS.values() if one.external]
    if topic is not None and topic not in known:
        raise Wrong(f"{topic} is no topic for messages from outside: choose one of {', '.join(known)}")


def _of(file: Path, topic: str | None) -> Iterator[Letter | str]:
    """Each line that says something; where one cannot go, why."""
    for number, line in enumerate(_lines(file), start=1):
        try:
            if line.strip():
                yield letter(line.decode(), topic)
        except UnicodeDecodeError as error:
            yield f"{file}:{number}: it is not UTF-8 ({error.reason} at byte {error.start + 1})"
        except (Unreadable, Wrong) as error:
            yield f"{file}:{number}: {error}"


def _lines(file: Path) -> list[bytes]:
    try:
        raw = sys.stdin.buffer.read() if str(file) == STDIN else file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}") from error
    return raw.split(b"\n")


def letter(line: str, topic: str | None = None) -> Letter:
    """One line of a file. Raises `Unreadable`, or `Wrong` when its type has no topic."""
    envelope, body = from_line(line)
    topic = topic or _topic_of(envelope.type)
    if topic == CATALOG:
        return Letter(topic, _catalog_key(envelope, body), envelope, body)
    if envelope.account is None:
        raise Unreadable("the attribute 'accountid' is missing: it is the account the message is about")
    return Letter(topic, envelope.account, envelope, body)


def _topic_of(type_: str) -> str:
    known = MESSAGES.get(type_)
    if known is not None and known.command:
        return known.topics[0]
    wrong = f"{type_} is said by the services, not to them" if known else f"{type_} is not known"
    raise Wrong(f"{wrong}: {advice(type_)}")


def _catalog_key(envelope: Envelope, body: bytes) -> str:
    data = from_json(body)
    named = data.get("specificationId") if isinstance(data, dict) else None
    return named if isinstance(named, str) else envelope.subject or envelope.id


def outgoing(letter: Letter, partitions: int) -> Outgoing:
    """The record: binary mode, under its key, in its partition."""
    key = letter.key.encode()
    count = TOPICS[letter.topic].partitions or partitions
    return Outgoing(letter.topic, partition_of(key, count), key, letter.body, write(letter.envelope))


async def publish(bus: Bus, records: Sequence[Outgoing], sent: Callable[[int], object]) -> None:
    """In batches, each tried again while the bus is away; `sent` is told how many went. Raises `Failed`."""
    publisher = bus.publisher()
    done = 0
    try:
        while done < len(records):
            batch = records[done : done + BATCH]
            publisher = await _insist(bus, publisher, batch, (done, len(records)))
            done += len(batch)
            sent(len(batch))
    finally:
        await publisher.close()


async def _insist(
    bus: Bus, publisher: Publisher, batch: Sequence[Outgoing], far: tuple[int, int]
) -> Publisher:
    """Publishes the batch, with a new publisher after a failure: what goes twice takes effect once."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await publisher.publish(batch)
            return publisher
        except Unavailable as error:
            if attempt == ATTEMPTS:
                raise Failed(
                    f"sent {far[0]} of {far[1]}, then the bus was away ({error}): send all of it again, "
                    "what was sent takes effect once"
                ) from error
        await publisher.close()
        await asyncio.sleep(min(0.1 * 2**attempt, 5.0))
        publisher = bus.publisher()
    return publisher


async def send(settings: Settings, files: Sequence[Path], topic: str | None) -> Counter[str]:
    """Publishes every line, or none when one of them cannot go; how many went to each topic."""
    found = letters(files, topic)
    async with bus_of(settings) as bus:
        partitions = await topics_made(bus, settings)
        records = [outgoing(letter, partitions) for letter in found]
        with bar() as progress:
            task = progress.add_task("sending", total=len(records))
            await publish(bus, records, lambda count: progress.advance(task, count))
    return Counter(letter.topic for letter in found)
