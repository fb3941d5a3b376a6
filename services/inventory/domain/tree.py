"""The affected tree: every instance that an order touches, parents before children, and its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.specification import Specification, Version
from services.inventory.domain.words import InstanceId, SpecificationId


class Installed:
    """What the account has installed. Instances of others are not in it: to an order they do not exist."""

    def __init__(
        self,
        instances: Mapping[InstanceId, Instance],
        specification: Callable[[SpecificationId], Specification],
        taken: Callable[[InstanceId], bool],
        agreed: Callable[[str], bool] = lambda _: False,
        further: Callable[[InstanceId], Sequence[InstanceId]] = lambda _: (),
    ) -> None:
        self.taken = taken
        """Whether an instance of any account goes by this id."""
        self.agreed = agreed
        """Whether a contract, a contract line or an entitlement does."""
        self.further = further
        """The ids by which an instance went on as it moved or was replaced, one after the other."""
        self._instances = instances
        self._specification = specification
        self._children: dict[InstanceId, list[InstanceId]] = {}
        for id in sorted(instances):
            parent_id = instances[id].record.parent_id
            if parent_id is not None and instances[id].stands:
                self._children.setdefault(parent_id, []).append(id)

    def products(self) -> Iterator[Instance]:
        """Those that have not ended."""
        for one in self._instances.values():
            if one.record.kind == "product" and one.state != "inactive":
                yield one

    def get(self, id: InstanceId | None) -> Instance | None:
        return None if id is None else self._instances.get(id)

    def children(self, id: InstanceId) -> list[InstanceId]:
        """Children that have not ended for good, by id."""
        return self._children.get(id, [])

    def above(self, id: InstanceId) -> Iterator[Instance]:
        """The instance, its parent, and so on up to the root."""
        instance = self._instances.get(id)
        while instance is not None:
            yield instance
            instance = self.get(instance.record.parent_id)

    def below(self, id: InstanceId) -> Iterator[Instance]:
        """The instance and all below it that has not ended for good, parents before children."""
        waiting = [id]
        while waiting:
            id = waiting.pop()
            yield self._instances[id]
            waiting.extend(reversed(self.children(id)))

    def bundled(self, parent: Instance, child: Instance) -> bool:
        """LIN-03: a child of the same kind is bundled unless the parent's specification says otherwise."""
        if parent.record.kind != child.record.kind:
            return False
        of = self._specification(parent.record.specification_id)
        version = of.version(parent.record.specification_version)
        target = child.record.specification_id
        return version is None or target in version.bundled or target not in version.inner

    def version(self, id: SpecificationId, name: str | None) -> Version | None:
        """That version of a specification, the last one when none is named; None while it was not heard."""
        heard = self._specification(id)
        return heard.version(name) if name is None or name in heard.versions else None

    def related(self, id: SpecificationId, others: Iterable[SpecificationId]) -> bool:
        """Whether any entry, or one of these, requires or excludes it, or it any."""
        heard = self._specification(id)
        if heard.named_by or heard.names():
            return True
        return any(id in self._specification(other).names() for other in others)

    def named(self, id: SpecificationId) -> bool:
        """Whether any entry requires or excludes it."""
        return bool(self._specification(id).named_by)

    def unheard(self, parent: Instance) -> bool:
        """Whether the specification that would say which children are bundled was not heard of yet."""
        same = (child for child in map(self.get, self.children(parent.id)) if child is not None)
        if not any(child.record.kind == parent.record.kind for child in same):
            return False
        return not self._specification(parent.record.specification_id).versions


def affected(lines: tuple[Line, ...], installed: Installed) -> dict[InstanceId, Line]:
    """Each instance that the order touches with the line it goes along under, in tree order.

    Roots stand in line order, siblings by id. An instance with a line of its own goes under that one, but a
    no_change below what rests or wakes follows it (2.3).
    """
    own: dict[InstanceId, Line] = {}
    for line in lines:
        if line.instance_id is not None and installed.get(line.instance_id) is not None:
            own.setdefault(line.instance_id, line)
    tops = [id for id in own if not any(above.id in own for above in installed.above(id) if above.id != id)]
    found: dict[InstanceId, Line] = {}
    for id in (*tops, *own):
        if id not in found:
            _walk(id, own, installed, found)
    return found


def _walk(
    top: InstanceId, own: Mapping[InstanceId, Line], installed: Installed, found: dict[InstanceId, Line]
) -> None:
    waiting: list[tuple[InstanceId, Line | None]] = [(top, None)]
    while waiting:
        id, under = waiting.pop()
        line = _follows(own.get(id), under)
        if line is not None:
            found[id] = line
        parent = installed.get(id)
        assert parent is not None
        for child_id in reversed(installed.children(id)):
            child = installed.get(child_id)
            assert child is not None
            if line is not None and child_id in line.ending:
                waiting.append((child_id, line.ends()))
                continue
            goes = line is not None and _goes_along(line, parent, child, installed)
            waiting.append((child_id, line if goes else None))


def _follows(own: Line | None, under: Line | None) -> Line | None:
    if own is None:
        return under
    resting = under is not None and under.action in ("suspend", "resume")
    return under if resting and own.action == "no_change" else own


def _goes_along(line: Line, parent: Instance, child: Instance, installed: Installed) -> bool:
    match line.asked:
        case "no_change":
            return False
        case "change":
            return not installed.bundled(parent, child)
    return True
