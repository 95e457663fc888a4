"""What the documents say is true: links lead somewhere, commands run, tables agree with the code."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import html
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import unquote, urlsplit

import cmarkgfm
import pytest
from pydantic import BaseModel

from bot import cli, config, settings
from bot.core import commands as registry
from bot.core import ids, labels, outline, talk, workflow
from bot.core.entry import Entry
from bot.core.form import load as load_form
from bot.core.github import Slugs
from bot.core.markdown import inline
from bot.jobs import desk
from bot.model import KINDS, Identity, Outcome, Verdict
from tests.making import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.standins.arxiv import ArxivStandIn

# These lines are traced in the tests of each job.
pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "papers").glob("*.md")])
PLAYED = sorted([*(DOCS / "lesson").glob("*.md"), *(DOCS / "how-to").glob("*.md")])
# GitHub resolves this against the page's own address, not against the files.
ON_GITHUB = "../../issues/new?template=paper.yml"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_page = pytest.mark.parametrize("path", PAGES, ids=name)


# Pages ------------------------------------------------------------------------------------------


def page(path: Path) -> str:
    """The page's HTML, by GitHub's own parser."""
    made: str = cmarkgfm.github_flavored_markdown_to_html(path.read_text("utf-8"))
    return made


def headings(path: Path) -> list[str]:
    return [
        Page(inner).text for inner in re.findall(r"<h[1-6]>(.*?)</h[1-6]>", page(path), re.DOTALL)
    ]


def anchors(path: Path) -> set[str]:
    slugs = Slugs()
    return {slugs.anchor(heading) for heading in headings(path)}


def spans(path: Path) -> list[str]:
    """What stands in code inside the text."""
    found = re.findall(r"<code>(.*?)</code>", re.sub(r"(?s)<pre.*?</pre>", "", page(path)))
    return [html.unescape(span) for span in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fenced block: its language, the file that it is if it names one, its text."""

    language: str
    file: str
    text: str


