"""Ordering by contract line or entitlement: what is selected stands for its instance (D-16, CON-10)."""

from __future__ import annotations

from typing import Any

import pytest

from services.order.domain.term import Contract, Term, TermLearned, evolve, learn
from tests.domain.order_known import Heard, home, line, said

ENTITLEMENT = {"kind": "entitlement"}


@pytest.fixture
def known() -> Heard:
    return home().bound("L-TV", "TV").bound("E-NET", "NET", **ENTITLEMENT)


@pytest.mark.rule("CON-10", "D-16")
@pytest.mark.parametrize("action", ["suspend", "resume", "disconnect", "change"])
def test_a_contract_line_or_entitlement_is_ordered_for_by_the_line_of_its_instance(
    known: Heard, action: str
) -> None:
    by_term = known.written(action=action, selection=("L-TV", "E-NET"))
    assert said(by_term) == said(known.written(action=action, selection=("TV", "NET")))


@pytest.mark.rule("D-16")
def test_two_terms_of_one_instance_make_one_line(known: Heard) -> None:
    known.bound("M-TV", "TV")
    assert said(known.written(action="suspend", selection=("L-TV", "M-TV", "TV"))) == [("suspend", "TV")]


def test_an_id_of_both_is_that_of_the_instance(known: Heard) -> None:
    known.bound("VOICE", "TV")
    assert said(known.written(action="suspend", selection=("VOICE",))) == [("suspend", "VOICE")]


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "an entitlement under a line": (
        "U",
        {"under": "L-TV", **ENTITLEMENT},
        "goes along with contract line L-TV: select L-TV instead",
    ),
    "what is over": ("X", {"over": True}, "contract line X is over, and nothing brings it back"),
}


@pytest.mark.rule("CON-10")
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_selected_by_itself_is_told_what_can(known: Heard, case: str) -> None:
    id, facts, says = REFUSED[case]
    [reason] = known.bound(id, "TV", **facts).refuses(action="suspend", selection=(id,))
    assert (reason.rule, reason.line_id, reason.field) == ("CON-10", "1", "instanceId")
    assert says in reason.message


@pytest.mark.rule("CON-10")
def test_a_line_names_an_instance_and_no_term(known: Heard) -> None:
    [reason] = known.refuses(line("1", "suspend", "L-TV"))
    assert reason.rule == "CON-10"
    assert "give it in the 'selection', or instance TV in the line" in reason.message


@pytest.mark.rule("CON-10")
def test_a_contract_is_not_ordered_for_and_says_what_is(known: Heard) -> None:
    known.contracts["C-1"] = Contract(account_id="ACC-1", line_ids=("L-1", "L-2"))
    known.contracts["EMPTY"] = Contract(account_id="ACC-1")
    known.contracts["THEIRS"] = Contract(account_id="ACC-2", line_ids=("L-9",))
    for asked in (
        known.refuses(action="suspend", selection=("C-1",)),
        known.refuses(line("1", "suspend", "C-1")),
    ):
        [reason] = asked
        assert (reason.rule, reason.line_id, reason.field) == ("CON-10", "1", "instanceId")
        assert reason.message == (
            "C-1 is a contract, which nothing is ordered for: its lines, L-1, L-2, follow the products that "
            "they are about, so select those lines or products"
        )
    [empty] = known.refuses(action="suspend", selection=("EMPTY",))
    assert "its lines follow the products" in empty.message
    [theirs] = known.refuses(action="suspend", selection=("THEIRS",))
    assert (theirs.rule, "L-9" in theirs.message) == ("ACT-06", False)


def test_a_term_of_another_account_is_as_unknown_as_none(known: Heard) -> None:
    known.bound("THEIRS", "TV", account_id="ACC-2")
    [theirs] = known.refuses(action="suspend", selection=("THEIRS",))
    assert theirs.rule == "ACT-06"
    assert "has no instance THEIRS" in theirs.message


def test_what_is_said_of_a_term_again_changes_nothing() -> None:
    said = TermLearned(account_id="A", kind="contract_line", instance_id="P")
    known = evolve(None, said)
    assert known == Term(account_id="A", kind="contract_line", instance_id="P")
    assert learn(known, said) == ()
    [moved] = learn(known, TermLearned(account_id="A", kind="contract_line", instance_id="N"))
    now = evolve(known, moved)
    assert isinstance(now, Term)
    assert now.instance_id == "N"
