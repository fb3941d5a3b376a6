"""`aftersale` where there is little to say: a group of commands alone, a simulator with nothing to answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.settings import Settings
from services.cli.simulating import awaited
from tests.command import Aftersale


@pytest.mark.parametrize("group", ["parked", "views", "topics", "audit"])
def test_a_group_alone_prints_its_help_and_nothing_beside_it(group: str, tmp_path: Path) -> None:
    done = Aftersale(tmp_path)(group)
    assert (done.returncode, done.stderr) == (2, "")
    assert f"Usage: aftersale {group}" in done.stdout


def test_a_call_that_cannot_be_understood_says_where_the_help_is(tmp_path: Path) -> None:
    assert "'aftersale --help' shows what there is" in Aftersale(tmp_path).bad(2, "parked", "shwo")


def test_a_simulator_says_what_it_waits_for_and_how_it_gets_to_run(tmp_path: Path) -> None:
    here = Settings(data=tmp_path)
    said = f"nothing runs in {tmp_path}: start it with 'aftersale up --data {tmp_path}'; "
    assert awaited(here) == said + "waiting for its tasks, Ctrl-C stops"
    for name in ("order", "inventory", "fulfillment"):
        (tmp_path / f"{name}.db").touch()
    assert awaited(here) == f"waiting for tasks of {tmp_path}; Ctrl-C stops"
