"""`python -m services.audit`: the witness, as a process of its own."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from services.audit.run import serve
from services.chassis.settings import Settings, described


def main() -> int:
    """The exit status, 2 when the settings make no sense."""
    try:
        settings = Settings()
    except ValidationError as error:
        print(f"aftersale: {'; '.join(described(error))}", file=sys.stderr)
        return 2
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
