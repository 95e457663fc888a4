"""What GitHub shows of link health: one issue, one pull request, and the branch of the state."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core import entry, ledger, linkreport, listfile, render
from bot.model import LinkState, Memory
from tests.e2e.proxy import Lost, Status
from tests.e2e.stage import BOT, Ran, Stage, Stages
from tests.making import LIST, listed

PATH = "entries/2023/obi2023voting.yaml"
CODE = "https://github.com/obi/voting"
SLIDES = "https://slides.example.org/voting.pdf"
PAGE = "http://voting.example.org/about"
COPY = "https://web.archive.org/web/20240101000000/https://github.com/obi/voting"
ASKED = datetime(2026, 11, 20, tzinfo=UTC)
STATE = "refs/heads/bot-state"


def with_links(stage: Stage, **links: str) -> None:
    """Let the one entry of the list have these links, and no others."""
    one = listed(PATH, title="Voting", ids={"arxiv": "2305.00001"}, links=links)
    files: dict[str, str | None] = {PATH: entry.dump(one.entry)}
    files |= render.pages([one], _config())
    stage.repository.person("mira").commit("main", files, "Link it")
    stage.repository.news()


def _config() -> Any:  # noqa: ANN401 - a Config, as the stage has it
    return listfile.load(LIST)


def dead(url: str, **fields: Any) -> LinkState:  # noqa: ANN401 - any field of a state
    """A link that people hear of."""
    since = ASKED - timedelta(days=3)
    plain: dict[str, Any] = {
        "verdict": "gone", "asked": ASKED, "status": 404, "reason": "404 Not Found", "strikes": 3,
        "since": since, "reported": ASKED, "failures": tuple((since + timedelta(days=n), "404") for n in range(3)),
    }  # fmt: skip
    return LinkState(url=url, **(plain | fields))


def fine(url: str, **fields: Any) -> LinkState:  # noqa: ANN401 - as above
    """A link that works."""
    plain: dict[str, Any] = {"verdict": "ok", "asked": ASKED, "status": 200, "good": ASKED}
    return LinkState(url=url, **(plain | fields))


def mending(url: str, **fields: Any) -> LinkState:  # noqa: ANN401 - as above
    """A link that people hear of, and that works since the night after."""
    good = ASKED + timedelta(days=1)
    plain: dict[str, Any] = {
        "verdict": "ok", "asked": good, "status": 200, "reason": "HTTP 200", "strikes": 0,
        "since": None, "good": good, "mends": 1,
    }  # fmt: skip
    return dead(url, **(plain | fields))


def moved(url: str, to: str) -> LinkState:
    """A link that moved for good."""
    return fine(url, verdict="moved", final_url=to, moves=2)


def report(stage: Stage, *states: LinkState, clear: bool = True, is_dry: bool = False) -> Ran:
    """A night's run, with what its looks found out; the later it is, the newer they are."""
    part = stage.root.parent / "part.jsonl"
    part.write_text(ledger.dump(Memory(links={one.url: one for one in states})), "utf-8")
    options = ["--dry-run"] if is_dry else []
    return stage.run("links", *options, "report", str(part), clear=clear)


def later(state: LinkState, days: int = 1) -> LinkState:
    """The same, as a look of a later night finds it."""
    return replace(state, asked=state.asked + timedelta(days=days))


def issues(stage: Stage) -> list[dict[str, Any]]:
    """Every report there is."""
    rows = stage.repository.issues()
    return [row for row in rows if row["body"].startswith(linkreport.MARKER)]


def only(stage: Stage) -> dict[str, Any]:
    [row] = issues(stage)
    return row


def pulls(stage: Stage, state: Any = "open") -> list[dict[str, Any]]:  # noqa: ANN401 - a literal
    rows = stage.repository.pulls(state)
    return [row for row in rows if row["head"]["ref"] == "bot/links"]


