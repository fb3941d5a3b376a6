"""Every law that holds whenever all is quiet; the first that is broken is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.machine.course import Difference
from tests.machine.laws import instances, orders, resting, returns, terms, together, undone
from tests.machine.laws.view import View

Law = Callable[[View], Iterator[str]]
LAWS: tuple[Law, ...] = (
    *orders.LAWS,
    *instances.LAWS,
    *terms.LAWS,
    *returns.LAWS,
    *together.LAWS,
    *undone.LAWS,
    *resting.LAWS,
)


def broken(view: View) -> None:
    """Raises what the first broken law says."""
    for law in LAWS:
        for message in law(view):
            raise Difference(f"{law.__name__}: {message}")
