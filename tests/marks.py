"""`@pytest.mark.rule("MOV-V1", ...)`: which rules a test shows. Loaded by every run, so a wrong id stops it.

PYTEST_DONT_REWRITE: there is no test in it, and the scoreboard imports it before pytest does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.rules import RULES


def ids_of(item: pytest.Item) -> Iterator[str]:
    """The ids that the test is marked with."""
    for mark in item.iter_markers("rule"):
        yield from mark.args


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for id in ids_of(item):
            if (trouble := _trouble(id)) is not None:
                raise pytest.UsageError(f"{item.nodeid} is marked with rule {id}: {trouble}")


def _trouble(id: str) -> str | None:
    rule = RULES.get(id)
    if rule is None:
        return "there is none in schemas/rules; mark it with one that is there"
    if rule.status == "not applicable":
        return f"it is not for us ({rule.because}); take the mark away, or the exception"
    return None
