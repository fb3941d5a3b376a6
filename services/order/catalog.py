"""The catalog as order answers for it: every problem of an entry is named, and the old entry stays."""

from __future__ import annotations

from schemas.catalog import RetireSpecification, check
from schemas.catalog import Specification as Entry
from services.chassis.service import Refused, Why, Work
from services.order.domain import specification as catalog
from services.order.domain.specification import Specification, SpecificationPublished, named
from services.order.domain.words import Reason
from services.order.handlers import NAMED_BY, SPECIFICATION, why
from services.order.needs import Wishes, neighbours, of_catalog


def needs_of_publish(entry: Entry, work: Work) -> Wishes:
    return of_catalog(entry.specification_id, named(_content(entry).entry), work)


def publish(entry: Entry, work: Work) -> None:
    heard = _content(entry)
    outcome = catalog.publish(work.state(SPECIFICATION, entry.specification_id), heard)
    if isinstance(outcome, Reason):
        raise Refused(why(outcome))
    if not outcome:
        return
    mentioned = named(heard.entry)
    problems = check(entry, _known(entry.specification_id, mentioned, work))
    if problems:
        raise Refused(*(Why("FIELD", message, None, place) for place, message in problems))
    work.append(SPECIFICATION, entry.specification_id, *outcome)
    for target in sorted(mentioned):
        work.put(NAMED_BY, target, entry.specification_id)


def retire(command: RetireSpecification, work: Work) -> None:
    outcome = catalog.retire(work.state(SPECIFICATION, command.specification_id), command.version)
    if isinstance(outcome, Reason):
        raise Refused(why(outcome))
    work.append(SPECIFICATION, command.specification_id, *outcome)


def _content(entry: Entry) -> SpecificationPublished:
    content = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return SpecificationPublished(version=entry.version, entry=content)


def _known(specification_id: str, mentioned: set[str], work: Work) -> dict[str, Entry]:
    """Whatever is connected with the entry, in the version that counts."""
    found: dict[str, Entry] = {}
    waiting, seen = sorted(mentioned | neighbours(specification_id, work)), {specification_id}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        heard: Specification = work.state(SPECIFICATION, name)
        if heard.latest is not None:
            found[name] = Entry.model_validate(heard.latest.content)
        waiting += sorted(neighbours(name, work) - seen)
    return found
