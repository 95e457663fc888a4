"""The issue form: its YAML to fields, and a body made with it to values.

GitHub turns a filled-in form into Markdown: `### Label`, an empty line, the value, an empty
line, for every field in the form's order. Its author may edit that text freely afterwards, and
any value of several lines may hold such headings itself. The form is therefore the grammar:
only its own labels are headings, and a body that can be read in two ways is refused.

Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, assert_never

from bot.core import options, plainyaml
from bot.core.text import clipped, line, lines, quoted
from bot.model import Problem, Ticks, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.plainyaml import Plain

MOST_BODY = 65_536
"""Characters that GitHub lets an issue have."""

Kind = Literal["input", "textarea", "dropdown", "checkboxes"]

# What people add to a form as an upload arrives as text of several lines.
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "input": "input",
        "textarea": "textarea",
        "dropdown": "dropdown",
        "checkboxes": "checkboxes",
        "upload": "textarea",
    }
)

_EMPTY = "_No response_"
_EMPTY_DROPDOWN = "None"
_HEADING = "### "


class FormError(ValueError):
    """A form that cannot be used; the message says where and why, without the file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    kind: Kind
    label: str
    """NFC, as it stands in the heading."""
    key: str
    """The id; the label where the form gives no id."""
    required: bool = False
    multiple: bool = False
    """Whether several options of a dropdown may be chosen."""
    fenced: bool = False
    """Whether GitHub puts the value into a code fence (`render:`)."""
    options: tuple[str, ...] = ()
    """What a dropdown or the checkboxes offer."""
    must_tick: tuple[str, ...] = ()
    """The checkboxes that have to be ticked."""
    example: str = ""
    """The placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: its fields in order, at least one."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a body says, by field id, and everything that is wrong with it."""

    fields: Mapping[str, Value]
    """None where a field is absent, empty or wrong; no fields at all where nothing can be read."""
    problems: tuple[Problem, ...]
    offered: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)
    """The fields whose values the form itself offers, so that nobody can have mistyped them."""


def load(text: str) -> Form:
    """Read an issue form's YAML; raises FormError.

    >>> load("body: [{type: input, id: paper, attributes: {label: Link}}]").fields[0].key
    'paper'
    """
    tree = plainyaml.load(text, file="")
    if isinstance(tree, tuple):
        raise FormError("; ".join(f"{told.field or 'YAML'}: {told.what}" for told in tree))
    body = tree.get("body")
    if not isinstance(body, list):
        raise FormError("`body` is missing: the list of the form's fields.")
    items = [(_mapping(item, f"body[{at}]"), f"body[{at}]") for at, item in enumerate(body)]
    fields = tuple(_field(item, at) for item, at in items if item.get("type") != "markdown")
    if not fields:
        raise FormError("`body` holds no field that can be filled in.")
    keys = [field.key for field in fields]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise FormError(f"{', '.join(twice)}: give each field an `id` of its own.")
    return Form(fields=fields)


def _field(item: Mapping[str, Plain], at: str) -> Field:
    kind = _KINDS.get(_word(item, "type", at))
    if kind is None:
        raise FormError(f"{at}: `type` is none of {', '.join(_KINDS)}, markdown.")
    attributes = _mapping(item.get("attributes"), f"{at}.attributes")
    label = unicodedata.normalize("NFC", _word(attributes, "label", f"{at}.attributes"))
    if not label or "\n" in label:
        raise FormError(f"{at}.attributes: `label` must be one line of text.")
    offered, must_tick = _offered(kind, attributes, f"{at}.attributes")
    return Field(
        kind=kind,
        label=label,
        key=_word(item, "id", at) or label,
        required=_is_yes(_mapping(item.get("validations"), f"{at}.validations"), "required", at),
        multiple=_is_yes(attributes, "multiple", at),
        fenced=bool(_word(attributes, "render", at)),
        options=offered,
        must_tick=must_tick,
        example=clipped(line(_word(attributes, "placeholder", at)), 100),
    )


