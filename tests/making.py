"""Entries, configurations and judges that the tests make and ask."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import cmarkgfm
from cmarkgfm.cmark import Options
from hypothesis import strategies as st

from bot.config import Config
from bot.core import entry, text
from bot.core.entry import Entry, Listed
from bot.settings import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def paper(**fields: Any) -> Entry:  # noqa: ANN401 - any field of an entry
    """A preprint, with these fields changed."""
    plain: dict[str, Any] = {
        "title": "FedQuill: Prompt Tuning over Slow Links",
        "authors": ["Mira Holt", "Joaquín Ferré-Ruiz"],
        "year": 2024,
        "ids": {"arxiv": "2405.90001"},
        "added": "2026-11-20",
    }
    return Entry.model_validate(plain | fields)


def listed(path: str = "entries/2024/holt2024fedquill.yaml", **fields: Any) -> Listed:  # noqa: ANN401 - any field of an entry
    """An entry in its file."""
    return Listed(path=path, entry=paper(**fields))


def config(**fields: Any) -> Config:  # noqa: ANN401 - any field of the configuration
    """A list with two topics and two venues, with these fields changed."""
    plain: dict[str, Any] = {
        "title": "Papers on Testing",
        "short_title": "Testing",
        "introduction": "A list.",
        "topics": [
            {"key": "prompt-tuning", "title": "Prompt tuning", "group": "Training", "about": "x"},
            {"key": "adapters", "title": "LoRA and adapters", "group": "Training", "about": "x"},
        ],
        "venues": [
            {"name": "ICML", "full": "International Conference on Machine Learning"},
            {"name": "TMLR", "full": "Transactions on ML Research", "kind": "journal"},
        ],
    }
    return Config.model_validate(plain | fields)


def nowhere() -> dict[str, str]:
    """The environment in which every service is at an address where nobody listens."""
    return {f"BOT_{name.upper()}_URL": "http://127.0.0.1:9" for name in SERVICES}


def titles() -> st.SearchStrategy[str]:
    """Clean one-line texts, heavy on what is special somewhere."""
    special = st.sampled_from(
        r"""\ ` * _ { } [ ] ( ) # + - . ! | < > & " ' ~ ^ $ % @ : / = ; , 0 7 a""".split(" ")  # noqa: SIM905 - a list of them would be unreadable
    )
    words = st.sampled_from(
        ["@ada", "#12", "GH-7", "o/r#3", "www.x.org", "http://x.org", "a@b.org", ":smile:", "$x$",
         "</li>", "<script>", "&amp;", "-->", "<!--", "]]>", "[x](y)", "``", "1.", "- a", "# h",
         "deadbeefcafe", "\\textbf{a}", "%s", "{{ a }}", "${{ b }}", "é", "連合", "🙂", "e\u0301"],
    )  # fmt: skip
    free = st.text(max_size=12)
    parts = st.lists(st.one_of(special, words, free), min_size=1, max_size=10)
    joined = st.tuples(parts, st.sampled_from(["", " "])).map(lambda both: both[1].join(both[0]))
    return joined.map(text.line).filter(bool)


class Page(HTMLParser):
    """What a browser reads of a page: its text, its links, its other elements."""

    def __init__(self, html: str) -> None:
        """Read a whole page."""
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self.elements: list[str] = []
        self.anchors: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        given: Mapping[str, str | None] = dict(attrs)
        self.elements.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def rendered(markdown: str) -> Page:
    """The page that GitHub's own Markdown parser makes."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    return Page(html)


LIST = """\
title: Papers on Testing
short_title: Testing
introduction: A list.
topics:
- {key: prompt-tuning, title: Prompt tuning, group: Training, about: Prompts.}
- {key: adapters, title: LoRA and adapters, group: Training, about: Adapters.}
venues:
- {name: ICML, full: International Conference on Machine Learning}
- {name: EMNLP, full: Conference on Empirical Methods in Natural Language Processing}
"""


class Listing:
    """A list on disk with one entry, and submissions to it."""

    def __init__(self, root: Path) -> None:
        """Write the list's configuration and its entry."""
        self.root = root
        self.write("list.yaml", LIST)
        self.add(
            listed("entries/2023/obi2023voting.yaml", title="Voting", ids={"arxiv": "2305.00001"})
        )

    def write(self, name: str, content: str) -> Path:
        """A file with this text."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        return path

    def read(self, name: str) -> str:
        """A file's text."""
        return (self.root / name).read_text("utf-8")

    def add(self, one: Listed) -> None:
        """One more entry."""
        self.write(one.path, entry.dump(one.entry))

    def submission(self, paper: str = "2405.90001", /, name: str = "a.md", **fields: str) -> str:
        """A form's body in a file, as GitHub writes it; gives the file's name."""
        labels = {"Paper link or identifier": paper}
        labels |= {key.capitalize(): value for key, value in fields.items()}
        body = "\n\n".join(f"### {label}\n\n{value}" for label, value in labels.items())
        self.write(name, body)
        return name

    def files(self) -> dict[str, bytes]:
        """Every file below the root."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }
