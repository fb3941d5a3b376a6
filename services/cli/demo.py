"""`aftersale demo`: the whole system on this machine, the sample played through it, and what came of it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic_core import from_json
from rich.console import RenderableType
from rich.progress import Progress

from schemas.topics import RESULTS, TASKS
from services.chassis.logs import configure
from services.chassis.ports import Bus
from services.chassis.settings import Settings
from services.cli.durations import durations
from services.cli.errors import Failed
from services.cli.installation import Stores, bus_of, shelf, stores_of
from services.cli.sample import Expected, Sample, Wave, cited
from services.cli.sample_days import Days, moved
from services.cli.screen import bar, beside, counted, out, state, table
from services.cli.sections import text
from services.cli.sending import Letter, outgoing, publish
from services.cli.settling import look, settled
from services.cli.simulator import GROUP, Simulator
from services.cli.supervisor import Supervisor
from services.cli.up import listen, locked, prepare, warn

LOOK_SECONDS = 0.15
PATIENCE_SECONDS = 90.0
"""So long nothing may move before it is given up."""

Page = Mapping[str, Any]


async def demo(settings: Settings, leave: bool) -> bool:
    """Whether every order ended as the sample says. Stays up until Ctrl-C unless told to leave."""
    configure("warning", "demo")
    with locked(settings.data):
        await prepare(settings)
        stop = asyncio.Event()
        listen(stop)
        async with _running(settings) as (bus, stores):
            playing = asyncio.create_task(_Play(settings, bus, stores, Sample()).run())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                playing.cancel()
                raise Failed("stopped before the end: 'aftersale demo' goes on where it was")
            good = await playing
            _invite(settings, leave)
            if not leave:
                await stopped
            stopped.cancel()
    return good


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[tuple[Bus, Stores]]:
    """The services and the simulator, which end when the block does."""
    ended = asyncio.Event()
    running = asyncio.create_task(Supervisor(settings, warn).run(ended))
    try:
        async with bus_of(settings) as bus:
            simulator = Simulator(bus, settings.partitions, 0.0, 0.0, lambda *_: None)
            simulator.leave(Sample().by_hand)
            simulating = asyncio.create_task(simulator.run(ended))
            with stores_of(settings) as stores:
                yield bus, stores
            ended.set()
            await simulating
    finally:
        ended.set()
        await running


class _Play:
    """The sample, wave by wave."""

    def __init__(self, settings: Settings, bus: Bus, stores: Stores, sample: Sample) -> None:
        self._partitions = settings.partitions
        self._days = Days(settings, stores)
        self._bus = bus
        self._stores = stores
        self._sample = sample

    async def run(self) -> bool:
        began = time.monotonic()
        with bar() as progress:
            await self._load(progress, "catalog", self._sample.catalog)
            await self._load(progress, "installed base", self._sample.installed_base)
            task = progress.add_task("orders", total=len(self._sample.outcomes))
            for wave in self._sample.waves:
                progress.update(task, description=f"orders, {wave.name}")
                await self._go_on(wave)
                await self._send(wave.letters)
                await self._until(wave, lambda done: progress.update(task, completed=done))
            progress.update(task, description="settling")
            await self._settle()
        return await self._told(time.monotonic() - began)

    async def _go_on(self, wave: Wave) -> None:
        """What people answer, they answer when all is quiet; and then the clock goes on to days that wait."""
        if wave.clock is not None or any(letter.topic == RESULTS for letter in wave.letters):
            await self._settle()
        if wave.clock is not None:
            await asyncio.to_thread(self._days.go_on, wave.clock, wave.until)

    async def _load(self, progress: Progress, name: str, letters: Sequence[Letter]) -> None:
        task = progress.add_task(name, total=len(letters))
        await self._send(letters)
        await self._settle()
        progress.update(task, completed=len(letters))

    async def _send(self, letters: Sequence[Letter]) -> None:
        records = [outgoing(moved(letter, self._days.moved), self._partitions) for letter in letters]
        await publish(self._bus, records, lambda _: None)

    async def _settle(self) -> None:
        moving = await settled(self._bus, self._stores, self._partitions, PATIENCE_SECONDS, lambda _: None)
        if moving:
            raise Failed(f"the demo does not settle: {'; '.join(moving)}")

    async def _until(self, wave: Wave, tell: Any) -> None:
        """Waits for the states of a wave, or until nothing is in flight that could still bring one about.

        An order that has ended as it should has passed all waves. Played again from the middle, others are
        past what an early wave waits for.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        heads: tuple[int, ...] = ()
        while True:
            pages = await asyncio.to_thread(self._pages)
            tell(sum(self._sample.outcomes[order].met(page) for order, page in pages.items()))
            left = [order for order, wanted in wave.until.items() if not self._passed(order, wanted, pages)]
            if not left:
                return
            now = tuple(store.head() for store in self._stores.values())
            if now != heads:
                deadline, heads = time.monotonic() + PATIENCE_SECONDS, now
            elif time.monotonic() > deadline or await self._is_quiet():
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _is_quiet(self) -> bool:
        """Nothing in flight, then all tasks answered, then still nothing: no answer came in between."""
        before = await look(self._bus, self._stores, self._partitions)
        if before.moving or await self._bus.lag(GROUP, (TASKS,)):
            return False
        return await look(self._bus, self._stores, self._partitions) == before

    def _passed(self, order: str, wanted: str, pages: Mapping[str, Page | None]) -> bool:
        page = pages.get(order)
        return page is not None and page["state"] in (wanted, self._sample.outcomes[order].state)

    def _pages(self) -> dict[str, Page | None]:
        found = shelf("order", self._stores).some("order", self._sample.outcomes)
        return {
            order: from_json(found[order].body) if order in found else None for order in self._sample.outcomes
        }

    # -------------------------------------------------------------------------------------- the outcome

    async def _told(self, seconds: float) -> bool:
        pages = await asyncio.to_thread(self._pages)
        tasks = await asyncio.to_thread(self._tasks)
        took = await durations(self._bus, self._partitions)
        expected = self._sample.outcomes
        wrong = [order for order, wanted in expected.items() if not wanted.met(pages[order])]
        out.print(_outcomes(expected, pages, tasks, took))
        if said := await asyncio.to_thread(self._days.told):
            out.print(f"\n{said}")
        returns, not_so = await asyncio.to_thread(self._returns)
        for id in not_so:
            out.print(f"[red]return {id} did not end as expected[/]: 'aftersale show return {id}' says how")
        times = [took[order] for order in expected if order in took]
        failed = len(wrong) + len(not_so)
        out.print(
            f"\n{counted(len(expected) - len(wrong), 'order')} and "
            f"{counted(returns - len(not_so), 'return')} ended as expected, "
            f"[{'red' if failed else 'green'}]{failed} did not[/]; {counted(sum(tasks.values()), 'task')}; "
            f"{seconds:.1f} s in all, an order {statistics.median(times or [0.0]):.2f} s (median)"
        )
        return not failed

    def _returns(self) -> tuple[int, list[str]]:
        """How many there are, and those that did not end as they should."""
        wanted = self._sample.returns
        found = shelf("order", self._stores).some("return", wanted)
        pages = {id: from_json(page.body) for id, page in found.items()}
        return len(wanted), [id for id, one in wanted.items() if not one.met(pages.get(id))]

    def _tasks(self) -> dict[str, int]:
        plans = shelf("fulfillment", self._stores).some("plan", self._sample.outcomes)
        return {order: len(from_json(plan.body)["tasks"]) for order, plan in plans.items()}


