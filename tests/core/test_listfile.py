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
