"""The commands and their options; what they do is imported when they are called."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from services.cli import audit_proofs, operating
from services.cli.audit import audit
from services.cli.options import Data, Json, Kind, ServiceName, settings

RUN = "Run"
ORDERS = "Order"
OPERATE = "Operate"

app = typer.Typer(
    help="Aftersale: what happens to an order after it was fulfilled.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command(rich_help_panel=RUN)
def up(data: Data = None) -> None:
    """Run everything on this machine; Ctrl-C stops it, 'up' again goes on."""
    from services.cli.up import up as run

    asyncio.run(run(settings(data)))


@app.command(rich_help_panel=RUN)
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End when all is settled.")] = False,
    data: Data = None,
) -> None:
    """Run everything and play the sample through it."""
    from services.cli.demo import demo as play

    if not asyncio.run(play(settings(data), leave)):
        raise typer.Exit(1)


@app.command(rich_help_panel=RUN)
def run(service: ServiceName, data: Data = None) -> None:
    """Run one service, configured by the environment."""
    from services.chassis.run import serve
    from services.cli.installation import service_of

    raise typer.Exit(serve(service_of(service.value), settings(data)))


@app.command(rich_help_panel=ORDERS)
def send(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of CloudEvents, one a line; - is stdin.")],
    topic: Annotated[str | None, typer.Option(help="Not the topic that follows from the type.")] = None,
    data: Data = None,
) -> None:
    """Publish messages; sent again, they change nothing."""
    from services.cli.screen import counted
    from services.cli.sending import send as publish

    sent = asyncio.run(publish(settings(data), files, topic))
    shares = ", ".join(f"{count:,} to {name}" for name, count in sorted(sent.items()))
    print(
        f"sent {counted(sent.total(), 'message')}: {shares}" if sent else "sent nothing: there was no message"
    )


@app.command(rich_help_panel=ORDERS)
def settle(
    seconds: Annotated[float, typer.Option("--timeout", min=0.0, help="Seconds to wait at most.")] = 60.0,
    data: Data = None,
) -> None:
    """Wait until nothing is in flight: 0 then, 1 when not in time."""
    from services.cli.errors import Failed
    from services.cli.screen import beside
    from services.cli.settling import settle as wait

    with beside.status("looking") as status:
        moving = asyncio.run(wait(settings(data), seconds, status.update))
    if moving:
        raise Failed(f"not settled after {seconds:g} s: {'; '.join(moving)}")
    print("settled: nothing is in flight")


@app.command(rich_help_panel=ORDERS)
def upgrade(
    specification: str,
    version: Annotated[str | None, typer.Option("--from", help="Only instances of this version.")] = None,
    per_order: Annotated[int, typer.Option(min=1, max=500, help="Instances in one order.")] = 100,
    approve: Annotated[bool, typer.Option(help="Ask for approval in the same breath.")] = False,
    data: Data = None,
) -> None:
    """Order the version on offer for all instances of an earlier one."""
    from services.cli.screen import counted
    from services.cli.upgrading import Upgrade
    from services.cli.upgrading import run as order

    asked = Upgrade(specification, version, per_order, approve)
    placed, instances = asyncio.run(order(settings(data), asked))
    print(f"sent {counted(placed, 'order')} for {counted(instances, 'instance')}")


@app.command(rich_help_panel=RUN)
def simulate(
    fail: Annotated[float, typer.Option(min=0.0, max=1.0, help="The share of attempts that fail.")] = 0.0,
    delay: Annotated[float, typer.Option(min=0.0, help="Seconds that work takes.")] = 0.0,
    data: Data = None,
) -> None:
    """Answer tasks as a provisioning system would, until Ctrl-C."""
    from services.cli.simulating import simulate as answer

    asyncio.run(answer(settings(data), fail, delay))


@app.command(rich_help_panel=ORDERS)
def show(kind: Kind, id: str, as_json: Json = False, data: Data = None) -> None:
    """The current state of an order, an instance, an account or a plan."""
    from services.cli.installation import keys_of, stores_of
    from services.cli.showing import Pages, contract

    here = settings(data)
    with stores_of(here) as stores, keys_of(here) as keys:
        body = Pages(stores, keys).find(kind.value, id)
    if as_json:
        print(json.dumps(contract(kind.value, body), ensure_ascii=False, indent=2))
        return
    from services.cli.screen import out
    from services.cli.tables import shown

    out.print(shown(kind.value, body))


for name, group in operating.GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel=OPERATE)
app.command(rich_help_panel=OPERATE)(operating.migrate)
audit_proofs.register(audit)
app.add_typer(audit, rich_help_panel=OPERATE)

if find_spec("services.cli.bench") is not None:

    @app.command(
        rich_help_panel=OPERATE,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        add_help_option=False,
    )
    def bench(context: typer.Context) -> None:
        """Measure orders and events a second, and how soon the first task goes out."""
        raise typer.Exit(import_module("services.cli.bench").main(context.args))
