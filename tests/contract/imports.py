"""An import contract that import-linter does not bring along; pyproject.toml names it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyStandardLibrary(Contract):
    """The modules of each package import each other and the standard library, nothing else.

    A forbidden contract would have to name every library there is; this one names what is allowed.
    """

    packages = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        packages: Any = self.packages
        found = sorted(link for package in packages for link in _foreign(graph, package))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}: the domain is the standard library only")


def _foreign(graph: ImportGraph, package: str) -> Iterator[tuple[str, str]]:
    own = {package, *graph.find_descendants(package)}
    for importer in own:
        for imported in graph.find_modules_directly_imported_by(importer) - own:
            if imported.partition(".")[0] not in sys.stdlib_module_names:
                yield importer, imported
