"""CHG-05: where the catalog lets versions stay, a change does not take an instance to a newer one."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.specification import Entry
from services.order.domain.tree import Tree
from services.order.domain.words import Reason


def keeps_its_version(tree: Tree) -> Iterator[Reason]:
    """Unless the order says that it is an upgrade."""
    for line in tree.lines:
        entry = None if tree.request.upgrade else _upgraded_by(line, tree)
        if entry is not None and not entry.takes_earlier:
            own = tree.instance(line.instance_id)
            message = (
                f"{line.instance_id} is of version {own.specification_version if own else ''} of "
                f"{line.specification_id}, and version {entry.version}, on offer, takes no earlier one "
                "along with a change: say 'upgrade': true to take it there, or leave it as it is"
            )
            yield Reason(rule="CHG-05", message=message, line_id=line.line_id, field="specificationId")


def _upgraded_by(line: Line, tree: Tree) -> Entry | None:
    """The entry of another version that a change takes its instance to."""
    own = tree.instance(line.instance_id)
    if line.action != "change" or own is None or line.specification_id != own.specification_id:
        return None
    if own.specification_version is None or own.specification_version == line.specification_version:
        return None
    catalog = tree.known.specification(own.specification_id)
    return catalog.versions.get(line.specification_version or "") if catalog else None
