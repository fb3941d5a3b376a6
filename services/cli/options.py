"""The options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.chassis.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The embedded system's directory (AFTERSALE_DATA, default ./.aftersale)."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON and nothing else.")]


class ServiceName(StrEnum):
    order = "order"
    inventory = "inventory"
    fulfillment = "fulfillment"


class Kind(StrEnum):
    order = "order"
    instance = "instance"
    account = "account"
    plan = "plan"
    returned = "return"


def settings(data: Path | None) -> Settings:
    """The installation, from the environment and the directory given."""
    from services.cli.installation import settings_of

    return settings_of(data)
