"""`python -m schemas.export [DIR]`: writes one JSON Schema a message, and the AsyncAPI document.

A test compares what it writes with `schemas/published`, so the two cannot drift apart. YAML is written
with PyYAML, which is a development dependency.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from schemas.asyncapi import Plain, document
from schemas.registry import MESSAGES, MessageType

PUBLISHED = Path(__file__).parent / "published"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI = "asyncapi.yaml"


def json_schema(type_: str, message: MessageType) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the payload of one message type, self-contained."""
    schema = message.model.model_json_schema(by_alias=True, schema_generator=Plain)
    return {"$schema": DIALECT, "$id": f"urn:aftersale:schema:{type_}", **schema, "title": type_}


def files() -> Iterator[tuple[str, str]]:
    """Each published file: its name and its text, the same at every run."""
    for type_, message in MESSAGES.items():
        yield f"{type_}.json", json.dumps(json_schema(type_, message), indent=2, ensure_ascii=False) + "\n"
    yield ASYNCAPI, yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)


def export(directory: Path) -> None:
    """Writes every file, and takes away the schemas of messages that are no more."""
    directory.mkdir(parents=True, exist_ok=True)
    written = {name: text for name, text in files()}
    for path in directory.glob("aftersale.*.json"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    export(Path(sys.argv[1]) if len(sys.argv) > 1 else PUBLISHED)
