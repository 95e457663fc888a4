from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pytest

from bot import cli
from bot.core import review
from bot.jobs import parse
from bot.standins import arxiv as invented
from bot.standins.arxiv import ArxivStandIn, Record, people
from bot.standins.links import LinkHost
from bot.standins.server import EMPTY, GARBAGE, HTML, RESET, UNAVAILABLE, Reply, throttled
from tests.making import Listing, listed, rendered

if TYPE_CHECKING:
    from pathlib import Path

Preview = dict[str, Any]
Fault = Reply | Literal["cut"]


def preview(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[Preview]]:
    capsys.readouterr()
    code = cli.main(["preview", "--json", *arguments])
    out = capsys.readouterr().out
    return code, [json.loads(row) for row in out.splitlines()]


def one(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Preview]:
    code, [only] = preview(capsys, *arguments)
    return code, only


CAPS = pytest.CaptureFixture[str]


def test_a_bare_link_gives_everything_that_a_pull_request_needs(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    before = listing.files()

    code, told = one(capsys, listing.submission("https://arxiv.org/pdf/2405.90001v2.pdf"))

    assert (code, told["outcome"], told["problems"]) == (0, "accepted", [])
    assert told["entry_path"] == "entries/2024/holt2024fedquill.yaml"
    assert "ids: {arxiv: '2405.90001'}" in told["entry_yaml"]
    assert told["readme_line"] in told["readme"]
    assert "[Voting]" in told["readme"]
    assert (told["branch"], told["commit_message"]) == (
        "paper/holt2024fedquill", "Add holt2024fedquill",
    )  # fmt: skip
    assert told["pr_title"] == "Add “FedQuill: Prompt Tuning of Language Models over Slow Links”"
    assert told["readme_line"] in told["pr_body"]
    assert told["readme_line"] in told["comment"]
    assert (told["labels"], told["links"]) == (["paper"], [])
    assert len(arxiv.log) == 1
    assert listing.files().items() - {"a.md": b""}.items() >= before.items()


def test_the_previewed_entry_is_what_check_wants(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    _, told = one(capsys, listing.submission())
    listing.write(told["entry_path"], told["entry_yaml"])
    listing.write("README.md", told["readme"])

    assert cli.main(["check"]) == 0


def test_people_read_the_comment_without_json(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv

    assert cli.main(["preview", listing.submission()]) == 0
    out = capsys.readouterr().out
    assert "a.md: accepted\n\nThank you" in out
    assert "would write entries/2024/holt2024fedquill.yaml" in out


def test_a_listed_paper_is_a_duplicate_and_no_service_is_asked(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    code, told = one(capsys, listing.submission("10.48550/arXiv.2305.00001"))

    assert (code, told["outcome"], told["entry_path"]) == (1, "duplicate", None)
    assert "entries/2023/obi2023voting.yaml" in told["comment"]
    assert arxiv.log == []


def test_a_venue_for_a_listed_preprint_keeps_its_file(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    listing.add(listed())

    code, told = one(capsys, listing.submission(venue="ICML 2025"))

    assert (code, told["outcome"]) == (0, "accepted")
    assert told["entry_path"] == "entries/2024/holt2024fedquill.yaml"
    assert "promoted: 2026-11-23" in told["entry_yaml"]
    assert told["pr_title"].startswith("Update “")


def test_each_file_is_matched_against_the_earlier_ones(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    files = [
        listing.submission("2405.90001", name="a.md"),
        listing.submission("https://huggingface.co/papers/2405.90001", name="b.md"),
        listing.submission("2501.90007", name="c.md"),
        listing.submission("nonsense", name="d.md"),
    ]

    code, told = preview(capsys, *files)

    assert code == 0
    assert [one["outcome"] for one in told] == ["accepted", "duplicate", "accepted", "rejected"]
    assert len(arxiv.log) == 1
    assert "FedQuill" not in told[2]["readme"]


def test_the_exports_of_the_resulting_list_are_written(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv

    preview(capsys, listing.submission(), "--out", "out")

    keys = [paper["key"] for paper in json.loads(listing.read("out/papers.json"))["papers"]]
    assert keys == ["holt2024fedquill", "obi2023voting"]


def test_a_dry_run_tells_which_exports_would_be_written(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    body = listing.submission()
    before = listing.files()

    assert cli.main(["preview", "--json", "--dry-run", "--out", "out", body]) == 0

    told = capsys.readouterr()
    assert json.loads(told.out)["outcome"] == "accepted"
    assert "would write out/papers.json" in told.err
    assert listing.files() == before


def test_other_entries_can_be_compared_with(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    other = listed()
    listing.write("other/2024/x.yaml", listing.read("entries/2023/obi2023voting.yaml"))

    code, told = one(capsys, listing.submission("2305.00001"), "--entries", "other")
    assert (code, told["outcome"]) == (1, "duplicate")
    assert "entries/2024/x.yaml" in told["comment"]

    assert cli.main(["preview", listing.submission(), "--entries", other.path]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_another_form_with_the_same_ids_is_understood(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    listing.write(
        "form.yml",
        "body:\n- {type: input, id: paper, attributes: {label: URL}, validations: {required: true}}\n"
        "- {type: input, id: topics, attributes: {label: Tags}}\n",
    )
    listing.write("a.md", "### URL\n\n2405.90001\n\n### Tags\n\nadapters\n")

    _, told = one(capsys, "a.md", "--form", "form.yml")

    assert told["outcome"] == "accepted"
    assert "topics: [adapters]" in told["entry_yaml"]


def test_a_topic_that_only_the_form_knows_is_left_out_and_told(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv
    listing.write(
        "form.yml",
        "body:\n- {type: input, id: paper, attributes: {label: URL}}\n"
        "- {type: dropdown, id: topics, attributes: {label: Topic, options: [Chemistry, Adapters]}}\n",
    )
    listing.write("a.md", "### URL\n\n2405.90001\n\n### Topic\n\nChemistry\n")

    _, told = one(capsys, "a.md", "--form", "form.yml")

    assert told["outcome"] == "accepted"
    assert "Chemistry is no topic of this list: left out." in rendered(told["comment"]).text


def test_problems_stand_in_the_order_of_the_form(listing: Listing, capsys: CAPS) -> None:
    long = "x" * 600
    wrong = {"title": long, "authors": long, "venue": "2024", "year": "soon", "code": "no"}

    _, told = one(capsys, listing.submission("nonsense", **wrong))

    assert [problem["field"] for problem in told["problems"]] == ["paper", *wrong]


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "Please add my paper!", "### Paper link or identifier\n\n_No response_",
        "### Paper link or identifier\n\n2405.90001\n\n### Paper link or identifier\n\n2501.90007",
        "### Paper link or identifier\n\n2405.90001 2501.90007",
        "### Paper link or identifier\n\nhttps://arxiv.org.evil.example/abs/2405.90001",
        "### Paper link or identifier\n\njavascript:alert(1)",
        "x" * 65_536, "### Paper link or identifier\n\n" + "9" * 65_000,
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_with_its_cure_and_nothing_is_written(
    body: str, listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    listing.write("a.md", body)
    before = listing.files()

    code, told = one(capsys, "a.md")

    assert (code, told["outcome"]) == (1, "rejected")
    assert told["problems"]
    assert all(problem["what"] and problem["fix"] for problem in told["problems"])
    assert all(told[key] is None for key in ("entry_path", "entry_yaml", "readme", "branch"))
    assert len(json.dumps(told)) < 20_000
    assert arxiv.log == []
    assert listing.files() == before


def test_a_file_that_is_not_there_is_refused(listing: Listing, capsys: CAPS) -> None:
    del listing

    code, told = one(capsys, "none.md")

    assert (code, told["outcome"]) == (1, "rejected")
    assert "cannot be read" in told["problems"][0]["what"]


@pytest.mark.parametrize("paper", ["2405.99999", "2404.90005"], ids=["unknown", "withdrawn"])
def test_a_paper_that_arxiv_does_not_stand_by_is_refused(
    paper: str, listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv

    code, told = one(capsys, listing.submission(paper))

    assert (code, told["outcome"]) == (1, "rejected")
    assert told["problems"][0]["field"] == "paper"


@pytest.mark.parametrize(
    "fault",
    [
        UNAVAILABLE, EMPTY, HTML, GARBAGE, RESET, "cut",
        throttled(retry_after="3600"), throttled(),
    ],
)  # fmt: skip
def test_trouble_at_arxiv_defers_and_the_next_run_completes(
    fault: Fault,
    listing: Listing,
    arxiv: ArxivStandIn,
    capsys: CAPS,
) -> None:
    arxiv.fail_next(*[fault] * 3)
    body = listing.submission(topics="Prompt tuning")

    code, told = one(capsys, body)
    assert (code, told["outcome"], told["problems"]) == (3, "deferred", [])
    assert told["labels"] == ["paper", "deferred"]
    assert "not your fault" in told["comment"]

    arxiv._faults.clear()  # noqa: SLF001 - the trouble is over
    assert one(capsys, body)[1]["outcome"] == "accepted"


def test_trouble_at_arxiv_does_not_matter_where_title_and_authors_are_given(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    arxiv.fail_next(*[UNAVAILABLE] * 3)

    code, told = one(capsys, listing.submission(title="FedQuill", authors="Mira Holt"))

    assert (code, told["outcome"]) == (0, "accepted")
    assert told["labels"] == ["paper", "needs-decision"]


@pytest.mark.untraced
def test_ten_thousand_authors_and_a_megabyte_stay_within_bounds(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: CAPS
) -> None:
    crowd = Record(
        id="2405.90001",
        title="A Crowd",
        authors=people(*(f"Author Number {n}" for n in range(10_000))),
        abstract="word " * 250_000,
        dates=("2024-05-13T09:12:44Z",),
    )
    with ArxivStandIn([crowd]) as arxiv:
        monkeypatch.setenv("BOT_ARXIV_URL", arxiv.url)
        code, told = one(capsys, listing.submission())
        assert (code, told["outcome"]) == (1, "rejected")
        assert told["problems"][0]["field"] == "authors"
        assert len(json.dumps(told)) < 10_000

        code, told = one(capsys, listing.submission(authors="The Crowd Collaboration"))
    assert (code, told["outcome"]) == (0, "accepted")
    assert "abstract:" not in told["entry_yaml"]
    assert len(json.dumps(told)) < 30_000


def test_links_are_looked_at_and_a_dead_one_is_refused_naming_its_field(
    listing: Listing, arxiv: ArxivStandIn, monkeypatch: pytest.MonkeyPatch, capsys: CAPS
) -> None:
    del arxiv
    monkeypatch.setenv("BOT_LINKS_ALLOW_PRIVATE", "1")
    with LinkHost() as host:
        body = listing.submission(code=f"{host.url}/ok", video=f"{host.url}/gone")
        code, told = one(capsys, body)

    assert (code, told["outcome"]) == (1, "rejected")
    assert [problem["field"] for problem in told["problems"]] == ["video"]
    assert [(link["verdict"], link["status"]) for link in told["links"]] == [
        ("ok", 200), ("gone", 404),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/x",
        "http://2130706433/",
        "http://[::ffff:169.254.169.254]/",
        "http://a@b.org",
    ],
)
def test_links_into_private_places_are_refused_without_being_asked(
    link: str, listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv

    code, told = one(capsys, listing.submission(code=link))

    assert (code, told["outcome"]) == (1, "rejected")
    assert [problem["field"] for problem in told["problems"]] == ["code"]


def test_a_plain_link_on_loopback_is_a_paper_where_that_is_allowed(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: CAPS
) -> None:
    monkeypatch.setenv("BOT_LINKS_ALLOW_PRIVATE", "1")
    with LinkHost() as host:
        told = {"title": "On Tea", "authors": "Ada Lovelace"}
        code, good = one(capsys, listing.submission(f"{host.url}/ok/p", **told))
        assert (code, good["outcome"]) == (0, "accepted")
        assert f"ids: {{url: '{host.url}/ok/p'}}" in good["entry_yaml"]

        code, gone = one(capsys, listing.submission(f"{host.url}/gone", **told))
    assert (code, gone["outcome"]) == (1, "rejected")
    assert [problem["field"] for problem in gone["problems"]] == ["paper"]


def test_an_entry_that_only_a_private_network_can_open_is_told_by_check(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: CAPS
) -> None:
    listing.add(
        listed(ids={"url": "http://127.0.0.1:8123/p"}, links={"code": "http://nas.local/x"})
    )
    assert cli.main(["check"]) == 1
    out = capsys.readouterr().out
    assert "ids.url: “http://127.0.0.1:8123/p” is a private address" in out
    assert "links.code: “http://nas.local/x” is a name that only a private network knows" in out

    monkeypatch.setenv("BOT_LINKS_ALLOW_PRIVATE", "1")
    assert cli.main(["check", "--fix"]) == 0


@pytest.mark.parametrize(
    "broken", [(parse, "read_body"), (review, "decide")], ids=["read", "decide"]
)
def test_a_file_that_the_bot_stumbles_over_loses_no_other(
    broken: tuple[Any, str],
    listing: Listing,
    arxiv: ArxivStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: CAPS,
) -> None:
    """No text is known that does so: only a defect can be put in from outside."""
    del arxiv
    whole = getattr(*broken)

    def stumbling(*given: Any, **more: Any) -> object:  # noqa: ANN401 - whatever the real one takes
        if "b.md" in str(given):
            raise ValueError("out of order")
        return whole(*given, **more)

    monkeypatch.setattr(*broken, stumbling)
    names = [
        listing.submission("2305.00001", name="a.md"),
        listing.submission("2405.90001", name="b.md"),
        listing.submission("2501.90007", name="c.md"),
    ]

    code, told = preview(capsys, *names)

    assert code == 0
    assert [row["outcome"] for row in told] == ["duplicate", "deferred", "accepted"]


def test_hostile_metadata_is_only_text_everywhere(
    listing: Listing, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    del arxiv

    _, told = one(capsys, listing.submission("2406.90006"))

    assert told["outcome"] == "accepted"
    title = invented.HOSTILE.title
    for markdown in (told["readme"], told["comment"], told["pr_body"]):
        page = rendered(markdown)
        assert title in page.text
        assert not {"script", "b", "img"} & set(page.elements)
        assert not any("evil.example" in link for link in page.links)
    assert "@everyone" not in told["pr_title"]
    assert "\n" not in told["pr_title"]
    assert told["commit_message"].replace(" ", "").isalnum()


def test_a_list_with_bad_entries_previews_nothing(listing: Listing, capsys: CAPS) -> None:
    listing.write("entries/2024/bad.yaml", "title: [")

    assert cli.main(["preview", listing.submission()]) == 1
    assert "entries/2024/bad.yaml: line 2" in capsys.readouterr().out


def test_the_demo_tells_the_whole_way(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: CAPS,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert cli.main(["demo"]) == 0

    told = capsys.readouterr().out
    for word in (
        "The submission is accepted", "branch paper/holt2024fedquill", "stays as it is",
        "The list has this paper already", "13 is not a month", "is gone: HTTP 404",
        "the published version of a preprint", "[EMNLP 2024]",
    ):  # fmt: skip
        assert word in told
    assert list(tmp_path.iterdir()) == []
