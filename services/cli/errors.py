"""What a command may raise: each is one line on standard error, and the exit status.

Failed      1   it did not hold
└── Wrong   2   the call was wrong
"""

from __future__ import annotations


class Failed(Exception):
    """What was asked for did not come about. The message says what to do."""

    status = 1


class Wrong(Failed):
    """The call makes no sense as it is. The message says what would."""

    status = 2
