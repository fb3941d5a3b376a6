"""`aftersale audit verify | prove | check | witness`: that nothing was altered, and proofs to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import Data, Json, ServiceName, settings

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key that is trusted: hexadecimal, or a file (PEM, or one a line)."),
]
Kept = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", help="Checkpoints that you kept yourself, one a line: they must hold too."),
]
Of = Annotated[ServiceName | None, typer.Option("--service", help="Whose log.")]


def verify(
    service: Of = None, keys: Keys = None, kept: Kept = None, as_json: Json = False, data: Data = None
) -> None:
    """Whether any stored event was changed, deleted, inserted or reordered; 1 when one was."""
    from services.cli import audit_verified

    here = settings(data)
    answered = audit_verified.inspected(here, service and service.value, keys or [], kept or [])
    audit_verified.show(answered, as_json)
    if not answered.found.holds:
        raise typer.Exit(1)


def prove(  # noqa: PLR0913 - each is an option of the command
    event: Annotated[
        str | None, typer.Argument(metavar="EVENT", help="STREAM@VERSION, or the id of a message.")
    ] = None,
    first: Annotated[int | None, typer.Option("--from", help="That the log over so many events ...")] = None,
    second: Annotated[int | None, typer.Option("--to", help="... is how that over so many begins.")] = None,
    service: Of = None,
    as_json: Json = False,  # noqa: ARG001 - a proof is JSON anyway
    data: Data = None,
) -> None:
    """A proof that an event is in the log, or that the log only grew between two checkpoints; as JSON."""
    from services.cli.audit_proving import grown, stored
    from services.cli.errors import Wrong

    named = service and service.value
    if (event is None) == (first is None):
        raise Wrong("say what to prove: an event (order-O-1@3), or --service order --from SIZE [--to SIZE]")
    here = settings(data)
    proof = stored(here, event, named, second) if event else grown(here, named, first, second)
    print(proof.model_dump_json(by_alias=True, indent=2))


def check(
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="What 'prove' printed; - is stdin.")],
    keys: Keys = None,
    kept: Kept = None,
    as_json: Json = False,
) -> None:
    """Whether a proof holds; needs nothing but the proof, and 1 when it does not."""
    from services.cli.audit_proving import checked, print_checked

    found = checked(proof, keys or [], kept or [])
    print_checked(found, as_json)
    if found.wrong:
        raise typer.Exit(1)


def witness(
    once: Annotated[bool, typer.Option("--once", help="Sign what there is now, and end.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Follow the logs and sign what they hold; 'aftersale up' runs one."""
    from services.audit.run import serve
    from services.cli.errors import Wrong

    if as_json and not once:
        raise Wrong("a witness that runs on prints its log: give --once with --json")
    if not once:
        raise typer.Exit(serve(settings(data)))
    from services.cli.audit_proving import print_signed, signed_once

    print_signed(signed_once(settings(data)), as_json)


def register(app: typer.Typer) -> None:
    for command in (verify, prove, check, witness):
        app.command()(command)
