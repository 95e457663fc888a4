"""Any form, any values: what GitHub makes of them reads back, or is refused."""

from __future__ import annotations

import json
from itertools import product

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.core import form, options, text
from bot.core.form import Field, Form
from bot.model import Ticks, Value

patiently = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

LABELS = ("Link", "Title", "Notes", "Areas", "Étude", "Boxes")
anything = st.text(max_size=40)
# Lines that look like structure, in every neighbourhood.
traps = st.sampled_from(
    [
        *(f"### {label}" for label in LABELS),
        "### Other",
        "",
        " ",
        "```",
        "<!--",
        "- [x] a",
        "None",
        "_No response_",
        "\r",
        "\u2028### Link",
        "\ufeff",
        "Étude",
        "### Étude",
        "a, b",
    ]
)
long_text = st.lists(traps | anything, max_size=6).map("\n".join)
word = st.text("abc ,.#-'é", min_size=1, max_size=6).map(text.line).filter(bool)
offered = st.lists(
    word.filter(lambda option: option != "None"), min_size=1, max_size=5, unique=True
)


@st.composite
def fields(draw: st.DrawFn, label: str) -> Field:
    kind: form.Kind = draw(st.sampled_from(("input", "textarea", "dropdown", "checkboxes")))
    return Field(
        kind=kind,
        label=label,
        key=draw(st.sampled_from((label, f"id-{label}"))),
        multiple=draw(st.booleans()),
        fenced=draw(st.booleans()),
        options=tuple(draw(offered)) if kind in {"dropdown", "checkboxes"} else (),
    )


@st.composite
def filled(draw: st.DrawFn) -> tuple[Form, list[str], dict[str, Value]]:
    """A form, the text that GitHub shows for each field, and the values that were put in."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, unique=True))
    parts = [draw(fields(label)) for label in labels]
    shown, values = [], {}
    for field in parts:
        one, values[field.key] = draw(contents(field))
        shown.append(one)
    return Form(fields=tuple(parts)), shown, values


@st.composite
def contents(draw: st.DrawFn, field: Field) -> tuple[str, Value]:
    match field.kind:
        case "input":
            typed = draw((traps | anything).filter(lambda value: not {*value} & {"\n", "\r"}))
            return typed or "_No response_", cleaned(text.line(typed))
        case "textarea":
            typed = draw(long_text)
            shown = f"```text\n{typed}\n```" if field.fenced else typed or "_No response_"
            return shown, cleaned(trimmed(text.lines(typed)))
        case "dropdown":
            most = len(field.options) if field.multiple else 1
            chosen = draw(st.lists(st.sampled_from(field.options), max_size=most, unique=True))
            return ", ".join(chosen) or "None", picked(field, chosen)
        case "checkboxes":
            ticks = draw(st.tuples(*[st.booleans() for _ in field.options]))
            rows = [
                f"- [{'X' if tick else ' '}] {box}"
                for tick, box in zip(ticks, field.options, strict=True)
            ]
            return "\n".join(rows), Ticks(
                checked=tuple(box for tick, box in zip(ticks, field.options, strict=True) if tick),
                unchecked=tuple(
                    box for tick, box in zip(ticks, field.options, strict=True) if not tick
                ),
            )


def picked(field: Field, chosen: list[str]) -> Value:
    if not chosen:
        return None
    return tuple(chosen) if field.multiple else chosen[0]


def cleaned(value: str) -> str | None:
    return None if value in {"", "_No response_"} else value


def trimmed(value: str) -> str:
    rows = value.rstrip().split("\n")
    while len(rows) > 1 and not rows[0].strip():
        del rows[0]
    return "\n".join(rows)


def body(grammar: Form, shown: list[str]) -> str:
    return "\n\n".join(
        f"### {field.label}\n\n{one}" for field, one in zip(grammar.fields, shown, strict=True)
    )


@patiently
@given(filled())
def test_what_was_put_in_is_read_or_refused(made: tuple[Form, list[str], dict[str, Value]]) -> None:
    """No field without a problem of its own ever has another value than the one put in."""
    grammar, shown, values = made

    reading = form.read(grammar, body(grammar, shown))

    assert reading.fields.keys() == values.keys()
    for key, value in values.items():
        assert reading.fields[key] == value or (reading.problems and reading.fields[key] is None)


@patiently
@given(filled())
def test_values_without_headings_are_read_exactly(
    made: tuple[Form, list[str], dict[str, Value]],
) -> None:
    grammar, shown, values = made
    assume(not any("### " in one for one in shown))
    assume(
        not any(is_unclear(field, one) for field, one in zip(grammar.fields, shown, strict=True))
    )

    assert form.read(grammar, body(grammar, shown)) == form.Reading(fields=values, problems=())


def is_unclear(field: Field, shown: str) -> bool:
    return (
        field.kind == "dropdown" and field.multiple and len(options.split(shown, field.options)) > 1
    )


@patiently
@given(
    st.lists(st.sampled_from(("### A", "### B", "### C", "", "x")), max_size=8).map("\n".join),
    st.sampled_from("ABC"),
)
@example("\n### B\n\nevil", "A")
@example("### C\n\n### A\n\n### B", "B")
def test_headings_put_into_one_field_change_no_other_without_a_problem(
    pasted: str, into: str
) -> None:
    grammar = Form(fields=tuple(Field(kind="textarea", label=name, key=name) for name in "ABC"))
    values = {**{name: f"value of {name}" for name in "ABC"}, into: pasted}

    reading = form.read(grammar, body(grammar, list(values.values())))

    for name in set("ABC") - {into}:
        assert reading.fields[name] == values[name] or reading.problems
    assert reading.fields[into] == cleaned(trimmed(pasted)) or reading.problems


@patiently
@given(st.lists(traps | anything, max_size=12).map("\n\n".join) | st.none())
def test_no_text_at_all_breaks_the_reader(anything: str | None) -> None:
    grammar = Form(fields=tuple(Field(kind="input", label=label, key=label) for label in LABELS))

    reading = form.read(grammar, anything)

    assert reading.problems or reading.fields.keys() == set(LABELS)
    form.is_submission(grammar, anything)


@patiently
@given(offered, st.data())
def test_joined_options_are_found_again(names: list[str], data: st.DataObject) -> None:
    chosen = tuple(data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))

    readings = options.split(", ".join(chosen), names)

    assert chosen in readings or len(readings) == 2


@patiently
@given(
    st.lists(st.sampled_from(("a", "b", "a, b", "b, a", "a, b, c")), min_size=1, unique=True),
    st.data(),
)
def test_options_are_split_in_as_many_ways_as_there_are(
    names: list[str], data: st.DataObject
) -> None:
    """Compared with trying every sequence."""
    parts = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
    every = [
        tried
        for length in range(1, len(parts) + 1)
        for tried in product(names, repeat=length)
        if ", ".join(tried) == ", ".join(parts)
    ]

    readings = options.split(", ".join(parts), names)

    assert len(readings) == min(2, len(every))
    assert set(readings) <= set(every)


@patiently
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ("body", "type", "attributes", "label", "options", "input", "dropdown")
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_yaml_is_a_form_or_a_form_error(tree: object) -> None:
    try:
        made = form.load(json.dumps({"body": [tree]}))
    except form.FormError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, and each has its own claim
    else:
        assert made.fields
