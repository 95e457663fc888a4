"""GitHub's own description of the calls that the bot may make, and what is wrong with one.

The description is large: what `operations.txt` names is cut out of it once and kept beside the
packages of npm. A call that is not named there is not allowed.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = Any

HERE = Path(__file__).parent
OPERATIONS = HERE / "operations.txt"
WHOLE = HERE / "node_modules" / "@octokit" / "openapi" / "generated" / "api.github.com.json"
_CUT = HERE / "node_modules" / ".operations.json"
_MANY_SEGMENTS = {"path", "ref", "basehead", "branch"}
"""Parameters that hold slashes; most general matchers stop at the first one."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call, as GitHub describes it."""

    method: str
    template: str
    parameters: tuple[Mapping[str, Json], ...]
    body: Mapping[str, Json] | None
    """The schema of its body; None where there is none."""
    needs_body: bool

    @property
    def name(self) -> str:
        """As in `operations.txt`."""
        return f"{self.method} {self.template}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Its path, with the parameters as groups."""
        return re.compile("".join(self._pieces()))

    @cached_property
    def validator(self) -> Draft202012Validator | None:
        """Its body's schema, ready to ask."""
        return None if self.body is None else Draft202012Validator(self.body)

    def _pieces(self) -> Iterator[str]:
        for piece in re.split(r"(\{\w+\})", self.template):
            name = piece.strip("{}")
            if piece == name:
                yield re.escape(piece)
            else:
                yield f"(?P<{name}>{'.+' if name in _MANY_SEGMENTS else '[^/]+'})"

    def faults(self, path: str, query: Mapping[str, str], body: Json) -> Iterator[str]:
        """What GitHub would not understand, or would not look at."""
        matched = self.pattern.fullmatch(path)
        found = matched.groupdict() if matched else {}
        given = {name: unquote(text) for name, text in found.items()}
        known = {one["name"] for one in self.parameters if one["in"] == "query"}
        yield from (f"unknown query parameter {name}" for name in query if name not in known)
        for one in self.parameters:
            there = given if one["in"] == "path" else query
            yield from _parameter_faults(one, there.get(one["name"]))
        yield from self._body_faults(body)

    def _body_faults(self, body: Json) -> Iterator[str]:
        if self.validator is None:
            if body not in (None, {}):
                yield "a body where none belongs"
            return
        if body is None:
            if self.needs_body:
                yield "no body"
            return
        for error in self.validator.iter_errors(body):
            yield f"body{error.json_path[1:]}: {error.message}"
        properties = (self.body or {}).get("properties")
        if properties is not None and isinstance(body, dict):
            yield from (f"unknown field {name}" for name in body if name not in properties)


class Contract:
    """The calls that may be made."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        # What has fewer parameters says more: `issues/comments` before `issues/{number}`.
        self._operations = sorted(
            operations, key=lambda one: (one.template.count("{"), -len(one.template))
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """The call that this is, or None."""
        fits = (
            one for one in self._operations if one.method == method and one.pattern.fullmatch(path)
        )
        return next(fits, None)


def load() -> Contract:
    """The calls of `operations.txt`; the first time, and after a change, they are cut out anew."""
    wanted = OPERATIONS.read_text("utf-8").split("\n")
    names = [line for line in wanted if line]
    if not _CUT.exists() or (kept := json.loads(_CUT.read_text("utf-8")))["names"] != names:
        kept = _cut(names)
        # Written aside and moved: several tests may start at once.
        aside = _CUT.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(kept), "utf-8")
        aside.replace(_CUT)
    return Contract(tuple(_operation(row) for row in kept["operations"]))


def _operation(row: Mapping[str, Json]) -> Operation:
    return Operation(
        method=row["method"],
        template=row["template"],
        parameters=tuple(row["parameters"]),
        body=row["body"],
        needs_body=row["needs_body"],
    )


def _cut(names: list[str]) -> dict[str, Json]:
    whole = json.loads(WHOLE.read_text("utf-8"))
    return {"names": names, "operations": [_cut_one(whole, *name.split(" ")) for name in names]}


def _cut_one(whole: Json, method: str, template: str) -> dict[str, Json]:
    try:
        found = whole["paths"][template][method.lower()]
    except KeyError as error:
        raise LookupError(f"GitHub does not describe {method} {template}") from error
    body = resolved(whole, found.get("requestBody", {}))
    parameters = [resolved(whole, one) for one in found.get("parameters", ())]
    kept = ("name", "in", "required", "schema")
    return {
        "method": method,
        "template": template,
        "parameters": [{key: one[key] for key in kept if key in one} for one in parameters],
        "body": body.get("content", {}).get("application/json", {}).get("schema"),
        "needs_body": body.get("required", False),
    }


def resolved(whole: Json, part: Json) -> Json:
    """A part of the description without references, as plain JSON Schema."""
    if isinstance(part, list):
        return [resolved(whole, one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return resolved(whole, found)
    plain = {
        key: resolved(whole, one) for key, one in part.items() if key not in {"example", "examples"}
    }
    return _with_null(plain) if plain.pop("nullable", False) is True else plain


def _with_null(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema that null fits, too."""
    if not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}


def _parameter_faults(parameter: Mapping[str, Json], text: str | None) -> Iterator[str]:
    name, schema = parameter["name"], parameter.get("schema", {})
    if text is None:
        if parameter.get("required"):
            yield f"parameter {name} is missing"
        return
    kind = schema.get("type")
    if kind == "integer" and not re.fullmatch(r"-?[0-9]+", text):
        yield f"parameter {name} is not a number: {text}"
    if kind == "boolean" and text not in {"true", "false"}:
        yield f"parameter {name} is not true or false: {text}"
    if "enum" in schema and text not in schema["enum"]:
        yield f"parameter {name} is none of {schema['enum']}: {text}"
