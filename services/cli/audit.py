"""`aftersale audit`: what an auditor runs. It reads; `forget` alone ends something, a key."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import Data, Json, settings

audit = typer.Typer(
    name="audit", help="See what happened, and prove that nothing was altered.", no_args_is_help=True
)


class Subject(StrEnum):
    order = "order"
    instance = "instance"
    account = "account"
    returned = "return"


class Format(StrEnum):
    text = "text"
    json = "json"
    mermaid = "mermaid"


Time = Annotated[str, typer.Argument(metavar="TIME", help="2026-11-22T14:30:00+01:00, 2026-11-22, or now.")]
Known = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="As it was known then; otherwise by now.")
]
About = Annotated[
    tuple[Subject, str],
    typer.Argument(metavar="KIND ID", help="order, return, instance or account, and its id."),
]
As = Annotated[Format, typer.Option("--format", help="A table, JSON, or a Mermaid sequence diagram.")]


@audit.command()
def timeline(
    kind: Subject, id: str, shape: As = Format.text, as_json: Json = False, data: Data = None
) -> None:
    """Every event across the services, causes first: when, who, why, and which rule."""
    from services.audit.timeline import timeline as read
    from services.cli import audit_history
    from services.cli.audit_reading import reading
    from services.cli.auditing import progress, sources
    from services.cli.installation import keys_of

    here = settings(data)
    with reading(here) as stores, keys_of(here) as keys, progress("reading the logs") as tell:
        entries = read(sources(stores), keys, kind.value, id, tell)
    audit_history.print_timeline(entries, Format.json.value if as_json else shape.value)


@audit.command("as-of")
def as_of(time: Time, about: About, known_at: Known = None, as_json: Json = False, data: Data = None) -> None:
    """What an order, a return, an instance or an account was at a time, folded from the streams."""
    from services.audit.asof import as_of as look
    from services.cli import audit_history
    from services.cli.audit_reading import reading
    from services.cli.auditing import progress, sources, when
    from services.cli.installation import keys_of

    here = settings(data)
    with reading(here) as stores, keys_of(here) as keys, progress("reading the logs") as tell:
        at = when(time, known_at, stores)
        body = look(sources(stores), keys, at, about, tell)
    audit_history.print_as_of(about, at, body, as_json)


@audit.command()
def diff(
    times: Annotated[tuple[str, str], typer.Argument(metavar="TIME TIME", help="From, and to.")],
    about: About,
    known_at: Known = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """What changed of an order, a return, an instance or an account between two times."""
    from services.audit.asof import both
    from services.cli import audit_history
    from services.cli.audit_reading import reading
    from services.cli.auditing import progress, sources, when
    from services.cli.installation import keys_of

    here = settings(data)
    with reading(here) as stores, keys_of(here) as keys, progress("reading the logs") as tell:
        first, second = (when(time, known_at, stores) for time in times)
        bodies = both(sources(stores), keys, (first, second), about, tell)
    audit_history.print_diff(about, (first, second), bodies, as_json)


@audit.command()
def replay(as_json: Json = False, data: Data = None) -> None:
    """Make every state and every page again from the logs, and compare: 1 where something differs.

    The system may run meanwhile. The digest is the same on every run over the same logs.
    """
    from services.audit.replay import replay as again
    from services.cli import audit_history
    from services.cli.audit_reading import reading
    from services.cli.auditing import progress, sources

    with reading(settings(data)) as stores, progress("replaying the logs") as tell:
        replayed = again(sources(stores), tell)
    audit_history.print_replay(replayed, as_json)
    if replayed.differences:
        raise typer.Exit(1)


@audit.command("what-if")
def what_if(
    catalog: Annotated[
        Path | None,
        typer.Option(help="JSONL of specification.*: these entries in place of, or beside, those published."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Take every past decision again with the rules and the catalog of today: what would differ."""
    from services.audit.whatif import what_if as again
    from services.cli import audit_history
    from services.cli.audit_reading import reading
    from services.cli.auditing import catalogs_of, progress, sources
    from services.cli.installation import keys_of

    here = settings(data)
    with reading(here) as stores, keys_of(here) as keys, progress("deciding again") as tell:
        read = sources(stores)
        found = again(read, keys, None if catalog is None else catalogs_of(read, keys, catalog), tell)
    audit_history.print_what_if(found, as_json)


@audit.command()
def republish(  # noqa: PLR0913 - each is an option of the command
    to: Annotated[
        str, typer.Option(metavar="TOPIC", help="A topic of the subscriber's own; made when missing.")
    ],
    account: Annotated[str | None, typer.Option(help="Only what concerns this account.")] = None,
    types: Annotated[
        str | None, typer.Option(help="Only these: order.completed,instance.created ...")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Recorded then or later.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Recorded before.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages a second at most.")] = 1_000.0,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say on a new topic again what the services said: same ids, same order, nobody else hears it."""
    from services.cli.auditing import print_json
    from services.cli.republishing import Again
    from services.cli.republishing import republish as again
    from services.cli.screen import counted

    sent = asyncio.run(again(settings(data), Again(to, account, types, (begin, until), rate)))
    if as_json:
        print_json({"topic": to, "messages": sum(sent.values()), "types": sent})
        return
    for type_, count in sorted(sent.items()):
        print(f"{type_}: {count:,}")
    print(f"republished {counted(sum(sent.values()), 'message')} on {to}")


@audit.command()
def forget(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account id of its messages.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """End the key of an account: its personal values can never be read again. Says where copies last.

    It cannot be taken back, and may be run again to look.
    """
    from services.cli import forgetting
    from services.cli.auditing import print_json

    here = settings(data)
    done = asyncio.run(forgetting.forget(here, account, yes))
    if as_json:
        print_json(forgetting.as_json(done, here))
    else:
        forgetting.print_forgotten(done, here)