def fences(path: Path) -> list[Fence]:
    found = re.finditer(
        r"^(?P<indent> *)```(?P<language>\w*) ?(?P<file>\S*)\n(?P<text>.*?)^ *```$",
        path.read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return [
        Fence(
            language=it["language"],
            file=it["file"],
            text="".join(
                row.removeprefix(it["indent"]) for row in it["text"].splitlines(keepends=True)
            ),
        )
        for it in found
    ]


def section(path: Path, heading: str) -> str:
    """The text under a heading, up to the next one of its level or above."""
    rows = path.read_text("utf-8").split("\n")
    start = rows.index(heading)
    level = heading.partition(" ")[0]
    ends = (
        at for at, row in enumerate(rows) if at > start and re.match(rf"#{{1,{len(level)}}} ", row)
    )
    return "\n".join(rows[start + 1 : next(ends, len(rows))])


def tables(text: str) -> list[list[list[str]]]:
    """The rows of each table, without its header; cells keep their Markdown."""
    found: list[list[list[str]]] = []
    was_table = False
    for row in text.split("\n"):
        is_table = row.startswith("|")
        if is_table and not was_table:
            found.append([])
        if is_table:
            cells = re.split(r"(?<!\\)\|", row)[1:-1]
            found[-1].append([cell.strip() for cell in cells])
        was_table = is_table
    return [rows[2:] for rows in found]


def code(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def keys(rows: Sequence[Sequence[str]]) -> list[str]:
    """What stands in code in the first column."""
    return [one for row in rows for one in code(row[0])]


# Links ------------------------------------------------------------------------------------------


@each_page
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(path: Path) -> None:
    lost = []
    for link in Page(page(path)).links:
        parts = urlsplit(link)
        if parts.scheme or link == ON_GITHUB:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        is_there = target.is_relative_to(ROOT) and target.exists()
        if not is_there or (parts.fragment and parts.fragment not in anchors(target)):
            lost.append(link)

    assert lost == []


def test_every_page_of_the_documents_is_on_the_map() -> None:
    """A page that no map names is found by nobody."""
    linked = {(DOCS / link).resolve() for link in Page(page(DOCS / "README.md")).links}

    assert {path for path in DOCS.rglob("*.md") if path.name != "README.md"} - linked == set()


# Commands ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line of shell: variables, words, and the exit code that the page tells."""

    environment: Mapping[str, str]
    words: Sequence[str]
    exit_code: int
    needs_network: bool


def command(row: str) -> Command:
    words = shlex.split(row, comments=True)
    count = next(
        (at for at, word in enumerate(words) if not re.match("[A-Z_]+=", word)), len(words)
    )
    told = re.search(r"# exit code ([0-3])", row)
    return Command(
        environment=dict(word.split("=", 1) for word in words[:count]),
        words=words[count:],
        exit_code=int(told[1]) if told else 0,
        needs_network="# needs the network" in row,
    )


def commands(path: Path) -> list[Command]:
    """The commands in blocks of shell, and those inside the text that are whole."""
    rows = [
        row for fence in fences(path) if fence.language == "sh" for row in fence.text.split("\n")
    ]
    inline = [span for span in spans(path) if not re.search(r"JOB|\.\.\.|^[^ ]+$", span)]
    starts = ("bot ", "make ")
    return [command(row) for row in rows if row] + [
        command(it) for it in inline if it.startswith(starts)
    ]


@each_page
def test_every_command_is_one_that_the_bot_understands(path: Path) -> None:
    wanted = [one.words[1:] for one in commands(path) if one.words[:1] == ["bot"]]
    # In a sentence, `bot preview` is the job's name.
    names = [[job.name] for job in cli.JOBS]

    assert [words for words in wanted if words not in names and not is_understood(words)] == []


def is_understood(words: Sequence[str]) -> bool:
    parser = cli._parser()  # noqa: SLF001 - what the real one takes is what a page may show
    try:
        parser.parse_args(words)
    except SystemExit as left:
        return left.code == 0
    return True


@each_page
def test_every_make_target_is_in_the_makefile(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wanted = {word for one in commands(path) if one.words[:1] == ["make"] for word in one.words[1:]}

    assert wanted <= targets


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this list, sound, in which a page may be played; the working directory."""
    for given in [it for it in os.environ if it.startswith(("GITHUB_", "BOT_"))]:
        monkeypatch.delenv(given)
    for file in ("list.yaml", "README.md", ".github/ISSUE_TEMPLATE/paper.yml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    shutil.copytree(ROOT / "entries", tmp_path / "entries")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_NOW", "2026-11-24")
    monkeypatch.setenv("BOT_PACE", "0")
    assert cli.main(["check", "--fix"]) == 0
    return tmp_path


def run(one: Command, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of a command; what only moves about the machine is passed over."""
    with monkeypatch.context() as patch:
        for variable, value in one.environment.items():
            patch.setenv(variable, value)
        match one.words:
            case ["bot", *arguments]:
                try:
                    return cli.main(arguments)
                except SystemExit as left:
                    return int(left.code or 0)
            case ["python", *arguments]:
                patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
                done = subprocess.run(
                    [sys.executable, *arguments], stdout=subprocess.PIPE, check=False
                )
                sys.stdout.write(done.stdout.decode())
                return done.returncode
            case ["rm", *names] | ["git", "rm", *names]:
                remove(names)
            case _:
                pass
    return 0


def remove(names: Sequence[str]) -> None:
    for pattern in names:
        for path in Path().glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("path", PLAYED, ids=name)
def test_a_page_is_played_as_it_is_written(
    path: Path,
    copy: Path,
    arxiv: ArxivStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Files are written, commands run, and what the page shows is what they print."""
    del arxiv
    told = ""
    capsys.readouterr()
    for fence in fences(path):
        if fence.file:
            file = copy / fence.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence.text, "utf-8")
        elif fence.language == "sh":
            for one in map(command, filter(None, fence.text.split("\n"))):
                if not one.needs_network:
                    assert run(one, monkeypatch) == one.exit_code, one.words
            told = capsys.readouterr().out
        elif fence.language == "text":
            missing = [row for row in fence.text.split("\n") if row not in told]
            assert missing == [], told


def test_the_lesson_leaves_nothing_behind(
    copy: Path,
    arxiv: ArxivStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    before = files()
    [lesson] = (DOCS / "lesson").glob("*.md")
    test_a_page_is_played_as_it_is_written(lesson, copy, arxiv, monkeypatch, capsys)

    assert files() == before


# Agreements with the code ------------------------------------------------------------------------


COMMAND_LINE = REFERENCE / "command-line.md"


def test_every_job_has_its_section_and_no_other_has_one() -> None:
    told = [it.removeprefix("bot ") for it in headings(COMMAND_LINE) if it.startswith("bot ")]

    assert told == [job.name for job in cli.JOBS]


@pytest.mark.parametrize("job", cli.JOBS, ids=[job.name for job in cli.JOBS])
def test_every_argument_of_a_job_is_told(job: cli.Job) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    job.arguments(parser)
    actions = parser._actions  # noqa: SLF001 - argparse keeps what it was told in private
    real = [it.option_strings[0] if it.option_strings else str(it.metavar) for it in actions]
    told = [
        key for rows in tables(section(COMMAND_LINE, f"## `bot {job.name}`")) for key in keys(rows)
    ]

    assert sorted(told) == sorted(real)


def test_the_exit_codes_are_told() -> None:
    [rows] = tables(section(COMMAND_LINE, "## Exit codes"))

    assert [int(code) for code, _ in rows] == [
        cli.DONE, cli.FOUND_PROBLEMS, cli.WRONG_USAGE, cli.FAILED,
    ]  # fmt: skip


def test_every_environment_variable_is_told_with_its_default() -> None:
    variables, services = tables(section(COMMAND_LINE, "## Environment"))
    tree = ast.parse(Path(settings.__file__).read_text("utf-8"))
    texts = {
        it.value
        for it in ast.walk(tree)
        if isinstance(it, ast.Constant) and isinstance(it.value, str)
    }

    assert set(keys(variables)) == {
        it for it in texts if re.fullmatch("(BOT|GITHUB)_[A-Z_]+[A-Z]", it)
    }
    assert {code(row[0])[0]: code(row[1])[0] for row in services} == {
        f"BOT_{service.upper()}_URL": url for service, url in settings.SERVICES.items()
    }


def test_every_field_of_an_entry_is_told_in_its_order() -> None:
    [rows] = tables(section(REFERENCE / "entries.md", "## Fields"))

    assert keys(rows) == list(Entry.model_fields)


PARTS = {
    "The list": config.Config,
    "Sections": config.Section,
    "Topics": config.Topic,
    "Venues": config.Venue,
    "Shown": config.Shown,
    "Thresholds": config.Thresholds,
    "Limits": config.Limits,
    "Links": config.Links,
    "Host rules": config.HostRule,
}


@pytest.mark.parametrize(("heading", "part"), list(PARTS.items()), ids=list(PARTS))
def test_every_key_of_the_configuration_is_told_with_its_default(
    heading: str, part: type[config.Part]
) -> None:
    [rows] = tables(section(REFERENCE / "configuration.md", f"## {heading}"))

    assert keys(rows) == list(part.model_fields)
    for row, field in zip(rows, part.model_fields.values(), strict=True):
        if field.is_required():
            assert row[1] == "required"
        elif isinstance(field.default, bool | int) or (
            isinstance(field.default, str) and field.default
        ):
            assert row[1] == f"`{str(field.default).lower()}`"
        else:
            assert row[1] in {"none", "empty", "all but `topics`"} or row[1].startswith("see [")


LIMITS = [
    (code(where)[0], bound)
    for rows in tables((REFERENCE / "limits.md").read_text("utf-8"))
    for _, bound, where in rows
]


def looked_up(dotted: str) -> object:
    """A constant of a module, or the default of a field of a class in it."""
    *package, last = dotted.split(".")
    if not package[-1][0].isupper():
        return getattr(importlib.import_module(".".join(package)), last)
    holder = getattr(importlib.import_module(".".join(package[:-1])), package[-1])
    if issubclass(holder, BaseModel):
        return holder.model_fields[last].default
    return next(field.default for field in dataclasses.fields(holder) if field.name == last)


@pytest.mark.parametrize(("where", "bound"), LIMITS, ids=[where for where, _ in LIMITS])
def test_every_limit_is_the_one_in_the_code(where: str, bound: str) -> None:
    number = re.match(r"[0-9,]+", bound)

    assert number
    assert int(number[0].replace(",", "")) == looked_up(where)


def test_every_verdict_is_told() -> None:
    [rows] = tables(section(REFERENCE / "links.md", "## Verdicts"))

    assert keys(rows) == list(get_args(Verdict))


def test_every_outcome_and_kind_is_told_in_the_json_lines() -> None:
    text = (REFERENCE / "json-lines.md").read_text("utf-8")

    assert set(get_args(Outcome)) | set(KINDS) <= set(code(text))


def test_every_field_of_the_form_is_told_with_its_label() -> None:
    [rows] = tables(section(REFERENCE / "form.md", "## Fields"))
    form = load_form((ROOT / ".github/ISSUE_TEMPLATE/paper.yml").read_text("utf-8"))

    assert [(code(row[0])[0], row[1]) for row in rows] == [(it.key, it.label) for it in form.fields]


def examples() -> list[list[str]]:
    [rows] = tables(section(REFERENCE / "identifiers.md", "## Examples"))
    return [[code(pasted)[0], kind, id_] for pasted, kind, id_ in rows]


@pytest.mark.parametrize(("pasted", "kind", "id_"), examples(), ids=[row[0] for row in examples()])
def test_every_example_of_an_identifier_is_read_as_told(pasted: str, kind: str, id_: str) -> None:
    read = ids.read(pasted)

    if isinstance(read, Identity):
        assert (kind, code(id_)) == (read.kind, [read.id])
    else:
        assert kind == "refused"


def test_every_kind_of_identifier_is_told() -> None:
    file = REFERENCE / "identifiers.md"
    [recognised] = tables(section(file, "## What is recognised"))
    [links] = tables(section(file, "## Canonical links"))

    assert (
        {code(row[0])[0] for row in recognised} == {code(row[0])[0] for row in links} == set(KINDS)
    )


def test_every_word_that_an_import_reads_is_told() -> None:
    [rows] = tables(section(REFERENCE / "import.md", "## What is recognised"))
    told = {word: code(row[0])[0] for row in rows for word in row[1].split(", ")}

    assert told.keys() == outline._MEANINGS.keys()  # noqa: SLF001 - the words are the module's own, their meaning public
    assert all(outline.meaning(inline(f"{word}: x"))[0] == row for word, row in told.items())


def test_every_command_is_told_with_who_may_say_it_and_when() -> None:
    [rows] = tables((REFERENCE / "commands.md").read_text("utf-8"))

    assert [[code(said)[0], who, when] for said, who, when, _ in rows] == [
        [f"/{it.name} {it.takes}".rstrip(), it.who, it.where] for it in registry.COMMANDS
    ]
    assert all(it.about.startswith(row[3]) for row, it in zip(rows, registry.COMMANDS, strict=True))


def test_every_label_is_told() -> None:
    [rows] = tables(section(REFERENCE / "submissions.md", "## Labels"))

    assert keys(rows) == list(labels.LABELS)
    assert set(keys(rows)[-len(labels.MANAGED) :]) == labels.MANAGED


def test_every_text_of_the_status_is_told() -> None:
    [rows] = tables(section(REFERENCE / "submissions.md", "## The status"))

    assert {talk.SOUND, talk.UNDECIDED, talk.WAITING, talk.UNMENDED} <= {row[1] for row in rows}


def test_every_workflow_is_told_with_what_it_may_do() -> None:
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    file = REFERENCE / "workflows.md"
    [rights] = tables(section(file, "## What each may do"))
    [groups] = tables(section(file, "## Several at once"))
    [started, *_] = tables(file.read_text("utf-8"))
    real = {
        path.name: workflow.rights(path.read_text("utf-8"), job=row[2].split("`")[1][4:])
        for row in started
        for path in files
        if path.name == code(row[0])[0]
    }
    kinds = ("contents", "issues", "pull-requests", "statuses")
    told = {
        code(row[0])[0]: {kind: level for kind, level in zip(kinds, row[1:], strict=True) if level}
        for row in rights
    }

    assert sorted(keys(started)) == sorted(keys(groups)) == [path.name for path in files]
    assert told == real


def test_the_bounds_of_runs_and_comments_are_told() -> None:
    runs = (REFERENCE / "workflows.md").read_text("utf-8")

    assert f"Where {desk.RESERVE} calls or fewer are left" in runs
    assert (
        f"At most {registry.MOST_COMMANDS} of one comment"
        in (REFERENCE / "commands.md").read_text()
    )


def required() -> set[str]:
    """The names in the requirement files that people write."""
    text = "\n".join(
        (ROOT / file).read_text("utf-8") for file in ("requirements.in", "requirements-dev.in")
    )
    return set(re.findall(r"^[a-z][a-z0-9-]*", text, re.MULTILINE))


def imported() -> set[str]:
    """The packages that any module imports."""
    files = [path for top in ("bot", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py")]
    lines = re.compile(r"^ *(?:import|from) ([a-z_0-9]+)", re.MULTILINE)
    return {found for path in files for found in lines.findall(path.read_text("utf-8"))}


MODULES = {"pyyaml": "yaml", "pygithub": "github", "check-jsonschema": "check_jsonschema"}


def test_every_package_that_is_imported_has_its_sentence_and_none_that_went() -> None:
    rows = [
        row
        for rows in tables((DOCS / "explanation" / "dependencies.md").read_text("utf-8"))
        for row in rows
    ]
    told, modules = {row[0] for row in rows}, imported()

    assert told <= required()
    assert {it for it in required() if MODULES.get(it, it) in modules} <= told
    assert all(row[1] for row in rows)
