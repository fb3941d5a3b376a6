"""What is wrong with the fields of a command: which one, and what would be right, in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.chassis.service import Why
from services.chassis.stored import adapter

MOST = 100
"""So many reasons are named; an answer is a message, and that has a size."""
_LONG = 100
"""So many characters of what was sent are repeated."""

# Texts and values that may name a person are not repeated: an answer is published as it is.
_NOT_REPEATED = frozenset({"reason", "name", "message", "resolution", "note", "characteristics"})


def reasons(error: ValidationError, body: Any, model: Any) -> tuple[Why, ...]:
    """One reason for each place in the body that does not fit the model."""
    places: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for problem in error.errors(include_url=False):
        places.setdefault(_place(problem, body), []).append(problem)
    places = {at: problems for at, problems in places.items() if not _follows(at, problems, places)}
    named = tuple(_why(place, problems, model) for place, problems in islice(places.items(), MOST))
    more = len(places) - len(named)
    if not more:
        return named
    return (
        *named,
        Why("FIELD", f"{more} more fields are wrong: mend those that are named first", field="data"),
    )


def unkept(value: Any, place: tuple[int | str, ...] = ()) -> Why | None:
    """Why no store could keep the value: PostgreSQL has no text with U+0000."""
    pairs: Iterator[tuple[int | str, Any]] = iter(())
    match value:
        case str() if "\0" in value:
            return Why("FIELD", "a text holds the character U+0000: leave it out", field=_written(place))
        case dict():
            if (why := next((why for name in value if (why := unkept(name, place))), None)) is not None:
                return why
            pairs = iter(value.items())
        case list():
            pairs = iter(enumerate(value))
    return next((why for at, inner in pairs if (why := unkept(inner, (*place, at))) is not None), None)


def _follows(
    place: tuple[int | str, ...],
    problems: list[ErrorDetails],
    places: Mapping[tuple[int | str, ...], list[ErrorDetails]],
) -> bool:
    """A list counts as too short without its entries that do not fit: those are named already."""
    short = all(each["type"] == "too_short" for each in problems)
    return short and any(other[: len(place)] == place and other != place for other in places)


def _place(problem: ErrorDetails, body: Any) -> tuple[int | str, ...]:
    """The part of the location that stands in the body: the rest names alternatives of the model."""
    found: list[int | str] = []
    for part in problem["loc"]:
        here = isinstance(body, Mapping) and part in body
        here |= isinstance(body, list) and isinstance(part, int) and part < len(body)
        if here:
            body = body[part]
        if here or problem["type"] == "missing":
            found.append(part)
        if not here:
            break
    return tuple(found)


def _why(place: tuple[int | str, ...], problems: list[ErrorDetails], model: Any) -> Why:
    field = _written(place)
    if problems[0]["type"] == "extra_forbidden":
        return Why("FIELD", f"there is no field '{field}': {_instead(str(place[-1]), model)}", field=field)
    if problems[0]["type"] == "missing":
        return Why("FIELD", f"'{field}' is missing: give it", field=field)
    wanted = _ANYTHING if {each["type"] for each in problems} >= _ALTERNATIVES else _wanted(problems)
    if not place and problems[0]["type"] == "value_error":
        return Why("FIELD", wanted, field=field)  # the sentence names the fields that it is about
    return Why("FIELD", f"'{field}'{_given(problems[0])}: {wanted}", field=field)


def _written(place: tuple[int | str, ...]) -> str:
    return _short(".".join(map(str, place)) or "data")


def _instead(name: str, model: Any) -> str:
    near = difflib.get_close_matches(name[:_LONG], _names(model), n=1)
    return f"did you mean '{near[0]}'?" if near else "leave it out"


@cache
def _names(model: Any) -> tuple[str, ...]:
    """Every field of the message and of its parts."""
    schema = adapter(model).json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return tuple(sorted({name for part in parts for name in part.get("properties", {})}))


def _given(problem: ErrorDetails) -> str:
    given = problem.get("input")
    if not _NOT_REPEATED.isdisjoint(problem["loc"]) or not isinstance(given, str | int | float | bool):
        return ""
    return f" is {_short(repr(given))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _wanted(problems: list[ErrorDetails]) -> str:
    return ", or ".join(dict.fromkeys(map(_sentence, problems)))


def _sentence(problem: ErrorDetails) -> str:
    context = problem.get("ctx", {})
    for start, say in _SENTENCES.items():
        if problem["type"].startswith(start):
            return say(context)
    return problem["msg"]


_ALTERNATIVES = frozenset({"string_type", "int_type", "bool_type"})
_ANYTHING = "give text in quotes, a finite number, true, false or null"

_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda said: f"give one of {said['expected']}",
    "value_error": lambda said: str(said["error"]),
    "finite_number": lambda _: "give a number that is neither infinite nor NaN",
    "bool": lambda _: "give true or false, without quotes",
    "int": lambda _: "give a whole number without quotes",
    "float": lambda _: "give a number without quotes",
    "greater_than_equal": lambda said: f"give a number of {said['ge']} or more",
    "less_than_equal": lambda said: f"give a number of {said['le']} or less",
    "string_too_long": lambda said: f"it has at most {said['max_length']} characters",
    "string_too_short": lambda _: "it is empty, so give one or leave it out",
    "string_pattern": lambda _: "give a duration as ISO 8601 writes it, like PT4H or P2D",
    "string": lambda _: "give text in quotes",
    "too_long": lambda said: f"it has {said['actual_length']} entries and {said['max_length']} are allowed",
    "too_short": lambda said: f"give at least {said['min_length']}",
    "datetime": lambda _: _A_TIME,
    "timezone": lambda _: _A_TIME,
    "model": lambda _: "give an object in {}",
    "dict": lambda _: "give an object in {}",
    "tuple": lambda _: "give a list in []",
}
"""By the beginning of the error's type; the first that fits counts."""
_A_TIME = "give a day that there is and a time with its offset, like 2027-03-31T09:00:00+02:00"


def unread(error: ValidationError) -> str:
    """Which fields of a message of our own cannot be read, without what they hold: it may be personal."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    places = (".".join(map(str, problem["loc"])) or "data" for problem in problems)
    return f"{', '.join(dict.fromkeys(places))} cannot be read"
