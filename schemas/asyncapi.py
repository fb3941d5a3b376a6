"""The AsyncAPI 3.0 document: made from the topics and the registry, so that it says what the code does."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from schemas.registry import MESSAGES, MessageType
from schemas.topics import CATALOG, CHECKPOINTS, TOPICS, Topic, parked

Tree = dict[str, Any]

_BINDING = "0.5.0"
_FOR_EVER = -1
_TEXT = {"type": "string", "minLength": 1}
_PLACE = "position in the sender's log"

_OUTSIDE: Tree = {
    "type": "object",
    "description": "CloudEvents 1.0, binary mode; application/cloudevents+json, structured, is read too.",
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {**_TEXT, "description": "The sender's own id: with ce_source it names the message."},
        "ce_source": {**_TEXT, "description": "Who sent it, e.g. /crm/emea."},
        "ce_type": _TEXT,
        "ce_subject": {**_TEXT, "description": "The id of what it speaks of."},
        "ce_time": {**_TEXT, "format": "date-time", "description": "When it happened; evidence only."},
        "ce_accountid": {**_TEXT, "description": "The account, which is the key as well."},
        "ce_correlationid": {**_TEXT, "description": "The conversation."},
        "ce_causationid": {**_TEXT, "description": "The message that caused this one."},
        "ce_actor": {**_TEXT, "description": "Who asked: an id, never a name; kept as long as the log."},
        "ce_traceparent": {**_TEXT, "description": "W3C trace context."},
        "content-type": {"enum": ["application/json", "application/cloudevents+json"]},
    },
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_accountid"],
}
_CATALOG: Tree = {**_OUTSIDE, "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"]}
_OWN: Tree = {
    **_OUTSIDE,
    "properties": {
        **_OUTSIDE["properties"],
        "ce_sequence": {**_TEXT, "pattern": "^[0-9]+$", "description": f"The {_PLACE}."},
        "ce_previous": {
            **_TEXT,
            "pattern": "^[0-9]+$",
            "description": f"The previous {_PLACE}, same partition.",
        },
        "ce_logid": {**_TEXT, "description": "Which log: a restored store has another."},
    },
    "required": [*_CATALOG["required"], "ce_sequence", "ce_previous", "ce_logid"],
}
_KEYS = {CATALOG: "The specification id.", CHECKPOINTS: "The service whose log it is."}
_HEADERS = {"HeadersFromOutside": _OUTSIDE, "HeadersOfCatalog": _CATALOG, "HeadersOfOurs": _OWN}


class Plain(GenerateJsonSchema):
    """No titles made from field names: they say nothing that the name does not."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def document() -> Tree:
    """The whole document, with no reference to anything outside it."""
    refs, schemas = _schemas()
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {**_channels(), **_parked_channels()},
        "operations": {**_operations(), **_parked_operations()},
        "components": {
            "messages": {
                **{type_: _message(type_, message, refs[type_]) for type_, message in MESSAGES.items()},
                "parked": _PARKED,
            },
            "schemas": {**_HEADERS, **schemas},
            "securitySchemes": {"scram": {"type": "scramSha512"}},
        },
    }


_INFO = {
    "title": "Aftersale",
    "version": "1.0.0",
    "description": "Order changes for what customers already own: commands in, events and tasks out. "
    "The key is the account id, so one partition holds an account: murmur2, as Kafka's Java client has it.",
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
}
_SERVERS = {
    "plain": {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "Inside a trusted network.",
        "variables": {"bootstrap": {"default": "localhost:9092"}},
    },
    "secured": {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "TLS and SASL.",
        "variables": {"bootstrap": {"default": "localhost:9093"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    },
}
_PARKED = {
    "name": "parked",
    "title": "A message that could not be handled",
    "summary": "The record as it came, its key and headers too; further headers say who parked it and why.",
    "contentType": "application/octet-stream",
    "headers": {
        "type": "object",
        "properties": {
            "parked-by": {**_TEXT, "description": "The service that could not handle it."},
            "parked-id": {**_TEXT, "description": "What `aftersale parked` knows it by."},
            "parked-reason": {**_TEXT, "description": "What went wrong."},
            "parked-sealed": {"enum": ["true", "false"], "description": "Whether the value is encrypted."},
            "parked-offset": {**_TEXT, "pattern": "^[0-9]+$", "description": "Where it stood on its topic."},
        },
        "required": ["parked-by", "parked-id", "parked-reason"],
    },
    "payload": {"description": "Whatever stood in the record."},
}


def _schemas() -> tuple[dict[str, Tree], Tree]:
    """The reference to the payload of each type, and every schema that they stand on."""
    models = {message.model for message in MESSAGES.values()}
    wanted = sorted(((model, "validation") for model in models), key=lambda item: item[0].__name__)
    refs, together = models_json_schema(
        wanted,  # type: ignore[arg-type]
        by_alias=True,
        schema_generator=Plain,
        ref_template="#/components/schemas/{model}",
    )
    by_model = {model: ref for (model, _), ref in refs.items()}
    return {type_: by_model[message.model] for type_, message in MESSAGES.items()}, together["$defs"]


def _message(type_: str, message: MessageType, payload: Tree) -> Tree:
    of_catalog = CATALOG in message.topics
    headers = (
        "HeadersOfCatalog" if of_catalog else "HeadersFromOutside" if message.command else "HeadersOfOurs"
    )
    key = _KEYS.get(message.topics[0], "The account id.")
    return {
        "name": type_,
        "title": message.name,
        "summary": (message.model.__doc__ or message.name).partition("\n")[0],
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{headers}"},
                {"type": "object", "properties": {"ce_type": {"const": type_}}},
            ]
        },
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": payload,
        "bindings": {"kafka": {"key": {**_TEXT, "description": key}, "bindingVersion": _BINDING}},
    }


def _types(topic: str) -> list[str]:
    return [type_ for type_, message in MESSAGES.items() if topic in message.topics]


def _channels() -> Tree:
    return {
        topic.name: _channel(topic, topic.name, topic.holds, _types(topic.name)) for topic in TOPICS.values()
    }


def _parked_channels() -> Tree:
    return {
        name: _channel(None, name, f"what could not be handled of {topic}", ["parked"])
        for topic in TOPICS
        for name in [parked(topic)]
    }


def _channel(topic: Topic | None, name: str, holds: str, messages: list[str]) -> Tree:
    kept = topic.retention_ms if topic and topic.retention_ms else _FOR_EVER
    kafka: Tree = {"topic": name}
    if topic and topic.partitions:
        kafka["partitions"] = topic.partitions
    kafka["topicConfiguration"] = {"cleanup.policy": ["delete"], "retention.ms": kept}
    writers = f" Written by {', '.join(topic.writers)}." if topic else ""
    return {
        "address": name,
        "description": f"{holds[0].upper()}{holds[1:]}.{writers}",
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        "bindings": {"kafka": {**kafka, "bindingVersion": _BINDING}},
    }


def _operations() -> Tree:
    return dict(_operation(topic.name, receives=topic.external) for topic in TOPICS.values())


def _parked_operations() -> Tree:
    return dict(_operation(parked(topic), receives=False) for topic in TOPICS)


def _operation(topic: str, *, receives: bool) -> tuple[str, Tree]:
    action = "receive" if receives else "send"
    words = "".join(word.capitalize() for word in topic.split("."))
    summary = f"Aftersale {'reads' if receives else 'writes'} {topic}."
    return f"{action}{words}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": summary,
    }
