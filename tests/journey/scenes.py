"""Scenarios under names of their own, so that many can be played in one installation, and their judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.cli.sample_days import later
from tests.scenarios import BASE, OTHERS, Scenario, Sent

Page = Mapping[str, Any]
Find = Callable[[str, str], Page | None]
"""The page of a kind and id, None for one that is not there."""

ACCOUNT = "ACME"
_IDS = frozenset(
    {
        "accountId",
        "orderId",
        "returnId",
        "instanceId",
        "instanceIds",
        "taskId",
        "falloutId",
        "externalId",
        "parentId",
        "parentInstanceId",
        "selection",
        "contractId",
        "contractLineId",
        "entitlementId",
    }
)


def renamed(scenario: Scenario, prefix: str) -> Scenario:
    """The same scenario for accounts, orders and instances of its own; the catalog is everybody's."""
    return replace(
        scenario,
        before=_renamed_stages(scenario.before, prefix),
        stages=_renamed_stages(scenario.stages, prefix),
        later={
            moment: tuple(renamed_command(sent, prefix) for sent in stage)
            for moment, stage in scenario.later.items()
        },
        orders={prefix + id: state for id, state in scenario.orders.items()},
        instances={prefix + id: state for id, state in scenario.instances.items()},
        returns={prefix + id: state for id, state in scenario.returns.items()},
        values={(prefix + id, name): value for (id, name), value in scenario.values.items()},
        terms={(prefix + id, prefix + term): state for (id, term), state in scenario.terms.items()},
        rules={prefix + id: rules for id, rules in scenario.rules.items()},
    )


def _renamed_stages(stages: tuple[tuple[Sent, ...], ...], prefix: str) -> tuple[tuple[Sent, ...], ...]:
    return tuple(tuple(renamed_command(sent, prefix) for sent in stage) for stage in stages)


def moved(scenario: Scenario, by: timedelta) -> Scenario:
    """The same scenario with every date so much later; the moments keep their names."""
    return replace(
        scenario,
        stages=tuple(tuple((name, later(data, by)) for name, data in stage) for stage in scenario.stages),
        later={
            moment: tuple((name, later(data, by)) for name, data in stage)
            for moment, stage in scenario.later.items()
        },
    )


def base(prefix: str) -> tuple[Sent, ...]:
    """What the accounts of a renamed scenario own."""
    return tuple(renamed_command(sent, prefix) for sent in BASE + OTHERS)


def renamed_command(sent: Sent, prefix: str) -> Sent:
    name, data = sent
    return name, _renamed(data, prefix)


def _renamed(data: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name: _value(name, value, prefix) for name, value in data.items()}


def _value(name: str, value: Any, prefix: str) -> Any:
    if name == "lines":
        return [_renamed(line, prefix) for line in value]
    if name not in _IDS:
        return value
    return [prefix + id for id in value] if isinstance(value, list) else prefix + value


def wrongs(scenario: Scenario, find: Find) -> list[str]:
    """Everything that did not end as the scenario says, a sentence each."""
    return [
        *_wrong_orders(scenario, find),
        *_wrong_returns(scenario, find),
        *_wrong_instances(scenario, find),
        *_wrong_terms(scenario, find),
    ]


def _wrong_orders(scenario: Scenario, find: Find) -> list[str]:
    found = []
    for id, state in scenario.orders.items():
        page = find("order", id) or {"state": "not there", "reasons": []}
        named = {reason["rule"] for reason in page["reasons"]}
        missing = set(scenario.rules.get(id, ())) - named
        if page["state"] != state or missing:
            found.append(f"{scenario.name}: order {id} is {page['state']} for {named or 'no reason'}")
    return found


def _wrong_returns(scenario: Scenario, find: Find) -> list[str]:
    found = []
    for id, state in scenario.returns.items():
        page = find("return", id) or {"state": "not there"}
        if page["state"] != state:
            found.append(f"{scenario.name}: return {id} is {page['state']}")
    return found


def _wrong_instances(scenario: Scenario, find: Find) -> list[str]:
    found = []
    for id, state in scenario.instances.items():
        page = find("instance", id) or {"state": "not there"}
        if page["state"] != state or page.get("reservedBy"):
            found.append(
                f"{scenario.name}: instance {id} is {page['state']}, held by {page.get('reservedBy')}"
            )
    for (id, name), value in scenario.values.items():
        page = find("instance", id) or {}
        if page.get("characteristics", {}).get(name) != value:
            found.append(f"{scenario.name}: {name} of {id} is {page.get('characteristics', {}).get(name)}")
    return found


def _wrong_terms(scenario: Scenario, find: Find) -> list[str]:
    found = []
    for (id, term), state in scenario.terms.items():
        shown = terms_of(find("instance", id) or {})
        if shown.get(term) != state:
            found.append(f"{scenario.name}: {term} on {id} is {shown.get(term, 'not there')}")
    return found


def terms_of(page: Page) -> dict[str, str]:
    """Of all contract lines and entitlements that a page shows, id and state."""
    lines = {one["contractLineId"]: one["state"] for one in page.get("contractLines", ())}
    return lines | {one["entitlementId"]: one["state"] for one in page.get("entitlements", ())}
