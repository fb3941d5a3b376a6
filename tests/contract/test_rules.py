"""The registry of rules is whole, what refuses cites it, and the scoreboard counts it as it is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.rules import RULES, SECTIONS, Rule, Section, ours
from schemas.rules.rule import enforced, not_for_us, numbered, still_open
from tests.marks import pytest_collection_modifyitems as check_marks
from tests.scoreboard import ROOT, shown_by, standing, tally

DECISIONS, IN_SECTIONS = 24, 200
ID = re.compile(r"\b[A-Z]{1,3}-(?:V\d|\d\d)\b|\bMOV-V\d\b")
REASONS = {"Why", "Reason", "Refused", "FalloutOpened"}
BOOK = [rule for section in SECTIONS for rule in section.rules]


def sources() -> Iterator[Path]:
    """Our own code, without the registry and the sample."""
    for path in (*ROOT.glob("services/**/*.py"), *ROOT.glob("schemas/**/*.py")):
        if path.parent not in (ROOT / "schemas/rules", ROOT / "schemas/examples"):
            yield path


def cited(source: str) -> set[str]:
    """The ids that stand anywhere in a module, its comments included."""
    return set(ID.findall(source))


def calls(source: str, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def refusing(source: str) -> set[str]:
    """The ids that a module gives to a reason, or to a fallout, in so many words."""
    found = set()
    for call in calls(source, REASONS):
        named = [key.value for key in call.keywords if key.arg == "rule"] or call.args[:1]
        found |= {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


# --------------------------------------------------------------------------------------- the registry


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_a_section_has_each_of_its_rules_in_their_order(section: Section) -> None:
    assert tuple(rule.id for rule in section.rules) == section.ids


def test_the_book_is_whole_and_no_id_says_two_things() -> None:
    assert len(BOOK) == DECISIONS + IN_SECTIONS
    assert len(RULES) == len(BOOK) + len(ours.RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_one_plain_sentence_and_says_who_holds_it_or_why_nobody_does(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][^\n]{10,100}\.", rule.sentence)
    assert (rule.service is None) == (rule.status == "not applicable")
    if rule.status == "not applicable":
        assert rule.because


def test_what_is_enforced_is_enforced_by_a_service_that_is_there() -> None:
    holders = {rule.service for rule in RULES.values() if rule.status == "enforced"}
    assert {name for name in holders if not (ROOT / "services" / str(name)).is_dir()} == set()


# ------------------------------------------------------------------------------------------- the code


def test_every_id_that_the_code_names_is_a_rule() -> None:
    assert {f"{path}: {id}" for path in sources() for id in cited(path.read_text()) - set(RULES)} == set()


def test_the_sample_shows_rules_that_are_for_us() -> None:
    ids = cited((ROOT / "schemas/examples/outcomes.json").read_text())
    assert ids
    assert {id for id in ids if id not in RULES or RULES[id].status == "not applicable"} == set()


def test_whatever_refuses_names_a_rule_that_is_for_us() -> None:
    ids = {id for path in sources() for id in refusing(path.read_text())}
    assert len(ids) > 20, "the reasons were not found"
    assert {id for id in ids if id not in RULES or RULES[id].status == "not applicable"} == set()


def test_whatever_opens_a_fallout_says_by_which_rule() -> None:
    opening = [call for path in sources() for call in calls(path.read_text(), {"FalloutOpened"})]
    assert opening
    assert [ast.unparse(call) for call in opening if "rule" not in {key.arg for key in call.keywords}] == []


def test_an_id_that_is_no_rule_is_found() -> None:
    """The negative control, in each of the ways in which a module names a rule."""
    module = 'Reason(message="no", rule="XYZ-99")\nraise Refused(Why("ABC-98", "no"))  # MOV-V9'
    assert refusing(module) == {"XYZ-99", "ABC-98"}
    assert cited(module) == {"XYZ-99", "ABC-98", "MOV-V9"}


# -------------------------------------------------------------------------------------- the scoreboard

PLANTED = Section(
    title="planted",
    ids=numbered("ACT", 5),
    rules=(
        enforced("ACT-01", "order", "Enforced, and shown by two tests."),
        enforced("ACT-02", "order", "Enforced, and shown by no test."),
        still_open("ACT-03", "order", "Open, although a test shows a part of it."),
        not_for_us("ACT-04", "Not for us.", "because"),
        enforced("ACT-05", "order", "Enforced, and shown by one test with parameters."),
    ),
)
TESTS = """
import pytest

@pytest.mark.rule("ACT-01", "ACT-03")
def test_one() -> None: raise AssertionError("tests are collected, not run")

@pytest.mark.rule("ACT-01")
@pytest.mark.rule("ACT-05")
@pytest.mark.parametrize("value", [1, 2, 3])
def test_another(value: int) -> None: ...

def test_without_a_mark() -> None: ...
"""


def test_the_scoreboard_counts_rules_by_what_shows_them(tmp_path: Path) -> None:
    (tmp_path / "test_planted.py").write_text(TESTS)
    shown = shown_by(tmp_path)
    assert shown == {"ACT-01": 2, "ACT-03": 1, "ACT-05": 1}
    assert {rule.id: standing(rule, shown) for rule in PLANTED.rules} == {
        "ACT-01": "enforced and tested",
        "ACT-02": "enforced only",
        "ACT-03": "open",
        "ACT-04": "not applicable",
        "ACT-05": "enforced and tested",
    }
    assert (
        tally([PLANTED], shown) == "rules: 2 enforced and tested, 1 enforced only, 1 not applicable, 1 open"
    )


def test_tests_that_cannot_be_collected_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_the_kind\n")
    with pytest.raises(RuntimeError, match="nothing_of_the_kind"):
        shown_by(tmp_path)


@pytest.mark.parametrize(
    ("id", "says"), [("ACT-99", "there is none in schemas/rules"), ("ORD-03", "it is not for us")]
)
def test_a_mark_with_a_wrong_id_stops_the_run(request: pytest.FixtureRequest, id: str, says: str) -> None:
    item: pytest.Item = request.node
    item.add_marker(pytest.mark.rule(id))
    with pytest.raises(pytest.UsageError, match=f"rule {id}: {says}"):
        check_marks([item])


def test_the_scoreboard_of_this_product_ends_with_its_count() -> None:
    command = [sys.executable, "-m", "tests.scoreboard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    last = re.fullmatch(
        r"rules: (\d+) enforced and tested, (\d+) enforced only, (\d+) not applicable, (\d+) open",
        done.stdout.splitlines()[-1],
    )
    assert last, done.stdout[-500:]
    assert sum(map(int, last.groups())) == DECISIONS + IN_SECTIONS
    assert all(f" {rule.id} " in done.stdout for rule in BOOK)