def known(stage: Stage) -> Memory:
    """What is remembered on GitHub."""
    memory = ledger.load(
        stage.repository.files("bot-state")["links.jsonl"], now=ASKED + timedelta(999)
    )
    assert isinstance(memory, Memory)
    return memory


def say(stage: Stage, number: int, text: str, login: str = "mira") -> str:
    """Somebody comments, and the bot answers."""
    comment = stage.repository.person(login).comment(number, text)
    stage.settle()
    rows = stage.repository.comments(number)
    [said] = [r["body"] for r in rows if r["body"].startswith(f"<!-- list-bot:reply {comment} ")]
    return str(said)


# The issue


def test_a_dead_link_opens_one_issue_that_says_where_it_stands(stage: Stage) -> None:
    with_links(stage, code=CODE)

    assert report(stage, dead(CODE)).code == 0

    row = only(stage)
    assert (row["title"], row["state"], row["user"]["login"]) == (linkreport.TITLE, "open", BOT)
    assert stage.labels(row["number"]) == {"links"}
    assert f"`{CODE}`: since 2026-11-17, 404 Not Found" in row["body"]
    assert f"[{PATH}]" in row["body"]
    assert known(stage).issue == row["number"]
    assert known(stage).links.keys() == {CODE}


def test_its_links_lead_to_the_server_that_the_list_is_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.lab.example")
    with_links(stage, code=CODE)

    report(stage, dead(CODE))

    start = f"https://git.lab.example/{stage.repository.full_name}"
    assert f"[{PATH}]({start}/blob/HEAD/{PATH})" in only(stage)["body"]


def test_a_list_without_trouble_opens_nothing(stage: Stage) -> None:
    with_links(stage, code=CODE)

    report(stage, fine(CODE, note="archived by its owner"))

    assert issues(stage) == []
    assert pulls(stage) == []
    assert known(stage).links.keys() == {CODE}


def test_an_unchanged_night_writes_only_what_is_remembered(stage: Stage) -> None:
    with_links(stage, code=CODE, page=PAGE)
    states = (dead(CODE, archived=COPY), moved(PAGE, PAGE.replace("http:", "https:")))
    report(stage, *states)

    assert report(stage, *states).writes == 0
    # Tree, commit and branch of the state.
    assert report(stage, *map(later, states)).writes == 3


def test_the_issue_is_edited_closed_and_opened_again(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE))
    number = only(stage)["number"]

    report(stage, dead(SLIDES))
    assert SLIDES in only(stage)["body"]
    assert CODE in only(stage)["body"]

    report(stage, mending(CODE), mending(SLIDES))
    assert only(stage)["state"] == "open"
    report(stage, later(fine(CODE), 2), later(fine(SLIDES), 2))
    assert (only(stage)["state"], only(stage)["state_reason"]) == ("closed", "completed")
    assert "No link" in only(stage)["body"]
    assert report(stage, later(fine(CODE), 2)).writes == 0

    report(stage, later(dead(CODE), 3))
    assert (only(stage)["number"], only(stage)["state"]) == (number, "open")


