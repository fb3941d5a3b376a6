"""What becomes of the values of an instance that a change makes by another specification or version."""

from __future__ import annotations

from collections.abc import Iterator

from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.specification import Version
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import Value, Values


def becomes_another(line: Line, instance: Instance) -> bool:
    """Whether a change names another specification, or another version than the one that is named now."""
    record = instance.record
    if line.action != "change" or line.instance_id != instance.id:
        return False
    if line.specification_id not in (None, record.specification_id):
        return True
    versions = record.specification_version, line.specification_version
    return None not in versions and versions[0] != versions[1]


def outgrown(line: Line, instance: Instance, installed: Installed) -> Values:
    """CHG-15, CHG-05: values that go, because the specification that the line names does not have them.

    A value that it lists others instead of gives way to the default of the new one. What the line itself says
    is not among them.
    """
    version = _version(line, instance, installed)
    if version is None:
        return {}
    record = instance.record
    before = installed.version(record.specification_id, record.specification_version)
    readable = before.characteristics - before.personal - version.personal if before else frozenset[str]()
    return {
        name: None if name not in version.characteristics else version.defaults.get(name)
        for name, value in record.characteristics.items()
        if name not in line.characteristics and not _has(version, name, value, readable)
    }


def brought(line: Line, instance: Instance, installed: Installed) -> Values:
    """The values that a line brings to its own instance; null takes one away."""
    gone = outgrown(line, instance, installed)
    return {**gone, **line.characteristics} if gone else line.characteristics


def lacking(line: Line, instance: Instance, installed: Installed) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """What the new specification requires and the instance would not have, with the values it lists."""
    version = _version(line, instance, installed)
    if version is None:
        return
    after = {**instance.record.characteristics, **brought(line, instance, installed)}
    for name in sorted(version.required):
        if after.get(name) is None and name not in version.defaults:
            yield name, version.listed.get(name, ())


def _version(line: Line, instance: Instance, installed: Installed) -> Version | None:
    """The version that it becomes one of; None when it stays what it is, or nobody heard of that one."""
    if not becomes_another(line, instance):
        return None
    specification = line.specification_id or instance.record.specification_id
    return installed.version(specification, line.specification_version)


def _has(version: Version, name: str, value: Value, readable: frozenset[str]) -> bool:
    """A value that is, or may be, personal cannot be looked at, so it stays."""
    if name not in version.characteristics:
        return False
    listed = version.listed.get(name)
    return listed is None or name not in readable or value in listed
