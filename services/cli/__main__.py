"""The console script `aftersale`: exit status 0 done, 1 it did not hold, 2 the call was wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from services.cli.errors import Failed


def main() -> None:
    sys.exit(called(sys.argv[1:]))


def called(arguments: Sequence[str]) -> int:
    """Runs one command; the exit status. What goes wrong is one line on standard error."""
    try:
        status = _command()(args=list(arguments), prog_name="aftersale", standalone_mode=False)
    except Failed as failed:
        return _say(str(failed), failed.status)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _other(error)
    return status if isinstance(status, int) else 0


@cache
def _command() -> Callable[..., Any]:
    """Made once: that takes longer than most commands do."""
    from typer.main import get_command

    from services.cli.app import app

    return get_command(app)


def _other(error: Exception) -> int:
    """A call that cannot be understood, or something that is away; anything else is a fault of ours."""
    from services.chassis.ports import Unavailable

    if (message := getattr(error, "format_message", None)) is not None:
        # Of a group alone the help was printed, and there is nothing to add to it.
        return _say(f"{said} ('aftersale --help' shows what there is)", 2) if (said := message()) else 2
    if isinstance(error, OSError) and error.filename is not None:
        return _say(f"{error.filename} cannot be used: {error.strerror}", 1)
    if isinstance(error, Unavailable):
        return _say(f"{error}: is it running, and is the address right?", 1)
    raise error


def _say(message: str, status: int) -> int:
    from services.cli.screen import plain

    print(f"aftersale: {plain(' '.join(message.split()))}", file=sys.stderr)
    return status


if __name__ == "__main__":
    main()