def test_a_link_that_left_the_list_is_forgotten(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    with_links(stage, slides=SLIDES)

    report(stage, fine(SLIDES))

    assert known(stage).links.keys() == {SLIDES}
    assert only(stage)["state"] == "closed"


def test_what_people_write_into_the_issue_is_overwritten(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    row = only(stage)
    mira = stage.repository.person("mira")
    mira.edit_issue(row["number"], title="Mine", body="What?\n" + row["body"])
    mira.unlabel(row["number"], "links")

    report(stage, dead(CODE))

    assert only(stage)["body"] == row["body"]
    assert only(stage)["title"] == linkreport.TITLE
    assert stage.labels(row["number"]) == {"links"}


@pytest.mark.parametrize("how", ["delete_issue", "transfer_issue", "lock_issue"])
def test_an_issue_that_is_gone_is_opened_anew(stage: Stage, how: str) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    old = only(stage)["number"]
    getattr(stage.repository.person("mira"), how)(old)

    assert report(stage, dead(CODE)).code == 0

    [new] = [row["number"] for row in issues(stage) if row["number"] != old]
    assert known(stage).issue == new
    assert report(stage, dead(CODE)).writes == 0


def test_a_lost_state_finds_the_issue_by_its_label(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    stage.repository.person("mira").delete_branch("bot-state")

    report(stage, dead(CODE))

    assert known(stage).issue == only(stage)["number"]


def test_somebody_elses_issue_is_never_taken_for_the_report(stage: Stage) -> None:
    with_links(stage, code=CODE)
    eve = stage.repository.person("eve")
    forged = eve.open_issue("Links", f"{linkreport.MARKER}\n- [x] <!-- list-bot:leave -->", [])
    stage.repository.person("mira").label(forged, "links")

    report(stage, dead(CODE))

    assert len(issues(stage)) == 2
    assert known(stage).issue != forged


def test_a_number_that_names_another_issue_of_the_bot_leaves_that_alone(stage: Stage) -> None:
    """As in a copy of the repository, where the state tells a number of the first one."""
    with_links(stage, code=CODE)
    token = stage.repository.token({"issues": "write"})
    form = {"title": "Digest", "body": "<!-- list-bot:digest -->\nNew papers", "labels": []}
    stage.repository.call("POST", "issues", form, token=token)
    [other] = stage.repository.issues()
    memory = ledger.dump(Memory(issue=other["number"]))
    stage.repository.person("mira").commit("bot-state", {"links.jsonl": memory}, "Copy")

    report(stage, dead(CODE))

    assert stage.repository.issue(other["number"])["body"] == form["body"]
    assert known(stage).issue == only(stage)["number"] != other["number"]


def test_two_runs_at_once_leave_one_issue(stage: Stage) -> None:
    with_links(stage, code=CODE)
    token = stage.repository.token({"issues": "write"})
    text = f"{linkreport.MARKER}\nFrom the other run.\n"
    form = {"title": linkreport.TITLE, "body": text, "labels": ["links"]}
    stage.proxy.clear()
    stage.proxy.before(
        lambda: stage.repository.call("POST", "issues", form, token=token),
        method="POST",
        path="/issues$",
    )

    report(stage, dead(CODE), clear=False)

    assert [row["state"] for row in issues(stage)] == ["open", "closed"]
    report(stage, dead(CODE))
    assert known(stage).issue == issues(stage)[0]["number"]
    assert CODE in issues(stage)[0]["body"]
    assert report(stage, dead(CODE)).writes == 0


# What people say to it


def tick(stage: Stage, words: str) -> None:
    row = only(stage)
    text = re.sub(rf"\[ \] ({words})", r"[x] \1", row["body"])
    assert text != row["body"]
    stage.repository.person("mira").edit_issue(row["number"], body=text)


def test_a_ticked_box_leaves_a_link_alone_until_it_is_taken_back(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    tick(stage, "leave it alone")

    report(stage, dead(CODE))
    assert known(stage).links[CODE].ignored == date(2027, 2, 21)
    assert only(stage)["state"] == "closed"
    assert f"`{CODE}` until 2027-02-21" in only(stage)["body"]

    tick(stage, "tell of it again")
    report(stage, dead(CODE))
    assert known(stage).links[CODE].ignored is None
    assert only(stage)["state"] == "open"


def test_a_hosts_ticked_box_counts_though_the_host_is_up_again(stage: Stage) -> None:
    one, other = "https://lab.example.org/a", "https://lab.example.org/b"
    with_links(stage, code=one, slides=other)
    nights = tuple((ASKED - timedelta(days=9 - n), "server") for n in range(9))
    down: dict[str, Any] = {
        "verdict": "suspect", "status": 503, "strikes": 9, "failures": nights,
        "since": nights[0][0], "is_host_down": True,
    }  # fmt: skip
    report(stage, dead(one, **down), dead(other, **down))
    tick(stage, "leave them alone")

    report(stage, mending(one), later(dead(other, **(down | {"is_host_down": False}))))

    assert {known(stage).links[url].ignored for url in (one, other)} == {date(2027, 2, 21)}
    assert only(stage)["state"] == "closed"


@pytest.mark.parametrize(
    "write", [("PATCH", "/git/refs/"), ("GET", "/pulls$"), ("GET", "/labels$")]
)
def test_a_box_that_is_ticked_while_the_report_is_made_counts(
    stage: Stage, write: tuple[str, str]
) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE))
    stage.proxy.clear()
    method, path = write
    stage.proxy.before(lambda: tick(stage, "leave it alone"), method=method, path=path)

    assert report(stage, dead(CODE), dead(SLIDES), clear=False).code == 0

    assert known(stage).links[CODE].ignored == date(2027, 2, 21)
    assert f"`{CODE}` until 2027-02-21" in only(stage)["body"]
    assert f"`{SLIDES}`: since" in only(stage)["body"]


def test_an_issue_that_is_deleted_while_the_report_is_made_is_opened_anew(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE))
    mira, old = stage.repository.person("mira"), only(stage)["number"]
    stage.proxy.clear()
    stage.proxy.before(lambda: mira.delete_issue(old), method="PATCH", path="/git/refs/")

    assert report(stage, dead(CODE), dead(SLIDES), clear=False).code == 0

    assert known(stage).issue == only(stage)["number"] != old


def test_what_was_left_alone_is_told_again_after_its_last_day(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    tick(stage, "leave it alone")
    report(stage, dead(CODE))

    monkeypatch.setenv("BOT_NOW", "2027-02-22")
    report(stage, dead(CODE))

    assert only(stage)["state"] == "open"


def test_ignore_is_carried_out_at_once_and_answered(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE), dead(SLIDES))
    number = only(stage)["number"]

    assert "is left alone for 30 days, up to 2026-12-23" in say(
        stage, number, f"/ignore {CODE} 30d"
    )
    assert known(stage).links[CODE].ignored == date(2026, 12, 23)
    assert "Left alone, as somebody asked (1)" in only(stage)["body"]

    assert "told again" in say(stage, number, f"/ignore <{CODE}/> 0d")
    assert known(stage).links[CODE].ignored is None


KINDLY = [
    (f"/ignore {CODE}", "eve", "is for maintainers"),
    (f"/ignore {CODE[:-1]}", "mira", f"Did you mean `{CODE}`"),
    ("/ignore https://example.com/nothing", "mira", "no link that the bot looks at"),
    (f"/ignore {CODE} 400d", "mira", "at most 365 days"),
    ("/ignore", "mira", "takes link 90d"),
    ("/merge", "mira", "is for submissions"),
    ("/ignor x", "mira", "Did you mean `/ignore`"),
    ("/help", "eve", "| `/help` | anyone |"),
    ("/help", "mira", "| `/ignore link 90d` | maintainer |"),
]


def test_what_cannot_be_done_on_the_report_is_answered_kindly(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    before = stage.repository.refs()

    for text, login, what in KINDLY:
        assert what in say(stage, only(stage)["number"], text, login)
    assert stage.repository.refs() == before


def test_ignore_is_no_command_of_a_submission(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()

    assert "for the report" in say(stage, issue, f"/ignore {CODE}")
    assert "/ignore" not in say(stage, issue, "/help")


# The pull request


def test_one_pull_request_mends_what_moved_and_what_has_a_copy(stage: Stage) -> None:
    new = PAGE.replace("http:", "https:")
    with_links(stage, code=CODE, page=PAGE, slides=SLIDES)

    report(stage, dead(CODE, archived=COPY), moved(PAGE, new), moved(SLIDES, f"{SLIDES}x"))

    [pull] = pulls(stage)
    assert pull["title"] == "Mend 3 links"
    assert f"| {PATH} | code | `{CODE}` | `{COPY}` | gone since 2026-11-17 |" in pull["body"]
    assert f"`{PATH}`, page: `{PAGE}` becomes `{new}`" in pull["body"]
    assert stage.labels(pull["number"]) == {"links"}
    text = stage.entries("bot/links")[PATH]
    assert all(url in text for url in (COPY, new, f"{SLIDES}x"))
    stage.assert_readme_is_made("bot/links")
    assert f"#{pull['number']} puts the archived copy in its place" in only(stage)["body"]


def test_the_pull_request_follows_and_goes_when_nothing_is_left(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, moved(CODE, f"{CODE}-2"), moved(SLIDES, f"{SLIDES}x"))
    [pull] = pulls(stage)

    report(stage, later(fine(SLIDES)))
    [again] = pulls(stage)
    assert (again["number"], again["title"]) == (pull["number"], "Mend 1 link")

    report(stage, later(fine(CODE)))
    assert pulls(stage) == []
    assert "refs/heads/bot/links" not in stage.repository.refs()
    # The bot closed it, so nothing is declined.
    report(stage, later(moved(CODE, f"{CODE}-2"), 2))
    assert len(pulls(stage)) == 1


def test_a_link_that_works_again_keeps_its_place(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE, archived=COPY))

    report(stage, mending(CODE, archived=COPY))

    assert pulls(stage) == []
    assert "puts" not in only(stage)["body"]


def test_a_merged_pull_request_leaves_nothing_behind(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE, archived=COPY))
    [pull] = pulls(stage)
    stage.repository.person("mira").merge_pull(pull["number"])

    report(stage, fine(COPY))

    assert only(stage)["state"] == "closed"
    assert list(stage.repository.refs()) == [STATE, "refs/heads/main"]


def test_a_pull_request_that_a_person_closed_is_not_made_again(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, moved(CODE, f"{CODE}-2"))
    [pull] = pulls(stage)
    mira = stage.repository.person("mira")
    mira.close_pull(pull["number"])

    report(stage, moved(CODE, f"{CODE}-2"))
    assert pulls(stage) == []
    assert known(stage).links[CODE].declined == f"{CODE}-2"

    report(stage, moved(SLIDES, f"{SLIDES}x"))
    [other] = pulls(stage)
    assert other["title"] == "Mend 1 link"
    assert CODE + "-2" not in stage.entries("bot/links")[PATH]

    mira.close_pull(other["number"])
    mira.reopen_pull(other["number"])
    report(stage, moved(SLIDES, f"{SLIDES}x"))
    assert known(stage).links[SLIDES].declined is None


def test_a_pull_request_that_is_closed_with_a_word_of_why_is_not_made_again(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, moved(CODE, f"{CODE}-2"))
    [pull] = pulls(stage)
    mira = stage.repository.person("mira")
    mira.edit_issue(pull["number"], body="No thanks.\r\n" + pull["body"])
    mira.close_pull(pull["number"])

    report(stage, moved(CODE, f"{CODE}-2"))

    assert pulls(stage) == []
    assert known(stage).links[CODE].declined == f"{CODE}-2"


def test_reconcile_makes_the_pull_request_anew_when_main_moves(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, moved(CODE, f"{CODE}-2"), moved(SLIDES, f"{SLIDES}x"))
    with_links(stage, code=CODE, video="https://video.example.org/1")

    assert stage.run("reconcile").code == 0

    [pull] = pulls(stage)
    assert pull["title"] == "Mend 1 link"
    assert stage.repository.pull(pull["number"])["mergeable"]
    assert "video.example.org" in stage.entries("bot/links")[PATH]
    stage.assert_readme_is_made("bot/links")
    assert stage.run("reconcile").writes == 0
    with_links(stage, slides=SLIDES + "y")
    stage.run("reconcile")
    assert pulls(stage) == []


def test_a_branch_that_a_person_committed_to_is_left_alone(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, moved(CODE, f"{CODE}-2"))
    mine = stage.entries("bot/links")[PATH].replace("-2", "-3")
    tip = stage.repository.person("mira").commit("bot/links", {PATH: mine}, "Better")

    report(stage, moved(CODE, f"{CODE}-4"))
    stage.run("reconcile")

    assert stage.repository.refs()["refs/heads/bot/links"] == tip


def test_of_a_branch_that_is_left_alone_only_what_it_has_is_told(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, moved(CODE, f"{CODE}-2"))
    [pull] = pulls(stage)
    mine = stage.entries("bot/links")[PATH].replace("Voting", "The Voting")
    stage.repository.person("mira").commit("bot/links", {PATH: mine}, "Better")

    report(stage, moved(CODE, f"{CODE}-2"), dead(SLIDES, archived=COPY))

    body = only(stage)["body"]
    assert f"1 link moved for good: #{pull['number']} puts the new address in." in body
    assert "put another link in, such as the archived copy" in body
    assert "puts the archived copy" not in body


def test_a_branch_that_a_person_committed_to_stays_when_nothing_is_left(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, moved(CODE, f"{CODE}-2"))
    [pull] = pulls(stage)
    stage.repository.person("mira").commit("bot/links", {"entries/note.md": "Mine"}, "Note")

    report(stage, later(fine(CODE)))

    assert [row["number"] for row in pulls(stage)] == [pull["number"]]


def test_where_no_pull_request_may_be_opened_the_branch_is_made(stage: Stage) -> None:
    stage.repository.set(can_approve_pull_request_reviews=False)
    with_links(stage, code=CODE)

    assert report(stage, dead(CODE, archived=COPY)).code == 0

    assert COPY in stage.entries("bot/links")[PATH]
    assert "the branch `bot/links` puts the archived copy" in only(stage)["body"]


# Bad days


def test_a_dry_run_says_what_it_would_do(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    with_links(stage, code=CODE)

    ran = report(stage, dead(CODE, archived=COPY), is_dry=True)

    assert (ran.code, ran.writes) == (0, 0)
    told = capsys.readouterr().out
    assert "would keep 2 lines on bot-state" in told
    assert "would keep a new issue open" in told
    assert "would propose “Mend 1 link”" in told


def test_a_list_that_cannot_be_read_loses_no_night(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, dead(CODE))
    stage.repository.person("mira").commit("main", {PATH: "title: [\n"}, "Break it")

    assert report(stage, later(dead(CODE, reason="Still gone"))).code == 1
    assert known(stage).links[CODE].reason == "Still gone"
    assert only(stage)["state"] == "open"
    assert "remembered" in say(stage, only(stage)["number"], f"/ignore {CODE}")


def test_a_state_that_moved_meanwhile_is_merged_with(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE))
    mira = stage.repository.person("mira")
    memory = known(stage)
    other = replace(memory, links={**memory.links, SLIDES: fine(SLIDES)})
    stage.proxy.clear()
    stage.proxy.before(
        lambda: mira.commit("bot-state", {"links.jsonl": ledger.dump(other)}, "Meanwhile"),
        method="PATCH",
        path="/git/refs/",
    )

    assert report(stage, later(dead(CODE)), clear=False).code == 0

    assert known(stage).links.keys() == {CODE, SLIDES}
    assert known(stage).links[CODE].asked == ASKED + timedelta(days=1)


def test_the_state_grows_by_fast_forward_and_holds_nothing_else(stage: Stage) -> None:
    with_links(stage, code=CODE)
    report(stage, fine(CODE))
    report(stage, later(fine(CODE)))

    assert len(stage.repository.commits("bot-state")) == 2
    assert set(stage.repository.files("bot-state")) == {"README.md", "links.jsonl"}


def end(stage: Stage) -> tuple[object, ...]:
    """All that people can see in the end, and what is remembered."""
    row, [pull] = only(stage), pulls(stage)
    body = row["body"].replace(stage.repository.full_name, "")
    return (
        body, row["state"], pull["title"], pull["body"], stage.entries("bot/links"),
        known(stage).links, known(stage).issue == row["number"], stage.labels(pull["number"]),
    )  # fmt: skip


@pytest.mark.untraced
def test_whatever_breaks_off_the_next_run_ends_as_if_undisturbed(stages: Stages) -> None:
    states = (dead(CODE, archived=COPY), moved(PAGE, f"{PAGE}-2"))

    def start() -> Stage:
        stage = stages.new()
        with_links(stage, code=CODE, page=PAGE)
        return stage

    stage = start()
    report(stage, *states)
    whole = end(stage)
    writes = [at for at, call in enumerate(stage.proxy.calls, 1) if call.method != "GET"]
    for last in writes[:-1]:
        stage = start()
        with stage.dying_after(last):
            assert report(stage, *states).code == 3
        assert report(stage, *states).code == 0
        assert end(stage) == whole, f"killed after call {last}"


def test_an_answer_that_does_not_come_is_asked_for_again(stages: Stages) -> None:
    states = (dead(CODE, archived=COPY), moved(PAGE, f"{PAGE}-2"))
    ends = []
    for path in ("", "/git/trees", "/git/commits", "/git/refs", "/pulls", "/issues"):
        stage = stages.new()
        with_links(stage, code=CODE, page=PAGE)
        stage.proxy.clear()
        if path:
            stage.proxy.fail(Lost(), method="POST", path=path)
            stage.proxy.fail(Status(502), method="POST", path=path, nth=2)
        assert report(stage, *states, clear=False).code == 0
        ends.append(end(stage))

    assert all(one == ends[0] for one in ends)


def test_a_refused_branch_keeps_nobody_from_the_issue_and_is_not_told_of(stage: Stage) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    stage.proxy.clear()
    stage.proxy.fail(Status(422, body='{"message": "A rule"}'), method="POST", path="/statuses/")
    states = dead(CODE, archived=COPY), moved(SLIDES, f"{SLIDES}x")

    assert report(stage, *states, clear=False).code == 3

    row = only(stage)
    assert row["state"] == "open"
    assert "such as the archived copy" in row["body"]
    assert f"`{SLIDES}`: moved to `{SLIDES}x`" in row["body"]
    assert "puts" not in row["body"]


def test_a_plan_brings_the_memory_and_counts_the_links_of_the_list(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_links(stage, code=CODE, slides=SLIDES, page=PAGE)
    report(stage, dead(CODE), fine(SLIDES))
    state, output = stage.root.parent / "state", stage.root.parent / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    monkeypatch.setattr("bot.jobs.links.PER_SHARD", 2)

    assert stage.run("links", "--state", str(state), "plan").code == 0

    assert CODE in state.read_text("utf-8")
    # What is gone, what nobody looked at, and the paper itself; what is fine has its day.
    assert output.read_text("utf-8") == "count=2\nshards=[1, 2]\n"


def test_a_plan_in_a_dry_run_counts_and_writes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_links(stage, code=CODE, slides=SLIDES)
    report(stage, dead(CODE), fine(SLIDES))
    state, output = stage.root.parent / "state", stage.root.parent / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))

    assert stage.run("links", "--state", str(state), "--dry-run", "plan").code == 0

    assert "3 links to look at, 1 shard\n" in capsys.readouterr().out
    assert not state.exists()
    assert not output.exists()


def test_a_part_that_nobody_can_read_does_not_keep_the_others_from_being_told(
    stage: Stage,
) -> None:
    with_links(stage, code=CODE)
    good, bad = stage.root.parent / "good", stage.root.parent / "bad"
    good.write_text(ledger.dump(Memory(links={CODE: dead(CODE)})), "utf-8")
    bad.write_bytes(bytes(range(128, 256)))

    ran = stage.run("links", "report", str(bad), str(stage.root), str(good), "missing")

    assert ran.code == 0
    assert only(stage)["state"] == "open"
