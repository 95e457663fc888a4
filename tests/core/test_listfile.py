import pytest

from bot.config import Config
from bot.core import listfile

LEAST = "title: T\nshort_title: S\nintroduction: I\n"


def told(text: str) -> list[str]:
    problems = listfile.load(text)
    assert isinstance(problems, tuple)
    return [f"{one.file} {one.field}: {one.what}" for one in problems]


def test_a_list_needs_only_its_titles_and_its_introduction() -> None:
    read = listfile.load(LEAST)

    assert isinstance(read, Config)
    assert [section.key for section in read.sections] == ["published", "preprints", "applications"]


def test_an_unknown_key_is_told() -> None:
    assert told(LEAST + "colour: red\n") == ["list.yaml colour: there is no such field"]


def test_two_topics_of_one_key_are_told() -> None:
    topic = "{key: a, title: A, group: G, about: x}"

    assert told(LEAST + f"topics: [{topic}, {topic}]\n") == [
        "list.yaml topics: the key a stands twice"
    ]


def test_a_file_that_is_no_yaml_is_told() -> None:
    assert told("[")[0].startswith("list.yaml : line 2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "sections: [{key: a, title: A, takes: venue}, {key: b, title: B, takes: venue}]",
            "sections: a and b both take venue",
        ),
        ("thresholds: {same_paper: 95}", "thresholds: same_paper (95) is above near_title (90)"),
        (
            "venues: [{name: A, full: Tea}, {name: B, full: Salt, aliases: [' TEA']}]",
            "venues: “ TEA” names both A and B",
        ),
        ("venues: [{name: A, full: Tea}, {name: A, full: Salt}]", "venues: “A” stands twice"),
    ],
)
def test_settings_that_contradict_each_other_are_told_with_the_cure(text: str, what: str) -> None:
    problems = listfile.load(f"{LEAST}{text}\n")

    assert isinstance(problems, tuple)
    [problem] = problems
    assert f"{problem.field}: {problem.what}" == what
    assert problem.fix.endswith(".")


def test_several_sections_may_be_named_and_a_venue_may_repeat_itself() -> None:
    text = "sections: [{key: a, title: A}, {key: b, title: B}]\nvenues: [{name: A, full: A, aliases: [a]}]\n"

    assert isinstance(listfile.load(LEAST + text), Config)
