"""The commands of an operator: what is parked, the views, the topics, the clock, the move to PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.options import Data, Json, ServiceName, settings

if TYPE_CHECKING:
    from services.cli.parked import Verb

clock_app = typer.Typer(help="Read the clock, or set it ahead.", invoke_without_command=True)
parked_app = typer.Typer(help="List, show, retry or discard what could not be handled.", no_args_is_help=True)
topics_app = typer.Typer(help="Make the topics.", no_args_is_help=True)
views_app = typer.Typer(help="Make the read models again.", no_args_is_help=True)
GROUPS = {"parked": parked_app, "views": views_app, "topics": topics_app, "clock": clock_app}

Of = Annotated[ServiceName | None, typer.Option("--service", help="Only of this service.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or the beginning of each.", metavar="ID...")]
All = Annotated[bool, typer.Option("--all", help="Everything that is parked.")]


@clock_app.callback()
def clock(context: typer.Context, data: Data = None) -> None:
    """Read the clock, or set it ahead: everything that is due by then happens."""
    from services.cli.clock import how_far, told
    from services.cli.installation import stores_of

    if context.invoked_subcommand is None:
        with stores_of(settings(data)) as stores:
            print(told(how_far(stores)))


@clock_app.command("advance")
def clock_advance(
    by: Annotated[str, typer.Argument(help="30s, 90m, 2h, 3d, 1w, or 1d12h.")], data: Data = None
) -> None:
    """Set the clock further ahead; it never goes back."""
    from services.cli.clock import set_ahead, span, told
    from services.cli.installation import stores_of

    here, further = settings(data), span(by)
    with stores_of(here) as stores:
        print(told(set_ahead(here, stores, further)))


@topics_app.command("apply")
def topics_apply(data: Data = None) -> None:
    """Make the topics that are missing."""
    from services.cli.screen import out
    from services.cli.topics import apply, shown

    out.print(shown(*asyncio.run(apply(settings(data)))))


@views_app.command("rebuild")
def views_rebuild(
    service: Annotated[ServiceName | None, typer.Argument(help="All of them, unless one is named.")] = None,
    data: Data = None,
) -> None:
    """Make the read models again from nothing; the system may run meanwhile."""
    from services.cli.installation import keys_of, stores_of
    from services.cli.views import rebuild

    here = settings(data)
    with stores_of(here) as stores, keys_of(here) as keys:
        done = rebuild(stores, keys, list(stores) if service is None else [service.value])
    for name, position in done.items():
        print(f"{name}: pages made again up to event {position:,}")


def migrate(
    to: Annotated[str, typer.Option("--to", help="The database: postgresql://user@host/name")],
    data: Data = None,
) -> None:
    """Copy the embedded stores of a stopped, settled system to PostgreSQL."""
    from services.cli.migrating import migrate as copy

    heads, partitions = asyncio.run(copy(settings(data), to))
    for name, head in heads.items():
        print(f"{name}: copied up to event {head:,}")
    print(
        f"now set AFTERSALE_STORE, AFTERSALE_BUS, AFTERSALE_PARTITIONS={partitions}; then start the services"
    )


@parked_app.command("list")
def parked_list(service: Of = None, as_json: Json = False, data: Data = None) -> None:
    """Everything that is parked, and why."""
    from services.cli import parked
    from services.cli.installation import stores_of
    from services.cli.screen import out

    with stores_of(settings(data)) as stores:
        found = parked.listed(stores, service and service.value)
    if as_json:
        print(json.dumps([parked.as_json(one) for one in found], ensure_ascii=False, indent=2))
    elif found:
        out.print(parked.overview(found))
    else:
        print("nothing is parked")


@parked_app.command("show")
def parked_show(id: str, service: Of = None, as_json: Json = False, data: Data = None) -> None:
    """One parked message, readable."""
    from services.cli import parked
    from services.cli.installation import keys_of, stores_of
    from services.cli.screen import out

    here = settings(data)
    with stores_of(here) as stores, keys_of(here) as keys:
        found = parked.named(stores, id, service and service.value)
        if as_json:
            print(json.dumps([parked.as_json(one, keys) for one in found], ensure_ascii=False, indent=2))
            return
        for one in found:
            out.print(parked.page(one, keys))


def _ask(verb: Verb, ids: list[str], every: bool, service: ServiceName | None, data: Path | None) -> None:
    from services.cli import parked
    from services.cli.errors import Wrong
    from services.cli.installation import stores_of
    from services.cli.screen import out

    if bool(ids) == every:
        raise Wrong(f"say what to {verb}: ids ('aftersale parked list' shows them), or --all")
    of = service and service.value
    with stores_of(settings(data)) as stores:
        first = (one for one in parked.listed(stores, of) if one.message.behind is None)
        wanted = list(first) if every else [one for id in ids for one in parked.named(stores, id, of)]
        found = parked.ask(stores, wanted, verb)
    out.print(parked.outcomes(found) if found else "nothing is parked")
    if any(one.outcome == "failed" for one in found):
        raise typer.Exit(1)


@parked_app.command("retry")
def parked_retry(ids: Ids = None, every: All = False, service: Of = None, data: Data = None) -> None:
    """Handle parked messages again, each with its queue; 1 when one of them stays parked."""
    _ask("retry", ids or [], every, service, data)


@parked_app.command("discard")
def parked_discard(ids: Ids = None, every: All = False, service: Of = None, data: Data = None) -> None:
    """Give parked messages up, and handle what waits behind them."""
    _ask("discard", ids or [], every, service, data)
