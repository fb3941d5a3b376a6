"""The sample in `schemas/examples`: what is sent, in which waves, and how each order should end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import schemas.examples
from services.cli.sending import Letter, letters

FILES = Path(next(iter(schemas.examples.__path__)))


class Wave(NamedTuple):
    """Commands that are sent together, and the states that are waited for before the next ones."""

    name: str
    letters: list[Letter]
    until: Mapping[str, str]
    clock: datetime | None = None
    """The moment of the sample to which the clock goes on first."""


class Expected(NamedTuple):
    """How an order should end."""

    order: str
    account: str
    action: str
    state: str
    rules: frozenset[str]
    lines: int | None

    def met(self, page: Mapping[str, Any] | None) -> bool:
        """Whether the order of this page ended so, for these reasons."""
        if page is None or page["state"] != self.state:
            return False
        return self.rules == cited(page) and self.lines in (None, len(page["lines"]))


class Brought(NamedTuple):
    """How a return should end, line by line."""

    state: str
    lines: Mapping[str, Mapping[str, str]]

    def met(self, page: Mapping[str, Any] | None) -> bool:
        if page is None or page["state"] != self.state:
            return False
        return all(line.items() >= self.lines[line["lineId"]].items() for line in page["lines"])


def cited(page: Mapping[str, Any]) -> frozenset[str]:
    """The rules for which an order was rejected."""
    reasons = page.get("reasons") or () if page["state"] == "rejected" else ()
    return frozenset(reason["rule"] for reason in reasons)


def _clock(wave: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(wave["clock"]) if "clock" in wave else None


class Sample:
    """Read from the files beside the schemas."""

    def __init__(self, files: Path = FILES) -> None:
        self._files = files

    @cached_property
    def catalog(self) -> list[Letter]:
        return letters([self._files / "catalog.jsonl"])

    @cached_property
    def installed_base(self) -> list[Letter]:
        return letters([self._files / "installed-base.jsonl"])

    @cached_property
    def waves(self) -> list[Wave]:
        commands = {letter.envelope.id: letter for letter in letters([self._files / "orders.jsonl"])}
        return [
            Wave(wave["name"], [commands[id] for id in wave["send"]], wave["until"], _clock(wave))
            for wave in self._read("feed.json")["waves"]
        ]

    @cached_property
    def by_hand(self) -> frozenset[str]:
        """The orders whose tasks are answered by people, in the feed."""
        return frozenset(self._read("feed.json")["byHand"])

    @cached_property
    def outcomes(self) -> dict[str, Expected]:
        return {
            order: Expected(
                order,
                told["account"],
                told["action"],
                told["state"],
                frozenset(told.get("rules", ())),
                told.get("lines"),
            )
            for order, told in self._read("outcomes.json").items()
        }

    @cached_property
    def returns(self) -> dict[str, Brought]:
        return {id: Brought(told["state"], told["lines"]) for id, told in self._read("returns.json").items()}

    def _read(self, name: str) -> Any:
        return json.loads((self._files / name).read_text())
