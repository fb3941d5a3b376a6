"""Section 4: the dates of a suspend or resume."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from schemas.order import LineRequest, PlaceOrder
from services.order.domain.words import Action
from tests.domain.order_known import NOW, home, line


@pytest.mark.rule("SUS-02", "D-08")
@pytest.mark.parametrize("action", ["suspend", "resume", "change", "disconnect"])
@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_a_date_that_has_come_is_taken(action: Action, ago: timedelta) -> None:
    assert home().rules(line("1", action, "TV", due_date=NOW - ago)) == []


@pytest.mark.rule("SUS-03", "D-08")
@pytest.mark.parametrize(
    "date", ["2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z", "tomorrow", "2026-02-03", ""]
)
def test_an_impossible_date_is_refused_and_not_taken_for_at_once(date: str) -> None:
    written = {"lineId": "1", "action": "suspend", "instanceId": "I", "dueDate": date}
    with pytest.raises(ValidationError, match="dueDate"):
        LineRequest.model_validate_json(json.dumps(written))
    order = {"orderId": "O", "accountId": "A", "action": "suspend", "selection": ["I"], "start": date}
    with pytest.raises(ValidationError, match="start"):
        PlaceOrder.model_validate_json(json.dumps(order))


@pytest.mark.rule("SUS-09")
def test_a_child_rests_by_itself_below_what_changes_or_stays_and_follows_what_rests() -> None:
    for above in ("change", "no_change"):
        lines = (line("P", above, "HOME"), line("C", "suspend", "TV", parent_line_id="P"))
        assert home().rules(*lines) == []
    against = (line("P", "suspend", "HOME"), line("C", "resume", "TV", parent_line_id="P"))
    assert home().rules(*against) == [("C", "D-04")]
