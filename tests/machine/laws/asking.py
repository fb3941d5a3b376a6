"""Whatever somebody may ask for: lines, terms, returns, answers. Much of it breaks a rule, and is refused."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from tests.machine.laws.sold import COUNTED, FROM, LATER, NUMBERS, SOON
from tests.machine.laws.view import Page, View

Line = dict[str, Any]
ACTIONS = ("change", "change", "change", "disconnect", "disconnect", "suspend", "resume", "no_change", "move")
ADDS = ("hub", "siren", "alarm", "seat", "broadband", "handset", "office", "pool", "flat")
ROOTS = ("broadband", "handset", "office", "pool", "flat")
PROPOSED = ("refund", "refund", "return", "replacement", "replacement", "repair", "reject")
ENDED = ("completed", "canceled", "rejected")
OUTCOMES = (*(6 * ("as_promised",)), "wrong_item", "not_defective")
TERMS: tuple[Line, ...] = (
    {"start": FROM, "end": LATER},
    {"start": FROM, "term": 12},
    {"start": SOON, "end": LATER},
    {"start": SOON, "term": 1},
    {"start": LATER, "end": SOON},
    {"start": LATER, "end": SOON},
    {"start": FROM, "end": LATER, "term": 3},
    {"end": LATER},
    {},
)


class Asking:
    """Chooses by chance what fits what there is, mostly."""

    def __init__(self, view: View, chance: Random) -> None:
        self.view = view
        self.random = chance

    def one(self, *found: Any) -> Any:
        return self.random.choice(found)

    def product(self, *specifications: str) -> str:
        """One that lives if there is one, of these if there is one."""
        pages = self.view.instances
        products = [id for id in pages if pages[id]["kind"] == "product"]
        alive = [id for id in products if pages[id]["state"] != "inactive"]
        fits = [id for id in alive if pages[id]["specificationId"] in specifications]
        return str(self.one(*(fits or alive or products)))

    def service(self) -> str:
        """What stands directly below a product, and lives if there is any."""
        found = [page for page in self.view.instances.values() if page["kind"] == "service"]
        alive = [page for page in found if page["state"] != "inactive"]
        return str(self.one(*(alive or found))["instanceId"])

    def line(self, id: str) -> Line:
        if self.random.random() < 0.3:
            return self.add(id)
        return self.of(id, str(self.one(*ACTIONS)), self.product())

    def of(self, id: str, action: str, about: str) -> Line:
        """A line about an instance."""
        line: Line = {"lineId": id, "action": action, "instanceId": about}
        if action == "move":
            line["location"] = self.one("SITE-1", "SITE-2")
        elif action == "change":
            line |= self._values(self.view.instances[about])
        return line | self._agreed(action) | self._dated()

    def add(self, id: str) -> Line:
        what = str(self.one(*ADDS))
        line: Line = {"lineId": id, "action": "add", "specificationId": what}
        if what not in ROOTS:
            line["parentInstanceId"] = self.product("office" if what == "seat" else "flat")
        elif what in NUMBERS:
            line["characteristics"] = {NUMBERS[what]: self.random.randint(0, 3)}
        elif what == "broadband" and self.random.random() < 0.5:
            line["characteristics"] = {"access": self.one("fibre", "copper")}
        elif what == "handset" and self.random.random() < 0.3:
            line["quantity"] = self.random.randint(1, 2)
        return line | self._agreed("add") | self._dated()

    def _values(self, page: Page) -> Line:
        what = page["specificationId"]
        if what in NUMBERS:
            return {"characteristics": {NUMBERS[what]: self.random.randint(0, 5)}}
        if what == "broadband":
            return {"characteristics": {"access": self.one("fibre", "copper")}}
        if what == "duct":
            return {"characteristics": {"depth": self.random.randint(1, 5)}}
        if what == "handset":
            more = {"quantity": self.random.randint(1, 6)} if self.random.random() < 0.5 else {}
            return {"characteristics": {"colour": self.one("red", "blue")}, **more}
        return {}

    def _agreed(self, action: str) -> Line:
        if self.random.random() > 0.3:
            return {}
        types = {"add": ("new", "upsell"), "change": ("amend", "renew", "new"), "disconnect": ("cancel",)}
        type = self.one(None, *types.get(action, ("no_change",)))
        return {"contractLine": {**({"type": type} if type else {}), **self.one(*TERMS)}}

    def _dated(self) -> Line:
        if self.random.random() > 0.12:
            return {}
        at = self.view.world.clock.at + timedelta(hours=self.random.choice((-20, 30, 60, 90)))
        return {"dueDate": at.isoformat()}

    def lines(self) -> list[Line]:
        return [self.line(str(at)) for at in range(1, self.one(1, 1, 2, 3) + 1)]

    def revised(self, order: Page) -> list[Line]:
        """The lines of an order with something else in them; what is done stands as it is."""
        done = [written(one) for one in order["lines"] if one["state"] == "completed"]
        return [
            *done,
            *self._otherwise([written(one) for one in order["lines"] if one["state"] not in ENDED]),
        ]

    def _otherwise(self, lines: list[Line]) -> list[Line]:
        for at, line in enumerate(lines):
            if self.random.random() < 0.4:
                page = self.view.instances.get(line.get("instanceId", ""))
                values = self._values(page) if page is not None and line["action"] == "change" else {}
                if line["action"] == "add" and line["specificationId"] in NUMBERS:
                    values = {
                        "characteristics": {NUMBERS[line["specificationId"]]: self.random.randint(0, 3)}
                    }
                lines[at] = {**line, **values, **self._dated()}
        if lines and self.random.random() < 0.4:
            lines.pop(self.random.randrange(len(lines)))
        if not lines or self.random.random() < 0.4:
            lines.append(self.line(str(100 + self.random.randrange(1000))))
        return lines

    def beside(self) -> Line:
        """What changes which products stand together below a flat."""
        if self.random.random() < 0.5:
            return {"lineId": "1", "action": "disconnect", "instanceId": self.product("hub", "siren")}
        what = self.one("hub", "siren", "alarm")
        above = self.product("flat")
        return {"lineId": "1", "action": "add", "specificationId": what, "parentInstanceId": above}

    def nested(self) -> list[Line]:
        """Something is done about a product, and about one that stands below it."""
        whole = self.product("flat", "office")
        below = [one["instanceId"] for one in self.view.below(whole) if one["kind"] == "product"]
        upper = self.of("1", self.one("suspend", "suspend", "change", "disconnect"), whole)
        lower = self.of("2", self.one("change", "suspend", "disconnect"), self.one(*(below or [whole])))
        return [upper, lower]

    # ------------------------------------------------------------------------------------ choosing

    def choice(self, line: Page) -> list[str]:
        """Which ones end of those that a line has fewer of; mostly as many as it asks for."""
        about = line["instanceId"]
        page = self.view.instances[about]
        what = page["specificationId"]
        there = [
            one["instanceId"] for one in self.view.below(about) if one["specificationId"] == COUNTED[what]
        ]
        wanted = {**page["characteristics"], **line["characteristics"]}.get(NUMBERS[what], 0)
        self.random.shuffle(there)
        ending = max(len(there) - int(wanted), 0) if self.random.random() < 0.85 else 1
        return there[:ending] or there[:1] or [about]

    # ------------------------------------------------------------------------------------- returns

    def returned(self) -> list[Line]:
        what = ("handset", "handset", "seat", "hub", "alarm")
        return [self.returning(str(at), self.one(*what)) for at in range(1, self.one(1, 1, 2) + 1)]

    def returning(self, id: str, specification: str) -> Line:
        about, expected = self.product(specification), self.one("repair", "replacement", "refund")
        quantity = {"quantity": self.random.randint(1, 3)} if self.random.random() < 0.4 else {}
        return {"lineId": id, "instanceId": about, "reason": "broken", "expected": expected} | quantity

    def assessed(self, case: Page) -> list[Line]:
        """Of one line, or of all."""
        lines = case["lines"]
        if self.random.random() < 0.5:
            lines = [self.one(*lines)]
        found = []
        for line in lines:
            approved = {"approvedQuantity": self.random.randint(1, 6)} if self.random.random() < 0.5 else {}
            found.append({"lineId": line["lineId"], "proposed": self.one(*PROPOSED)} | approved)
        return found


def written(line: Page) -> Line:
    """A line of a page as a caller writes it."""
    names = ("lineId", "action", "instanceId", "specificationId", "parentLineId", "parentInstanceId")
    more = ("location", "move", "quantity", "dueDate", "characteristics")
    found = {name: line[name] for name in (*names, *more) if line.get(name) not in (None, {}, False)}
    if line["action"] == "add":
        found.pop("instanceId", None)
    else:
        found.pop("specificationId", None)
        found.pop("parentInstanceId", None)
    return found
