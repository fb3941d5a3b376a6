"""How the lines of an order hang together: by parent line, and by the parents of their instances (D-23)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line, Request, by_id
from services.order.domain.words import Kind


class Tree:
    """The lines of a request, and what stands above and below them. Of the world it asks what is known."""

    __slots__ = ("_above", "by_id", "by_instance", "known", "request")

    def __init__(self, request: Request, known: Known) -> None:
        self.request = request
        self.known = known
        self.by_id = by_id(request.lines)
        self.by_instance: dict[str, Line] = {}
        for line in request.lines:
            if line.instance_id is not None:
                self.by_instance.setdefault(line.instance_id, line)
        self._above: dict[str, tuple[Line, ...]] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.request.lines

    def instance(self, id: str | None) -> Instance | None:
        """An instance of the order's own account; None for every other one."""
        found = self.known.instance(id) if id is not None else None
        return found if found is not None and found.account_id == self.request.account_id else None

    def above(self, line: Line) -> tuple[Line, ...]:
        """The lines directly above: of its parent line, and of the nearest instance above that has a line."""
        if len(self.lines) == 1:
            return ()
        if line.line_id not in self._above:
            self._above[line.line_id] = tuple(self._look_above(line))
        return self._above[line.line_id]

    def _look_above(self, line: Line) -> Iterator[Line]:
        parent = self.by_id.get(line.parent_line_id or "")
        if parent is not None and parent is not line:
            yield parent
        for instance_id in self.ancestors(line):
            nearest = self.by_instance.get(instance_id)
            if nearest is not None and nearest is not line:
                if nearest is not parent:
                    yield nearest
                return

    def ancestors(self, line: Line) -> Iterator[str]:
        """The instances above a line's, nearest first."""
        own = self.instance(line.instance_id)
        return self.up(own.parent_id if own is not None else line.parent_instance_id)

    def up(self, instance_id: str | None) -> Iterator[str]:
        """The instance and those above it, as far as they are known."""
        seen: set[str] = set()
        while instance_id is not None and instance_id not in seen:
            yield instance_id
            seen.add(instance_id)
            found = self.instance(instance_id)
            instance_id = found.parent_id if found is not None else None

    def all_above(self, line: Line) -> Iterator[Line]:
        """Every line above, nearest first."""
        seen = {line.line_id}
        waiting = list(self.above(line))
        while waiting:
            nearest = waiting.pop(0)
            if nearest.line_id not in seen:
                seen.add(nearest.line_id)
                yield nearest
                waiting += self.above(nearest)

    def mover(self, line: Line) -> Line | None:
        """The root of the move that the line is part of; None for the root itself and outside of a move."""
        found = None
        for upper in self.all_above(line):
            if upper.action == "change" and upper.move:
                found = upper
        return found

    def top(self, instance_id: str, kind: Kind) -> str:
        """The highest instance of its kind above an instance: the root of its structure."""
        found = instance_id
        for upper in self.up(instance_id):
            known = self.instance(upper)
            if known is None or known.kind != kind:
                return found
            found = upper
        return found


def below(root: str, kind: Kind, known: Known) -> Iterator[tuple[str, str]]:
    """Every (instance, parent) of a kind below a root that has not ended, parents before their children."""
    seen = {root}
    waiting = [(child, root) for child in sorted(known.children(root, kind), reverse=True)]
    while waiting:
        child, parent = waiting.pop()
        if child not in seen:
            seen.add(child)
            yield child, parent
            waiting += [(other, child) for other in sorted(known.children(child, kind), reverse=True)]
