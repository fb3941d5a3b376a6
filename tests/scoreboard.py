"""The scoreboard of `make rules`: each rule, how far we are with it, and how many tests show it.

Tests are collected and not run. A rule is *enforced and tested* when the registry says that it is enforced
and at least one test is marked with its id; the registry's word alone makes it *enforced only*.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.rules import SECTIONS, Rule, Section
from tests.marks import ids_of

ROOT = Path(__file__).parents[1]
PIPE_WIDTH = 150

Standing: TypeAlias = Literal["enforced and tested", "enforced only", "not applicable", "open"]
_COLOURS: Mapping[Standing, str] = {
    "enforced and tested": "green",
    "enforced only": "yellow",
    "not applicable": "dim",
    "open": "red",
}


class _Shown:
    """A pytest plugin that counts tests by rule; one with many parameters counts once."""

    def __init__(self) -> None:
        self.tests: set[tuple[str, str]] = set()
        self.broken: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1]}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = item.nodeid.partition("[")[0]
            self.tests |= {(id, test) for id in ids_of(item)}


def shown_by(*tests: Path) -> Counter[str]:
    """Rule id to the number of tests marked with it. Raises `RuntimeError` when they cannot be collected."""
    shown = _Shown()
    quietly = ("--collect-only", "-qq", "-s", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"))
    with redirect_stdout(io.StringIO()):
        status = pytest.main([*quietly, *map(str, tests)], plugins=[shown])
    if status != pytest.ExitCode.OK:
        raise RuntimeError("\n".join(["the tests cannot be collected", *shown.broken]))
    return Counter(id for id, _ in shown.tests)


def standing(rule: Rule, shown: Mapping[str, int]) -> Standing:
    if rule.status == "enforced":
        return "enforced and tested" if shown.get(rule.id) else "enforced only"
    return rule.status


def tally(sections: Iterable[Section], shown: Mapping[str, int]) -> str:
    """The last line."""
    count = Counter(standing(rule, shown) for section in sections for rule in section.rules)
    return "rules: " + ", ".join(f"{count[word]} {word}" for word in get_args(Standing))


def table(section: Section, shown: Mapping[str, int]) -> Table:
    drawn = Table(title=section.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, expand=True)
    drawn.add_column("rule", no_wrap=True, width=6)
    drawn.add_column("standing", no_wrap=True, width=19)
    drawn.add_column("tests", justify="right", width=5)
    drawn.add_column("by", width=11)
    drawn.add_column("what it says", ratio=1)
    for rule in section.rules:
        word = standing(rule, shown)
        says = escape(rule.sentence) + (f" [dim]({escape(rule.because)})[/]" if rule.because else "")
        coloured = f"[{_COLOURS[word]}]{word}[/]"
        drawn.add_row(rule.id, coloured, str(shown.get(rule.id) or ""), rule.service or "", says)
    return drawn


def main() -> int:
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    try:
        shown = shown_by(ROOT / "tests")
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for section in SECTIONS:
        console.print(table(section, shown))
    sys.stdout.write(f"{tally(SECTIONS, shown)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