def _offered(
    kind: Kind, attributes: Mapping[str, Plain], at: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options that are offered, and those that must be ticked."""
    if kind not in {"dropdown", "checkboxes"}:
        return (), ()
    given = attributes.get("options")
    if not isinstance(given, list) or not given:
        raise FormError(f"{at}: `options` must be a list with at least one option.")
    boxes = [{"label": part} if kind == "dropdown" else _mapping(part, at) for part in given]
    offered = tuple(line(_word(box, "label", f"{at}.options")) for box in boxes)
    if "" in offered or len(set(offered)) < len(offered):
        raise FormError(f"{at}: every one of `options` must be a text of its own.")
    is_required = [_is_yes(box, "required", f"{at}.options") for box in boxes]
    return offered, tuple(box for box, must in zip(offered, is_required, strict=True) if must)


def _mapping(part: Plain | None, at: str) -> Mapping[str, Plain]:
    if not part:
        return {}
    if not isinstance(part, dict):
        raise FormError(f"{at} must be a mapping, such as `label: Title`.")
    return part


def _word(part: Mapping[str, Plain], name: str, at: str) -> str:
    word = part.get(name, "")
    if not isinstance(word, str):
        raise FormError(f"{at}: `{name}` must be text.")
    return word.strip()


def _is_yes(part: Mapping[str, Plain], name: str, at: str) -> bool:
    return _word(part, name, at).lower() in {"true", "yes", "on"}


def read(form: Form, body: str | None) -> Reading:
    r"""What a body says, field by field.

    Line ends may be CRLF, CR or LF; nothing else ends a line here. Values come out clean
    (see `text`), after the structure was found in the text as it is.

    >>> read(load("body: [{type: input, attributes: {label: Link}}]"), "### Link\n\nhttps://x.org").fields
    {'Link': 'https://x.org'}
    """
    body = body or ""
    if len(body) > MOST_BODY:
        return _unread(
            f"the text has {len(body):,} characters", f"At most {MOST_BODY:,} can be read."
        )
    rows = _rows(body)
    places = _places(form, rows)
    if not places:
        return _unread("no field of the form was found", _USE_THE_FORM)
    front = _spans(_from_front(form, places), end=len(rows))
    back = _spans(_from_back(form, places), end=len(rows))
    first = min(start for start, _ in (*front.values(), *back.values()))
    problems = _before(rows[: first - 1])
    fields: dict[str, Value] = {}
    for field in form.fields:
        ours, theirs = front.get(field.key), back.get(field.key)
        fields[field.key] = None
        if ours == theirs:
            value = _value(field, rows[slice(*ours)] if ours else ())
            if isinstance(value, Problem):
                problems.append(value)
            else:
                fields[field.key] = value
        elif ours is None or theirs is None or ours[0] != theirs[0]:
            problems.append(_unplaced(field, times=len(places[field.label])))
    offered = frozenset(field.key for field in form.fields if field.kind == "dropdown")
    return Reading(fields=fields, problems=tuple(problems), offered=offered)


def is_submission(form: Form, body: str | None) -> bool:
    """Whether a body carries the form's headings: the first required one, and half of all.

    >>> is_submission(load("body: [{type: input, attributes: {label: Link}}]"), "Please add X")
    False
    """
    found = _places(form, _rows((body or "")[:MOST_BODY])).keys()
    first = next((field for field in form.fields if field.required), form.fields[0])
    labels = {field.label for field in form.fields}
    return first.label in found and 2 * len(found) >= len(labels)


def _rows(body: str) -> list[str]:
    # str.splitlines would also end a line at U+2028, NEL, VT and FF, which GitHub does not.
    return body.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _places(form: Form, rows: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """Where each label of the form stands as a heading: alone, after an empty line or at the start."""
    headings = {_HEADING + field.label: field.label for field in form.fields}
    # No character becomes more than four by decomposition: longer rows cannot be a heading, and
    # normalising a long run of combining marks takes quadratic time.
    longest = 4 * max(map(len, headings))
    places: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if not row.startswith(_HEADING) or len(row) > longest or (at and rows[at - 1].strip(" \t")):
            continue
        if label := headings.get(unicodedata.normalize("NFC", row)):
            places.setdefault(label, []).append(at)
    return places


def _from_front(form: Form, places: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Each field's heading at the earliest row that is possible after the one before it."""
    found: dict[str, int] = {}
    last = -1
    for field in form.fields:
        rows = places.get(field.label, ())
        at = bisect_right(rows, last)
        if at < len(rows):
            found[field.key] = last = rows[at]
    return found


def _from_back(form: Form, places: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Each field's heading at the latest row that is possible before the one after it.

    Where this differs from `_from_front`, the text can be read in two ways, or a heading is out
    of order; where nothing differs, there is exactly one way to place every heading that is
    there in the form's order.
    """
    found: dict[str, int] = {}
    last = MOST_BODY + 1
    for field in reversed(form.fields):
        rows = places.get(field.label, ())
        at = bisect_left(rows, last)
        if at > 0:
            found[field.key] = last = rows[at - 1]
    return found


def _spans(headings: Mapping[str, int], *, end: int) -> dict[str, tuple[int, int]]:
    """First and last row (exclusive) of what stands under each heading."""
    ordered = [*sorted(headings.items(), key=itemgetter(1)), ("", end)]
    return {key: (at + 1, following) for (key, at), (_, following) in pairwise(ordered)}


_USE_THE_FORM = (
    "Open a new issue with the form and fill it in there. In an issue that was made with it, "
    "each heading stands alone after an empty line, as the form wrote it."
)
_OTHERWISE = (
    "Where it belongs to the text of another field, write it otherwise, such as with `####`."
)


def _unread(what: str, fix: str) -> Reading:
    return Reading(fields={}, problems=(Problem(field="", what=what, fix=fix),))


def _before(rows: Iterable[str]) -> list[Problem]:
    """What is wrong before the first field: plain text may stand there, a heading may not."""
    return [_told_stray(row, "") for row in rows if row.startswith(_HEADING)][:1]


def _told_stray(row: str, field: str) -> Problem:
    what = f"the heading {quoted(row)} is no field of the form at this place"
    return Problem(field=field, what=what, fix="Take it out, or write it as the form has it.")


def _unplaced(field: Field, *, times: int) -> Problem:
    heading = f"the heading '### {field.label}'"
    if times == 1:
        what = f"{heading} does not stand in the form's order"
        return Problem(field=field.key, what=what, fix="Put the headings back in the form's order.")
    what = f"{heading} stands {times} times, so it is not clear which of them is the field"
    return Problem(field=field.key, what=what, fix=_OTHERWISE)


def _value(field: Field, rows: Sequence[str]) -> Value | Problem:
    """What a field's rows hold; no rows where its heading is absent."""
    match field.kind:
        case "textarea":
            value: Value | Problem = _block(rows, fenced=field.fenced)
        case "input":
            value = _one_line(field, rows)
        case "dropdown":
            value = _choice(field, rows)
        case "checkboxes":
            value = _ticks(field, rows)
        case never:
            assert_never(never)
    if value is None and (field.required or field.must_tick):
        return _missing(field)
    return value


def _missing(field: Field) -> Problem:
    match field.kind:
        case "checkboxes":
            fix = f"Tick the box: - [x] {(field.must_tick or field.options)[0]}"
        case "dropdown":
            fix = f"Choose an option, such as '{field.options[0]}'."
        case _:
            fix = f"Write it under the heading '### {field.label}'{_such_as(field)}"
    return Problem(field=field.key, what=f"'{field.label}' is empty", fix=fix)


def _such_as(field: Field) -> str:
    return f", such as {field.example}" if field.example else "."


def _block(rows: Sequence[str], *, fenced: bool) -> str | None:
    """Text of several lines, without the empty lines around it."""
    text = _trimmed("\n".join(rows))
    if fenced:
        text = _unfenced(text)
    text = _trimmed(lines(text))
    return None if text in {"", _EMPTY} else text


def _trimmed(text: str) -> str:
    """The text without empty lines at either end; the first line keeps its indentation."""
    text = text.rstrip()
    indent = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, indent) + 1 :]


