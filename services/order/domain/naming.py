"""SUS-14: an instance may be named by the id that another system gave it; lines keep its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from services.order.domain.line import Known, Line


def own_id(id: str, account: str, known: Known) -> str:
    """The instance that is meant; the id itself where it is one, or where nothing or too much is meant.

    An instance's own id goes before one that somebody else gave to another, and so does that of a contract
    line or entitlement.
    """
    if known.instance(id) is not None or known.term(id) is not None:
        return id
    meant = known_elsewhere_as(id, account, known)
    return next(iter(meant)) if len(meant) == 1 else id


def known_elsewhere_as(id: str, account: str, known: Known) -> Collection[str]:
    """The instances of the account that another system knows by this id; those that ended give way."""
    found = known.elsewhere(account, id)
    going_on = [one for one in found if (here := known.instance(one)) is not None and not here.ended]
    return going_on or found


def named(lines: tuple[Line, ...], account: str, known: Known) -> tuple[Line, ...]:
    """The lines with the instances' own ids."""
    return tuple(_named(line, account, known) for line in lines)


def _named(line: Line, account: str, known: Known) -> Line:
    instance, parent = (
        own_id(id, account, known) if id is not None else None
        for id in (line.instance_id, line.parent_instance_id)
    )
    if (instance, parent) == (line.instance_id, line.parent_instance_id):
        return line
    return replace(line, instance_id=instance, parent_instance_id=parent)
