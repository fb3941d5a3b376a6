"""Plays a state machine for so many steps: rounds of about a thousand, each with the seed that follows.

AFTERSALE_MACHINE_STEPS says how many steps, AFTERSALE_MACHINE_SEED where the random ones begin.
"""

from __future__ import annotations

import os
from multiprocessing import get_context
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

STEPS = int(os.environ.get("AFTERSALE_MACHINE_STEPS", "2000"))
FIRST = int(os.environ.get("AFTERSALE_MACHINE_SEED", "1"))
WORKERS = (os.cpu_count() or 1) if STEPS >= 10_000 else 1
"""So many processes: what takes seconds is not worth starting another one for."""
ROUND = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
QUICK = settings(ROUND, phases=(Phase.generate,))


class Counting(RuleBasedStateMachine):
    """A state machine that counts its steps."""

    steps: ClassVar[int] = 0


def played(machine: type[Counting], steps: int, first: int, stride: int = 1, how: settings = ROUND) -> int:
    """So many steps of a machine that counts them; how many there were."""
    machine.steps = 0
    while machine.steps < steps:
        run_state_machine_as_test(seed(first)(machine), settings=how)
        first += stride
    return machine.steps


def played_by_all(machine: type[Counting], steps: int, how: settings = ROUND) -> int:
    """The same, dealt out to processes; what one of them finds first ends them all."""
    if WORKERS == 1:
        return played(machine, steps, FIRST, how=how)
    dealt = [(machine, -(-steps // WORKERS), FIRST + at, how.max_examples) for at in range(WORKERS)]
    with get_context("spawn").Pool(WORKERS) as pool:
        return sum(pool.imap_unordered(_share, dealt))


def _share(dealt: tuple[type[Counting], int, int, int]) -> int:
    machine, steps, first, examples = dealt
    return played(machine, steps, first, WORKERS, settings(ROUND, max_examples=examples))
