"""The tables of the rule book that the reference model judges by, written out once more."""

from __future__ import annotations

SETTLED = ("active", "suspended")
PENDING = ("installation_pending", "change_pending", "inactivation_pending")

ALLOWED: dict[str, tuple[str, ...]] = {
    "active": ("change", "move", "disconnect", "suspend", "no_change"),
    "suspended": ("disconnect", "resume", "no_change"),
    "installation_pending": (),
    "change_pending": ("no_change",),
    "inactivation_pending": (),
    "inactive": (),
}
"""3.3 with D-07: what may be asked of an instance in a state."""

BELOW: dict[str, tuple[str, ...]] = {
    "add": ("add",),
    "change": ("add", "change", "disconnect", "suspend", "resume", "no_change"),
    "no_change": ("add", "change", "disconnect", "suspend", "resume", "no_change"),
    "move": ("add", "move", "disconnect"),
    "disconnect": ("disconnect",),
    "suspend": ("suspend", "no_change"),
    "resume": ("resume", "no_change"),
}
"""2.3: what may stand below a line."""

SHOWN: dict[str, str] = {
    "change": "change_pending",
    "move": "change_pending",
    "disconnect": "inactivation_pending",
}
"""INV-04, INV-08, INV-11: what is shown from the approval on; other actions leave it (INV-20)."""

ENDS: dict[str, str] = {
    "disconnect": "inactive",
    "move": "inactive",
    "suspend": "suspended",
    "resume": "active",
}
"""INV-07, INV-09, INV-10, INV-13: the state when its work is done; of others that found."""

TERMS: dict[str, tuple[tuple[str, ...], str]] = {
    "suspend": (("active",), "suspended"),
    "resume": (("suspended",), "active"),
    "disconnect": (("active", "suspended"), "canceled"),
}
"""Section 8: from which states a contract line or entitlement follows its instance, and where to."""

MANDATORY = {"home": "internet"}
"""ACT-13: what is not whole without what."""

TAKES_ALONG = ("move", "disconnect", "suspend", "resume")
"""What these do, they do to all below; a change goes down to what realizes its product (LIN-03)."""