_FENCE = re.compile(r"(?P<fence>`{3,})[^`\n]*")


def _unfenced(text: str) -> str:
    """The text without the one code fence that stands around all of it, if one does."""
    first, _, rest = text.partition("\n")
    inside, _, last = rest.rpartition("\n")
    opening = _FENCE.fullmatch(first)
    if opening and len(last) >= len(opening["fence"]) and not last.strip("`"):
        return inside
    return text


def _one_line(field: Field, rows: Sequence[str]) -> str | Problem | None:
    kept = [(row, text) for row in rows if (text := line(row))]
    for row, _ in kept:
        if row.startswith(_HEADING):
            return _told_stray(row, field.key)
    if len(kept) > 1:
        what = f"'{field.label}' has {len(kept)} lines, and takes one"
        return Problem(field=field.key, what=what, fix=f"Keep one line{_such_as(field)}")
    value = kept[0][1] if kept else ""
    return None if value in {"", _EMPTY} else value


def _choice(field: Field, rows: Sequence[str]) -> Value | Problem:
    text = _one_line(field, rows)
    if text == _EMPTY_DROPDOWN:
        return None
    if text is None or isinstance(text, Problem):
        return text
    if not field.multiple:
        return text if text in field.options else _told_not_offered(field, text)
    readings = options.split(text, frozenset(field.options))
    if len(readings) > 1:
        one, other = (" + ".join(map(quoted, reading)) for reading in readings)
        what = f"{quoted(text)} can be read in two ways: {one}, or {other}"
        return Problem(
            field=field.key,
            what=what,
            fix="Choose fewer options, and name the others in a comment.",
        )
    if not readings or len(set(readings[0])) < len(readings[0]):
        return _told_not_offered(field, text)
    return readings[0]


