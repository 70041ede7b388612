"""Validates request bodies with the types of the official packages: bodies.py FOLDER

FOLDER has a JSON file for each body: {"dialect", "target", "extra", "body"}. "extra" names the fields that an engine
takes beyond its vendor's API. A body fails if a type refuses it, and if it has a field that the type does not know,
at whatever depth. Prints what is wrong, never a body.
"""

import json
import pathlib
import sys
import typing

import pydantic
import pydantic_core
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming as Chat
from openai.types.completion_create_params import CompletionCreateParamsStreaming as Completions
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

TYPES = {
    "openai_chat": Chat,
    "openai_completions": Completions,
    "openai_responses": ResponseCreateParamsStreaming,
    "anthropic_messages": MessageCreateParamsStreaming,
}


def strict(schema):
    """The schema with lists for iterables, whose items pydantic would not validate, and without unknown fields."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {k: strict(v) for k, v in schema.items()}
    if schema.get("type") == "generator":
        schema["type"] = "list"
    if schema.get("type") == "typed-dict":
        schema["extra_behavior"] = "forbid"
    return schema


def validator(dialect):
    return pydantic_core.SchemaValidator(strict(pydantic.TypeAdapter(TYPES[dialect]).core_schema))


def problems(accepts, known, body, extra):
    sent = {k: v for k, v in body.items() if k in known or k not in extra}
    try:
        accepts.validate_json(json.dumps(sent), strict=True)
    except pydantic_core.ValidationError as error:
        for e in error.errors(include_input=False, include_url=False):
            yield f"{'.'.join(map(str, e['loc']))}: {e['msg']}"


def main(folder):
    validators = {name: validator(name) for name in TYPES}
    known = {name: typing.get_type_hints(t) for name, t in TYPES.items()}
    checked, refused = {}, 0
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        record = json.loads(file.read_text())
        dialect, target = record["dialect"], record["target"]
        found = list(problems(validators[dialect], known[dialect], record["body"], record["extra"]))
        checked[target, dialect] = checked.get((target, dialect), 0) + 1
        if found:
            refused += 1
            print(f"{target}, {dialect}: {'; '.join(found[:4])}")
    for (target, dialect), n in sorted(checked.items()):
        print(f"{n} bodies of {target}, {dialect}")
    sys.exit(1 if refused or not checked else 0)


if __name__ == "__main__":
    main(sys.argv[1])
