"""`aftersale audit verify`: what it is held against, and what it says."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.markup import escape

from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import Line
from services.audit.findings import Finding, Verified
from services.audit.inspection import Inspected, Sources, inspect, topic_of
from services.audit.signing import WrongKey, public_keys
from services.audit.witness import known_keys
from services.chassis.settings import EMBEDDED, Settings
from services.cli.audit_reading import opened
from services.cli.errors import Failed, Wrong
from services.cli.installation import bus_of
from services.cli.screen import bar, beside, counted, out, plain, table


class Answered(NamedTuple):
    """What became of each log, how long it took, and what it was held against."""

    found: Inspected
    seconds: float
    topic_read: bool
    vouched: bool
    """Whether somebody named a key or a checkpoint; otherwise the keys are those of the auditor's folder."""


def inspected(settings: Settings, service: str | None, keys: Sequence[str], kept: Sequence[Path]) -> Answered:
    """Every log, or that of one service. Raises `Wrong`, and `Failed`."""
    trusted = trusted_keys(settings, keys)
    sources = Sources(settings.audit_folder, asyncio.run(_topic(settings)), kept_lines(kept))
    if sources.topic is None:
        beside.print("[yellow]![/] the topic audit.checkpoints could not be read: only files are used")
    with opened(settings) as stores, bar() as progress:
        chosen = {name: store for name, store in stores.items() if service in (None, name)}
        task = progress.add_task("reading the logs", total=sum(store.head() for store in chosen.values()))
        begun = time.perf_counter()
        found = inspect(chosen, sources, trusted, lambda count: progress.advance(task, count))
        seconds = time.perf_counter() - begun
    return Answered(found, seconds, sources.topic is not None, bool(keys or kept))


def trusted_keys(settings: Settings, keys: Sequence[str]) -> list[str]:
    """Those that were named, else those that the auditor's folder knows. Raises `Wrong`, and `Failed`."""
    try:
        found = [key for given in keys for key in public_keys(given)] or known_keys(settings.audit_folder)
    except WrongKey as error:
        raise Wrong(str(error)) from error
    if not found:
        raise Failed(
            f"nothing was ever signed in {settings.audit_folder}: 'aftersale up' runs a witness, "
            "'aftersale audit witness --once' signs what there is; or name a public key with --key"
        )
    return found


def kept_lines(files: Sequence[Path]) -> list[Line]:
    """What stands in files that somebody kept. Raises `Wrong`."""
    found: list[Line] = []
    for file in files:
        if not (lines := list(checkpoints.lines(file))):
            raise Wrong(f"{file} holds no checkpoint: it should have one a line, as checkpoints.jsonl does")
        found += lines
    return found


async def _topic(settings: Settings) -> list[Line] | None:
    if settings.bus == EMBEDDED and not (settings.data / "bus.db").exists():
        return None
    async with bus_of(settings) as bus:
        return await topic_of(bus)


def show(answered: Answered, as_json: bool) -> None:
    """On standard output: a table, each finding, and the answer in one line."""
    found, seconds = answered.found, answered.seconds
    if as_json:
        print(json.dumps(_json(answered), ensure_ascii=False, indent=2))
        return
    shown = table("log", "events", "signed", "after that", "checkpoints", "last signed", "answer")
    for one in found.logs:
        last = one.last.time if one.last else "never"
        counts = (f"{count:,}" for count in (one.events, one.covered, one.after, one.checkpoints))
        shown.add_row(one.log.service, *counts, last, "[green]holds[/]" if one.holds else "[red]altered[/]")
    out.print(shown)
    for service, finding in _findings(found):
        out.print(f"[red]{finding.kind}[/]  {service}{escape(plain(finding.message))}", soft_wrap=True)
    signers = sorted({one.last.key for one in found.logs if one.last is not None})
    if signers and not answered.vouched:
        print(f"signed by {', '.join(signers)}: is that the auditor's key? Name the one you know with --key")
    out.print(_answer(found, seconds), soft_wrap=True)


def _findings(found: Inspected) -> list[tuple[str, Finding]]:
    own = [(f"{one.log.service}: ", finding) for one in found.logs for finding in one.findings]
    return own + [("", finding) for finding in found.findings]


def _answer(found: Inspected, seconds: float) -> str:
    events, after = sum(one.events for one in found.logs), sum(one.after for one in found.logs)
    rate = f"{counted(events, 'event')} in {seconds:.1f} s, {events / seconds:,.0f} a second"
    if not found.holds:
        return f"[red]it does not hold[/]: {counted(len(_findings(found)), 'finding')}; {rate}"
    open_ = f"; {counted(after, 'event')} after the last checkpoint not proven yet" if after else ""
    return f"[green]it holds[/]: everything signed is as it was signed{open_}; {rate}"


def _json(answered: Answered) -> dict[str, Any]:
    found, seconds = answered.found, answered.seconds
    events = sum(one.events for one in found.logs)
    return {
        "holds": found.holds,
        "vouched": answered.vouched,
        "topicRead": answered.topic_read,
        "events": events,
        "after": sum(one.after for one in found.logs),
        "seconds": round(seconds, 3),
        "eventsPerSecond": round(events / seconds),
        "logs": [_log(one) for one in found.logs],
        "findings": [finding._asdict() for finding in found.findings],
    }


def _log(one: Verified) -> dict[str, Any]:
    return {
        "service": one.log.service,
        "logId": one.log.log_id,
        "holds": one.holds,
        "events": one.events,
        "signed": one.covered,
        "after": one.after,
        "checkpoints": one.checkpoints,
        "last": one.last.model_dump(by_alias=True) if one.last else None,
        "findings": [finding._asdict() for finding in one.findings],
    }
