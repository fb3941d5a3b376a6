"""Logs: one JSON line each, or readable ones on a terminal; what speaks of a message names its ids."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any

import structlog

from services.chassis.answers import CommandRefused, MessageParked, RetryFailed
from services.chassis.batch import Appended

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log = structlog.get_logger()


def configure(level: str, service: str) -> None:
    """Once a process. Standard error carries the log, standard output only what was asked for."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def note(appended: Iterable[Appended]) -> None:
    """Says what took effect and did not go as its sender wished: what was parked, and what was refused.

    Each line has the ids of the message and of its account and conversation, and no value of it.
    """
    for one in appended:
        match one.event:
            case MessageParked(behind=None) as event:
                # What nobody could read is the sender's fault; all else that is parked may be ours.
                say = log.warning if one.meta.correlation is None else log.error
                say("parked", parked=one.id, reason=event.reason, **_place(event), **_ids(one))
            case MessageParked() as event:
                log.info("queued", parked=one.id, behind=event.behind, **_place(event), **_ids(one))
            case RetryFailed() as event:
                log.warning("still parked", parked=one.id, reason=event.reason, **_ids(one))
            case CommandRefused() as event:
                rules = sorted({reason.rule for reason in event.reasons})
                log.info("refused", type=event.command_type, about=event.about, rules=rules, **_ids(one))


def _place(event: MessageParked) -> dict[str, Any]:
    at = {"topic": event.topic, "partition": event.partition, "offset": event.offset}
    return at if event.order is None else {**at, "order": event.order}


def _ids(one: Appended) -> dict[str, Any]:
    meta = one.meta
    return {"message": meta.cause, "account": meta.account, "correlation": meta.correlation}
