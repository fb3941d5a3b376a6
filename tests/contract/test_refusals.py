"""Every refusal says what is wrong and what would be right, as far as its sentence stands in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2] / "services"
SERVICES = ("order", "inventory", "fulfillment")
CALLS = {"Reason", "Why"}
MIN_WRITTEN = 12
"""With fewer letters of its own a sentence is put together somewhere else."""


class Sentence(NamedTuple):
    """A message as it is written: what is filled in stands as …"""

    where: str
    text: str


def sentences(service: str) -> Iterator[Sentence]:
    for path in sorted((ROOT / service).rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                where = f"{service}/{path.name}:{function.name}"
                yield from (Sentence(where, text) for text in _messages(function))


def _messages(function: ast.FunctionDef) -> Iterator[str]:
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            for message in _message_of(node):
                found = named.get(message.id, []) if isinstance(message, ast.Name) else [message]
                yield from (text for one in found if len((text := _text(one)).replace("…", "")) > MIN_WRITTEN)


def _message_of(call: ast.Call) -> Iterator[ast.expr]:
    yield from (word.value for word in call.keywords if word.arg == "message")
    if len(call.args) > 1:
        yield call.args[1]


def _text(message: ast.expr) -> str:
    match message:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in parts)
    return ""


ADVISES = (": ", "; ", ", so ")
"""What is wrong goes before, what would be right comes behind."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_says_what_would_be_right(service: str) -> None:
    found = list(sentences(service))
    assert len(found) > 8, "where they are written, they are read"
    silent = [one for one in found if not any(sign in one.text for sign in ADVISES)]
    assert [one for one in silent if not one.text.endswith("…")] == []
