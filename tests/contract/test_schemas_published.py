"""What is published is what the code says, and the validators of its formats accept it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from schemas.export import ASYNCAPI, PUBLISHED, export
from schemas.registry import MESSAGES
from schemas.topics import TOPICS, parked
from tests.npm import installed

TOOL = Path(__file__).parent / "asyncapi"


def published(type_: str) -> Any:
    return json.loads((PUBLISHED / f"{type_}.json").read_text())


def test_what_is_published_is_what_the_code_says(tmp_path: Path) -> None:
    export(tmp_path)
    said = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in PUBLISHED.iterdir()}
    assert said == kept, "run `python -m schemas.export` and look at the difference"


def test_exporting_takes_away_what_is_no_message_any_more(tmp_path: Path) -> None:
    (tmp_path / "aftersale.gone.v1.json").touch()
    export(tmp_path)
    assert not (tmp_path / "aftersale.gone.v1.json").exists()


@pytest.mark.parametrize("type_", MESSAGES)
def test_each_schema_is_valid_and_names_itself(type_: str) -> None:
    schema = published(type_)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:aftersale:schema:{type_}"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("order", "valid"),
    [
        ({"lines": [{"lineId": "1", "action": "delete", "instanceId": "I"}]}, True),
        ({"action": "suspend", "selection": ["I"]}, True),
        ({"selection": ["I"]}, False),
        ({}, False),
        ({"action": "suspend", "selection": ["I"], "colour": "blue"}, False),
    ],
)
def test_the_schema_of_an_order_request_takes_what_the_model_takes(
    order: dict[str, Any], valid: bool
) -> None:
    schema = Draft202012Validator(published("aftersale.order.place.v1"))
    assert schema.is_valid({"orderId": "O", "accountId": "A", **order}) == valid


def test_the_document_names_every_topic_and_every_message() -> None:
    document = yaml.safe_load((PUBLISHED / ASYNCAPI).read_text())
    assert set(document["channels"]) == {*TOPICS, *map(parked, TOPICS)}
    assert set(document["components"]["messages"]) == {*MESSAGES, "parked"}
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document["operations"].values()}
    assert used == set(document["channels"])


@pytest.fixture(scope="session")
def validator() -> Path:
    """The parser of the AsyncAPI initiative, at its pinned version."""
    return installed(TOOL) / "validate.mjs"


def validated(validator: Path, document: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", validator, document], capture_output=True, text=True, timeout=120, check=False
    )


def test_the_official_parser_accepts_the_asyncapi_document(validator: Path) -> None:
    answer = validated(validator, PUBLISHED / ASYNCAPI)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "AsyncAPI 3.0.0" in answer.stdout


def test_the_official_parser_refuses_a_broken_document(validator: Path, tmp_path: Path) -> None:
    document = yaml.safe_load((PUBLISHED / ASYNCAPI).read_text())
    document["operations"]["sendOrderEvents"]["action"] = "shout"
    broken = tmp_path / ASYNCAPI
    broken.write_text(yaml.safe_dump(document))
    answer = validated(validator, broken)
    assert answer.returncode == 1
    assert "operations/sendOrderEvents" in answer.stdout
