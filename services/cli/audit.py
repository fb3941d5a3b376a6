"""`aftersale audit`: what an auditor runs. It reads stores and topics, and changes nothing in them."""

from __future__ import annotations

import typer

audit = typer.Typer(
    name="audit", help="See what happened, and prove that nothing was altered.", no_args_is_help=True
)
