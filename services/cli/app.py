"""The commands and their options; what they do is imported when they are called."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The embedded system's directory (AFTERSALE_DATA, default ./.aftersale)."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON and nothing else.")]

app = typer.Typer(
    help="Aftersale: what happens to an order after it was fulfilled.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class ServiceName(StrEnum):
    order = "order"
    inventory = "inventory"
    fulfillment = "fulfillment"


class Kind(StrEnum):
    order = "order"
    instance = "instance"
    account = "account"
    plan = "plan"


def _settings(data: Path | None) -> Any:
    from services.cli.installation import settings_of

    return settings_of(data)


@app.command()
def up(data: Data = None) -> None:
    """Run everything on this machine; Ctrl-C stops it, 'up' again goes on."""
    from services.cli.up import up as run

    asyncio.run(run(_settings(data)))


@app.command()
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End when all is settled.")] = False,
    data: Data = None,
) -> None:
    """Run everything and play the sample through it."""
    from services.cli.demo import demo as play

    if not asyncio.run(play(_settings(data), leave)):
        raise typer.Exit(1)


@app.command()
def run(service: ServiceName, data: Data = None) -> None:
    """Run one service, configured by the environment."""
    from services.chassis.run import serve
    from services.cli.installation import service_of

    raise typer.Exit(serve(service_of(service.value), _settings(data)))


@app.command()
def send(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of CloudEvents, one a line; - is stdin.")],
    topic: Annotated[str | None, typer.Option(help="Not the topic that follows from the type.")] = None,
    data: Data = None,
) -> None:
    """Publish messages; sent again, they change nothing."""
    from services.cli.screen import counted
    from services.cli.sending import send as publish

    sent = asyncio.run(publish(_settings(data), files, topic))
    shares = ", ".join(f"{count:,} to {name}" for name, count in sorted(sent.items()))
    print(
        f"sent {counted(sent.total(), 'message')}: {shares}" if sent else "sent nothing: there was no message"
    )


@app.command()
def settle(
    seconds: Annotated[float, typer.Option("--timeout", min=0.0, help="Seconds to wait at most.")] = 60.0,
    data: Data = None,
) -> None:
    """Wait until nothing is in flight: 0 then, 1 when not in time."""
    from services.cli.errors import Failed
    from services.cli.screen import beside
    from services.cli.settling import settle as wait

    with beside.status("looking") as status:
        moving = asyncio.run(wait(_settings(data), seconds, status.update))
    if moving:
        raise Failed(f"not settled after {seconds:g} s: {'; '.join(moving)}")
    print("settled: nothing is in flight")


@app.command()
def simulate(
    fail: Annotated[float, typer.Option(min=0.0, max=1.0, help="The share of attempts that fail.")] = 0.0,
    delay: Annotated[float, typer.Option(min=0.0, help="Seconds that work takes.")] = 0.0,
    data: Data = None,
) -> None:
    """Answer tasks as a provisioning system would, until Ctrl-C."""
    from services.cli.simulating import simulate as answer

    asyncio.run(answer(_settings(data), fail, delay))


@app.command()
def show(kind: Kind, id: str, as_json: Json = False, data: Data = None) -> None:
    """The current state of an order, an instance, an account or a plan."""
    from services.cli.installation import keys_of, stores_of
    from services.cli.showing import Pages, contract

    settings = _settings(data)
    with stores_of(settings) as stores, keys_of(settings) as keys:
        body = Pages(stores, keys).find(kind.value, id)
    if as_json:
        print(json.dumps(contract(kind.value, body), ensure_ascii=False, indent=2))
        return
    from services.cli.screen import out
    from services.cli.tables import shown

    out.print(shown(kind.value, body))


# ------------------------------------------------------------------------------------------- operating

clock_app = typer.Typer(help="Read the clock, or set it ahead.", invoke_without_command=True)
parked_app = typer.Typer(help="What could not be handled.", no_args_is_help=True)
topics_app = typer.Typer(help="The topics.", no_args_is_help=True)
views_app = typer.Typer(help="The read models.", no_args_is_help=True)
app.add_typer(clock_app, name="clock")
app.add_typer(parked_app, name="parked")
app.add_typer(topics_app, name="topics")
app.add_typer(views_app, name="views")

Of = Annotated[ServiceName | None, typer.Option("--service", help="Only of this service.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or the beginning of each.", metavar="ID...")]
All = Annotated[bool, typer.Option("--all", help="Everything that is parked.")]


@clock_app.callback()
def clock(context: typer.Context, data: Data = None) -> None:
    """Read the clock, or set it ahead: everything that is due by then happens."""
    from services.cli.clock import how_far, told
    from services.cli.installation import stores_of

    if context.invoked_subcommand is None:
        with stores_of(_settings(data)) as stores:
            print(told(how_far(stores)))


@clock_app.command("advance")
def clock_advance(
    by: Annotated[str, typer.Argument(help="30s, 90m, 2h, 3d, 1w, or 1d12h.")], data: Data = None
) -> None:
    """Set the clock further ahead; it never goes back."""
    from services.cli.clock import set_ahead, span, told
    from services.cli.installation import stores_of

    settings, further = _settings(data), span(by)
    with stores_of(settings) as stores:
        print(told(set_ahead(settings, stores, further)))


@topics_app.command("apply")
def topics_apply(data: Data = None) -> None:
    """Make the topics that are missing."""
    from services.cli.screen import out
    from services.cli.topics import apply, shown

    out.print(shown(*asyncio.run(apply(_settings(data)))))


@views_app.command("rebuild")
def views_rebuild(
    service: Annotated[ServiceName | None, typer.Argument(help="All of them, unless one is named.")] = None,
    data: Data = None,
) -> None:
    """Make the read models again from nothing; the system may run meanwhile."""
    from services.cli.installation import keys_of, stores_of
    from services.cli.views import rebuild

    settings = _settings(data)
    with stores_of(settings) as stores, keys_of(settings) as keys:
        done = rebuild(stores, keys, list(stores) if service is None else [service.value])
    for name, position in done.items():
        print(f"{name}: pages made again up to event {position:,}")


@app.command()
def migrate(
    to: Annotated[str, typer.Option("--to", help="The database: postgresql://user@host/name")],
    data: Data = None,
) -> None:
    """Copy the embedded stores of a stopped, settled system to PostgreSQL."""
    from services.cli.migrating import migrate as copy

    heads, partitions = asyncio.run(copy(_settings(data), to))
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

    with stores_of(_settings(data)) as stores:
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

    settings = _settings(data)
    with stores_of(settings) as stores, keys_of(settings) as keys:
        found = parked.named(stores, id, service and service.value)
        if as_json:
            print(json.dumps([parked.as_json(one, keys) for one in found], ensure_ascii=False, indent=2))
            return
        for one in found:
            out.print(parked.page(one, keys))


def _ask(verb: Any, ids: list[str], every: bool, service: ServiceName | None, data: Path | None) -> None:
    from services.cli import parked
    from services.cli.errors import Wrong
    from services.cli.installation import stores_of
    from services.cli.screen import out

    if bool(ids) == every:
        raise Wrong(f"say what to {verb}: ids ('aftersale parked list' shows them), or --all")
    of = service and service.value
    with stores_of(_settings(data)) as stores:
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


if find_spec("services.cli.bench") is not None:

    @app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
    )
    def bench(context: typer.Context) -> None:
        """Measure orders and events a second, and how soon the first task goes out."""
        raise typer.Exit(import_module("services.cli.bench").main(context.args))
