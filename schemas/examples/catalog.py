"""The catalog of Fjordnet: resources and services before the products that stand on them."""

from __future__ import annotations

from schemas.examples import catalog_business, catalog_counted, catalog_devices, catalog_home, catalog_mobile
from schemas.examples.words import Entry

ENTRIES: list[Entry] = [
    *catalog_mobile.ENTRIES,
    *catalog_home.ENTRIES,
    *catalog_business.ENTRIES,
    *catalog_counted.ENTRIES,
    *catalog_devices.ENTRIES,
]

RETIRED = "legacy-adsl"
"""Published and then retired: some still own it, nobody can order it."""

KINDS: dict[str, str] = {entry["specificationId"]: entry["kind"] for entry in ENTRIES}
