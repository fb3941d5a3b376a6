"""DEC-05: dead ends of the catalog are pointed out when an entry is published, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.catalog import Specification, check


def entry(id: str, kind: str = "service", to: tuple[str, ...] = (), **more: Any) -> Specification:
    relations = [{"type": "realized_as", "target": target} for target in to]
    named = {"specification_id": id, "version": "1", "name": id, "kind": kind}
    return Specification(**{**named, "relationships": relations, **more})


def rule(target: str, characteristic: str = "port") -> dict[str, Any]:
    return {"target": target, "characteristic": characteristic}


def mapped(target: str, characteristic: str = "port") -> dict[str, Any]:
    return {"characteristic": characteristic, "target": target}


LINE = entry("LINE", "product", ("ACCESS",))
ACCESS = entry("ACCESS", to=("ONT",), rules=[rule("ONT")])
ONT = entry("ONT", mappings=[mapped("ACCESS")])


def found(entry: Specification, *others: Specification) -> list[tuple[str, str]]:
    return check(entry, {other.specification_id: other for other in others})


@pytest.mark.rule("DEC-05")
def test_a_rule_that_waits_for_what_only_its_own_target_brings_is_a_dead_end() -> None:
    [(place, said)] = found(ACCESS, LINE, ONT)
    assert place == "rules.0.characteristic"
    assert said.startswith("a dead end (DEC-05): ACCESS makes 'ONT' only with 'port'")


@pytest.mark.rule("DEC-05")
def test_so_is_the_mapping_that_is_published_last() -> None:
    [(place, said)] = found(ONT, LINE, ACCESS)
    assert place == "mappings.0"
    assert "comes only from ONT" in said


@pytest.mark.rule("DEC-05")
def test_a_value_that_comes_from_below_the_target_is_one_as_well() -> None:
    ont = entry("ONT", to=("CHIP",))
    [(place, _)] = found(ACCESS, LINE, ont, entry("CHIP", mappings=[mapped("ACCESS")]))
    assert place == "rules.0.characteristic"


@pytest.mark.rule("DEC-05")
@pytest.mark.parametrize(
    "other_way",
    [
        {"ACCESS": {"characteristics": [{"name": "port", "type": "string"}]}},
        {"ACCESS": {"plans": [{"actions": ["add"], "tasks": [{"name": "look", "kind": "provision"}]}]}},
        {"LINE": {"characteristics": [{"name": "port", "type": "string"}]}},
        {"LINE": {"mappings": [mapped("ACCESS")]}},
        {"LINE": {"relationships": [{"type": "realized_as", "target": id} for id in ("ACCESS", "ONT")]}},
        {"ONT": {"mappings": []}},
    ],
)
def test_a_value_that_may_come_another_way_is_none(other_way: dict[str, Any]) -> None:
    known = {
        one.specification_id: one.model_copy(
            update=Specification.model_validate(
                {**one.model_dump(by_alias=True), **other_way.get(one.specification_id, {})}, strict=False
            ).__dict__
        )
        for one in (LINE, ACCESS, ONT)
    }
    assert check(known["ACCESS"], known) == []
