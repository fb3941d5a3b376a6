"""`aftersale audit`: what an auditor runs. It reads stores and topics, and changes nothing in them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from services.cli.options import Data, Json, settings

audit = typer.Typer(
    name="audit", help="See what happened, and prove that nothing was altered.", no_args_is_help=True
)


class Subject(StrEnum):
    order = "order"
    instance = "instance"
    account = "account"


class Format(StrEnum):
    text = "text"
    json = "json"
    mermaid = "mermaid"


As = Annotated[Format, typer.Option("--format", help="A table, JSON, or a Mermaid sequence diagram.")]


@audit.command()
def timeline(
    kind: Subject, id: str, shape: As = Format.text, as_json: Json = False, data: Data = None
) -> None:
    """Every event across the services, causes first: when, who, why, and which rule."""
    from services.audit.timeline import timeline as read
    from services.cli import audit_history
    from services.cli.auditing import found, progress, sources
    from services.cli.installation import keys_of, stores_of

    here = settings(data)
    with stores_of(here) as stores, keys_of(here) as keys, progress("reading the logs") as tell, found():
        entries = read(sources(stores), keys, kind.value, id, tell)
    audit_history.print_timeline(entries, Format.json.value if as_json else shape.value)
