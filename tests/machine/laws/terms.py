"""What hangs on an instance: contract lines and entitlements (section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tests.machine.laws.view import Page, View, holder

FITS = {
    "active": ("draft", "active", "expired", "canceled"),
    "suspended": ("suspended", "expired", "canceled"),
    "inactive": ("expired", "canceled"),
    "installation_pending": (),
}
"""CON-07: what may hang on an instance that nobody works on."""


def terms_follow_their_instance(view: View) -> Iterator[str]:
    """CON-03, CON-04."""
    for id, page in view.instances.items():
        for term in terms(page):
            if holder(page) is None and term["state"] not in FITS[page["state"]]:
                yield f"{id} is {page['state']}, and has {term}"


def terms_follow_their_dates(view: View) -> Iterator[str]:
    """CON-04, CON-05: what has begun and not ended is not a draft, and what has ended is over."""
    now, in_hand = view.world.clock.at, _in_hand(view)
    for page in view.instances.values():
        for term in terms(page):
            begins, ends = _moment(term["start"]), _moment(term["end"])
            over = term["state"] in ("expired", "canceled") or term["contractLineId"] in in_hand
            if ends is not None and ends <= now and not over:
                yield f"{page['instanceId']}: {term} has ended"
            if begins is not None and now < begins and term["state"] in ("active", "expired"):
                yield f"{page['instanceId']}: {term} has not begun"
            if term["state"] == "draft" and (begins is None or begins <= now):
                yield f"{page['instanceId']}: {term} has begun"


def _in_hand(view: View) -> set[str]:
    """CON-08: the contract lines of instances that an order holds or waits for: it may have renewed them."""
    found = set()
    for page in view.instances.values():
        waits = any(one["state"] == "scheduled" for one in page["operations"])
        if holder(page) is not None or waits:
            found |= {term["contractLineId"] for term in terms(page) if "entitlementId" not in term}
    return found


def terms_can_be_kept(view: View) -> Iterator[str]:
    """CON-11: nothing is agreed that ends before it begins, or without dates."""
    for page in view.instances.values():
        for term in terms(page):
            begins, ends = _moment(term["start"]), _moment(term["end"])
            if begins is None or ends is None or ends <= begins:
                yield f"{page['instanceId']}: {term}"


def each_hangs_on_one_instance(view: View) -> Iterator[str]:
    """D-05, RMA: what goes over to another instance leaves the one it was on."""
    found: dict[str, str] = {}
    for id, page in view.instances.items():
        for term in terms(page):
            key = term.get("entitlementId") or term["contractLineId"]
            if key in found:
                yield f"{key} hangs on {found[key]} and on {id}"
            found[key] = id


def terms(page: Page) -> list[Page]:
    return [*page["contractLines"], *page["entitlements"]]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


LAWS = (
    terms_can_be_kept,
    terms_follow_their_instance,
    terms_follow_their_dates,
    each_hangs_on_one_instance,
)