def _outcomes(
    expected: Mapping[str, Expected],
    pages: Mapping[str, Page | None],
    tasks: Mapping[str, int],
    took: Mapping[str, float],
) -> RenderableType:
    rows = table("order", "account", "action", "lines", "tasks", "outcome", "time")
    for column in ("lines", "tasks", "time"):
        next(each for each in rows.columns if str(each.header) == column).justify = "right"
    for order, wanted in expected.items():
        page = pages[order]
        rows.add_row(
            order,
            wanted.account,
            wanted.action.replace("_", " "),
            str(len(page["lines"])) if page else "",
            str(tasks.get(order, "")),
            _outcome(wanted, page),
            f"{took[order]:.2f} s" if order in took else "",
        )
    return rows


def _outcome(wanted: Expected, page: Page | None) -> str:
    if page is None:
        return f"[red]unknown[/], should be {wanted.state}"
    rules = " ".join(sorted(cited(page)))
    shown = f"{state(page['state'])} {text(rules)}".rstrip()
    if wanted.met(page):
        return shown
    lines = "" if wanted.lines is None else f" with {counted(wanted.lines, 'line')}"
    return f"{shown} [red]should be {wanted.state} {' '.join(sorted(wanted.rules))}{lines}[/]"


_TRIES = (
    ("show account FN-1001", "what a customer owns, and ordered"),
    ("show order 4G-TO-5G-CHANGED", "an order, line by line"),
    ("show plan 4G-TO-5G-CHANGED", "the work it was broken into"),
    ("show order MOV-V1-CHILD-STAYS", "why an order was rejected"),
    ("show return RETURN-OF-SOMETHING-ELSE", "what was brought back, and what was found"),
    ("show instance 1027-home", "what rested for two weeks, and what is agreed about it"),
    ("send FILE.jsonl", "an order of your own"),
)
_UP = ("up", "the services again, from where they are")


def _invite(settings: Settings, leave: bool) -> None:
    """What to try next; not broken into lines, so that it can be copied."""
    option = "" if settings.data == Settings.model_fields["data"].default else f" --data {settings.data}"
    out.print("\n[bold]Next, try[/]" if leave else "\n[bold]It runs on.[/] In another terminal, try")
    tries = [(f"aftersale {what}{option}", does) for what, does in (*_TRIES, *([_UP] if leave else []))]
    width = max(len(command) for command, _ in tries)
    for command, does in tries:
        out.print(f"  [cyan]{command:<{width}}[/]  [dim]{does}[/]", soft_wrap=True)
    if not leave:
        beside.print("Ctrl-C stops it; 'aftersale up' goes on from here")