def _told_not_offered(field: Field, text: str) -> Problem:
    what = f"{quoted(text)} is not what '{field.label}' offers"
    offered = clipped("; ".join(field.options), 1_000)
    how = "any of these, each once, with ', ' between them" if field.multiple else "one of these"
    return Problem(field=field.key, what=what, fix=f"Write {how}: {offered}")


_BOX = re.compile(r"- \[(?P<tick>[ xX])\] (?P<label>.+)")


def _ticks(field: Field, rows: Sequence[str]) -> Ticks | Problem | None:
    kept = [text for row in rows if (text := line(row))]
    if not kept or kept == [_EMPTY]:
        return None
    ticked: dict[str, bool] = {}
    for row in kept:
        box = _BOX.fullmatch(row)
        if box is None or box["label"] not in field.options or box["label"] in ticked:
            return _told_no_box(field, row)
        ticked[box["label"]] = box["tick"] != " "
    if left := [label for label in field.must_tick if not ticked.get(label)]:
        what = f"'{field.label}' needs a tick at {quoted(left[0])}"
        return Problem(field=field.key, what=what, fix=f"Tick each of: {'; '.join(left)}")
    return Ticks(
        checked=tuple(label for label in field.options if ticked.get(label)),
        unchecked=tuple(label for label in field.options if not ticked.get(label)),
    )


def _told_no_box(field: Field, row: str) -> Problem:
    if row.startswith(_HEADING):
        return _told_stray(row, field.key)
    what = f"{quoted(row)} is no box of '{field.label}', or stands there twice"
    fix = f"Keep the boxes as the form has them, each once, such as - [x] {field.options[0]}"
    return Problem(field=field.key, what=what, fix=fix)
