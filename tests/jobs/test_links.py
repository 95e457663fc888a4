"""`bot links` on loopback: what it asks, remembers, tells and leaves."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bot import cli
from bot.edge import disk
from bot.edge.services import Archived
from bot.standins.links import LinkHost
from bot.standins.server import HANG, UNAVAILABLE, Reply, StandIn
from bot.standins.services import (
    Copy,
    DoiRegistry,
    GithubApi,
    OpenReview,
    Repo,
    Video,
    Wayback,
    YouTube,
)
from tests.making import Listing, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.standins.arxiv import ArxivStandIn

Clock = Callable[[str], None]
CAPS = pytest.CaptureFixture[str]
ONE = "2026-11-23T04:37:00Z"
TWO = "2026-11-24T04:37:00Z"
THREE = "2026-11-25T04:37:00Z"


@pytest.fixture(scope="module")
def shared() -> Iterator[LinkHost]:
    with LinkHost() as running:
        yield running


@pytest.fixture
def host(listing: Listing, shared: LinkHost, monkeypatch: pytest.MonkeyPatch) -> LinkHost:
    assert listing
    monkeypatch.setenv("BOT_LINKS_ALLOW_PRIVATE", "1")
    monkeypatch.setenv("BOT_PACE", "0")
    shared.log.clear()
    return shared


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return lambda moment: monkeypatch.setenv("BOT_NOW", moment)


def links(*arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON document of a run."""
    assert cli.main(["links", "--json", "looks.json", *arguments]) == code
    with open("looks.json", encoding="utf-8") as file:  # noqa: PTH123 - in the working folder
        document: dict[str, Any] = json.load(file)
    return document


def by_path(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"/" + one["url"].split("/", 3)[3]: one for one in document["links"]}


def test_links_that_are_in_no_list_are_looked_at(listing: Listing, host: LinkHost) -> None:
    (listing.root / "list.yaml").unlink()

    told = links(f"{host.url}/ok", f"{host.url}/status/404", f"{host.url}/redirect/301?to=/ok")

    assert (told["checked"], told["unasked"], "void" in told) == (3, 0, False)
    assert told["requests"] == len(host.log)
    found = {path: (one["verdict"], one["status"]) for path, one in by_path(told).items()}
    assert found == {
        "/ok": ("ok", 200),
        "/status/404": ("gone", 404),
        "/redirect/301?to=/ok": ("moved", 200),
    }
    assert by_path(told)["/redirect/301?to=/ok"]["final_url"] == f"{host.url}/ok"


def test_lines_of_standard_input_are_links_too(
    host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\n  {host.url}/ok\n{host.url}/ok\n"))

    assert [one["verdict"] for one in links("-")["links"]] == ["ok"]


def test_without_links_those_of_the_list_are_looked_at(
    listing: Listing, host: LinkHost, arxiv: ArxivStandIn
) -> None:
    listing.add(listed(links={"code": f"{host.url}/status/404", "slides": f"{host.url}/ok"}))

    told = links()

    assert {one["url"]: one["verdict"] for one in told["links"]} == {
        f"{host.url}/status/404": "gone",
        f"{host.url}/ok": "ok",
        "https://arxiv.org/abs/2405.90001": "ok",
        "https://arxiv.org/abs/2305.00001": "gone",
    }
    assert len(arxiv.log) == 1
    assert told["requests"] == len(arxiv.log) + len(host.log)


def test_people_hear_of_a_404_on_the_second_night(
    host: LinkHost,
    clock: Clock,
) -> None:
    url = f"{host.url}/status/404"
    seen = []
    for moment in (ONE, ONE, TWO):
        clock(moment)
        [one] = links("--state", "state", url)["links"]
        seen.append((one["strikes"], one["report"]))

    assert seen == [(1, False), (1, False), (2, True)]


def test_without_a_state_every_night_is_the_first(
    host: LinkHost,
    clock: Clock,
) -> None:
    for moment in (ONE, TWO):
        clock(moment)
        [gone, lost, wrong] = links(f"{host.url}/status/404", f"{host.url}/status/410", "https://")[
            "links"
        ]
        assert (gone["strikes"], gone["report"]) == (1, False)
        assert (lost["strikes"], lost["report"]) == (1, True)
        assert (wrong["verdict"], wrong["report"]) == ("invalid", True)


def test_a_good_link_of_a_list_rests_and_stays_in_the_document(
    host: LinkHost,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = "\n".join(f"{host.url}/ok/{number}" for number in range(70))
    asked = []
    for moment in (ONE, TWO, TWO, THREE):
        clock(moment)
        monkeypatch.setattr("sys.stdin", io.StringIO(urls))
        told = links("--state", "state", "-")
        assert {one["verdict"] for one in told["links"]} == {"ok"}
        assert len(told["links"]) == 70
        asked.append(told["checked"])

    assert asked[0] == 70
    assert 0 < asked[1] < 21
    assert asked[2] == 0
    assert 0 < asked[3] < 21


def test_a_link_that_is_named_is_asked_although_it_rests(
    host: LinkHost,
    clock: Clock,
) -> None:
    for moment in (ONE, TWO, THREE):
        clock(moment)
        assert links("--state", "state", f"{host.url}/ok")["checked"] == 1


@pytest.mark.parametrize(
    "state",
    [
        "", "no JSON", '{"version": 99}\n', "\x00\x01", "{}\n{}\n",
        '{"version": 1}\n{"url": "https://example.org/", "asked": "2031-01-01T00:00:00Z", "verdict": "ok"}\n',
    ],
    ids=["empty", "text", "another version", "bytes", "rows of nothing", "the future"],
)  # fmt: skip
def test_a_state_that_cannot_be_used_is_made_anew_without_an_alarm(
    listing: Listing, host: LinkHost, state: str
) -> None:
    listing.write("state", state)

    [one] = links("--state", "state", f"{host.url}/status/404")["links"]

    assert (one["strikes"], one["report"]) == (1, False)
    assert f"{host.url}/status/404" in listing.read("state")


@pytest.mark.usefixtures("arxiv")
def test_a_link_that_left_the_list_is_forgotten(
    listing: Listing,
    host: LinkHost,
    clock: Clock,
) -> None:
    listing.add(listed(links={"code": f"{host.url}/ok"}))
    clock(ONE)
    links("--state", "state")
    assert f"{host.url}/ok" in listing.read("state")

    listing.add(listed())
    clock(TWO)
    links("--state", "state")
    assert f"{host.url}/ok" not in listing.read("state")


@pytest.mark.usefixtures("host")
def test_a_night_without_network_tells_nothing_and_writes_nothing(
    listing: Listing, capsys: CAPS
) -> None:
    dead = [f"http://127.0.0.{last}:{_free()}/" for last in range(2, 12)]

    told = links("--state", "state", *dead, code=3)

    assert told["void"] is True
    assert {one["verdict"] for one in told["links"]} == {"suspect"}
    assert not any(one["report"] or one["strikes"] for one in told["links"])
    assert not (listing.root / "state").exists()
    assert "our own network" in capsys.readouterr().err


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def would(capsys: CAPS, *arguments: str) -> list[str]:
    capsys.readouterr()
    assert cli.main(["links", "--dry-run", *arguments]) == 0
    return [row.removeprefix("would look at ") for row in capsys.readouterr().out.splitlines()]


def test_every_link_is_in_one_shard_and_whoever_is_asked_is_in_one_only(
    host: LinkHost, capsys: CAPS
) -> None:
    urls = [f"http://host{number}.example/{path}" for number in range(9) for path in "ab"]
    dois = [f"https://doi.org/10.1145/{number}" for number in range(9)]

    parts = [would(capsys, "--shard", f"{number}/3", *urls, *dois) for number in (1, 2, 3)]

    assert sorted(url for part in parts for url in part) == sorted([*urls, *dois])
    hosts = [{url.split("/")[2] for url in part} for part in parts]
    assert sum(map(len, hosts)) == len(set().union(*hosts))
    assert host.log == []


@pytest.mark.parametrize("part", ["0/3", "4/3", "1", "a/b", "1/0", "/", "-1/2"])
def test_a_part_that_cannot_be_is_wrong_usage(part: str, capsys: CAPS) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["links", f"--shard={part}"])

    assert end.value.code == 2
    assert "such as 1/4" in capsys.readouterr().err


def test_a_dry_run_asks_nothing_and_writes_nothing(
    listing: Listing, host: LinkHost, capsys: CAPS
) -> None:
    before = listing.files()

    assert would(capsys, "--state", "state", f"{host.url}/ok") == [f"{host.url}/ok"]
    assert (host.log, listing.files()) == ([], before)


def test_without_a_list_and_without_links_it_says_so(listing: Listing, capsys: CAPS) -> None:
    (listing.root / "list.yaml").unlink()

    assert cli.main(["links"]) == 2
    assert "list.yaml" in capsys.readouterr().err


@pytest.mark.usefixtures("host")
def test_services_are_asked_where_they_know_better(
    arxiv: ArxivStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        DoiRegistry(["10.1145/1234.5678"]) as doi,
        YouTube({"abcdefghijk": Video(title="A talk")}) as youtube,
        GithubApi({"ada/old": Repo(whole_name="ada/new"), "ada/kept": Repo(whole_name="ada/kept")}) as github,
        OpenReview({"Forum1": "A paper"}) as openreview,
    ):  # fmt: skip
        monkeypatch.setenv("BOT_DOI_URL", doi.url)
        monkeypatch.setenv("BOT_YOUTUBE_URL", youtube.url)
        monkeypatch.setenv("BOT_OPENREVIEW_URL", openreview.url)
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_x")
        told = links(
            "https://doi.org/10.1145/1234.5678",
            "https://doi.org/10.1145/9999.9999",
            "https://youtu.be/abcdefghijk",
            "https://www.youtube.com/watch?v=kkkkkkkkkkk",
            "https://github.com/ada/old",
            "https://github.com/ada/kept",
            "https://github.com/ada/lost",
            "https://arxiv.org/abs/2405.90001",
            "https://openreview.net/forum?id=Forum1",
        )
        asked = [len(one.log) for one in (doi, youtube, github, openreview, arxiv)]

    assert {one["url"].rpartition("/")[2]: one["verdict"] for one in told["links"]} == {
        "1234.5678": "ok",
        "9999.9999": "gone",
        "abcdefghijk": "ok",
        "watch?v=kkkkkkkkkkk": "gone",
        "old": "moved",
        "kept": "ok",
        "lost": "gone",
        "2405.90001": "ok",
        "forum?id=Forum1": "ok",
    }
    # What is gone is asked a second time.
    assert asked == [3, 3, 1, 1, 1]
    assert told["requests"] == sum(asked)


@pytest.mark.usefixtures("host")
def test_where_github_cannot_be_asked_its_pages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with GithubApi() as github:
        github.fail_next(*[UNAVAILABLE] * 9)
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_x")
        monkeypatch.setattr("bot.edge.web.look_up", _nowhere)
        [one] = links("https://github.com/ada/kept")["links"]

    assert one["verdict"] == "suspect"


async def _nowhere(name: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, f"{name}:{port} is not known")


def test_the_archive_is_asked_only_for_what_people_hear_of_as_gone(
    host: LinkHost,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone, fresh, fine = (f"{host.url}/status/410", f"{host.url}/status/404", f"{host.url}/ok")
    with Wayback({gone: Copy()}) as archive:
        monkeypatch.setenv("BOT_WAYBACK_URL", archive.url)
        clock(ONE)
        told = links("--state", "state", gone, fresh, fine)
        clock(TWO)
        links("--state", "state", gone, fine)
        log = [request.query["url"] for request in archive.log]

    copies = {one["url"]: one["archived"] for one in told["links"]}
    assert copies == {gone: f"{archive.url}/web/20240513091244/{gone}", fresh: None, fine: None}
    assert log == [gone]


def test_an_archive_that_is_down_costs_nothing(
    host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_WAYBACK_URL", f"http://127.0.0.1:{_free()}")

    [one] = links(f"{host.url}/status/410")["links"]

    assert (one["report"], one["archived"]) == (True, None)


def test_a_run_that_is_told_to_stop_keeps_what_it_found(
    listing: Listing,
    host: LinkHost,
) -> None:
    urls = [f"{host.url}/ok", f"{host.url}/slow"]
    command = [sys.executable, "-m", "bot", "links", "--state", "state", *urls]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as run:
        _wait_for(lambda: any(request.path == "/slow" for request in host.log))
        _wait_for(lambda: any(request.path == "/ok" for request in host.log))
        time.sleep(0.2)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=10)

    assert (run.returncode, said) == (3, b"bot: stopped; what was found so far is in state\n")
    assert f"{host.url}/ok" in listing.read("state")
    assert f"{host.url}/slow" not in listing.read("state")


@pytest.mark.usefixtures("listing")
def test_a_run_in_the_background_of_a_script_can_be_stopped(host: LinkHost) -> None:
    """Shells let such a run ignore the keyboard."""
    command = [sys.executable, "-m", "bot", "links", "--state", "state", f"{host.url}/slow"]
    script = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    with subprocess.Popen(script, stderr=subprocess.PIPE) as run:
        _wait_for(lambda: any(request.path == "/slow" for request in host.log))
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=10)

    assert (run.returncode, said) == (3, b"bot: stopped; what was found so far is in state\n")


def test_bytes_that_are_no_text_are_an_invalid_link(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: CAPS
) -> None:
    """Python reads such bytes from a command line as lone surrogates."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(listing.root / "summary"))
    assert cli.main(["links", "--json", "out", "http://site.example/\udcff"]) == 0

    [link] = json.loads(listing.read("out"))["links"]
    assert link["verdict"] == "invalid"
    assert "1 invalid" in capsys.readouterr().err
    assert "site.example/" in listing.read("summary")


def _wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)


def test_what_is_wrong_is_told_worst_first(host: LinkHost, capsys: CAPS) -> None:
    good, gone, moved, odd = (
        f"{host.url}{path}"
        for path in ("/ok", "/status/404", "/redirect/301?to=/ok", "/status/500")
    )
    assert cli.main(["links", good, moved, odd, gone]) == 0

    out = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in out] == [["gone", gone], ["suspect", odd], ["moved", moved]]
    assert out[0].endswith("(HTTP 404, 1 night)")
    assert out[2].split()[2:4] == ["->", good]


@pytest.mark.usefixtures("arxiv")
def test_a_pull_request_has_the_links_of_its_entries_looked_at(
    listing: Listing,
    host: LinkHost,
    monkeypatch: pytest.MonkeyPatch,
    capsys: CAPS,
) -> None:
    listing.add(listed(links={"code": f"{host.url}/status/404"}))
    listing.write("event.json", json.dumps({"pull_request": {"number": 7}}))
    with _Api() as api:
        for name, text in {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": "event.json",
            "GITHUB_API_URL": api.url,
            "GITHUB_REPOSITORY": "ada/list",
            "GITHUB_TOKEN": "ghs_x",
        }.items():
            monkeypatch.setenv(name, text)
        told = links()

    assert [one["url"] for one in told["links"]] == [
        "https://arxiv.org/abs/2405.90001", f"{host.url}/status/404",
    ]  # fmt: skip
    [row] = [row for row in capsys.readouterr().out.splitlines() if row.startswith("::")]
    assert row.startswith("::warning file=entries/2024/holt2024fedquill.yaml::code: ")


class _Api(StandIn):
    """GitHub, as far as it tells which files a pull request changes."""

    def __init__(self) -> None:
        files = [{"filename": "entries/2024/holt2024fedquill.yaml"}]
        headers = {"Content-Type": "application/json"}
        reply = Reply(headers=headers, body=json.dumps(files).encode())
        super().__init__(lambda _: reply)


RULED = """
links:
  hosts:
  - {host: 127.0.0.1, by: nobody, reason: It answers nobody.}
  - {host: localhost, by: nobody, until: 2026-11-22, reason: It did until yesterday.}
"""


def test_rules_of_the_list_count_for_links_that_are_given_too(
    listing: Listing, host: LinkHost
) -> None:
    listing.write("list.yaml", listing.read("list.yaml") + RULED)
    old = host.url.replace("127.0.0.1", "localhost")

    ruled, expired = links(f"{host.url}/ok", f"{old}/ok")["links"]

    assert (ruled["verdict"], ruled["attempts"]) == ("blocked", 0)
    assert ruled["reason"] == "nobody is asked: It answers nobody."
    assert expired["verdict"] == "ok"


def test_a_broken_list_does_not_keep_anybody_from_asking_a_link(
    listing: Listing, host: LinkHost, capsys: CAPS
) -> None:
    listing.write("list.yaml", "links: [")

    assert links(f"{host.url}/ok")["links"][0]["verdict"] == "ok"
    assert "without the list's rules for hosts: list.yaml" in capsys.readouterr().err


def test_an_entry_that_cannot_be_read_costs_only_its_own_links(
    listing: Listing, host: LinkHost, arxiv: ArxivStandIn, capsys: CAPS
) -> None:
    listing.add(listed(links={"code": f"{host.url}/ok"}))
    listing.write("entries/2023/obi2023voting.yaml", "title: [")

    told = links()

    assert len(told["links"]) == 2
    assert "left out: entries/2023/obi2023voting.yaml" in capsys.readouterr().err
    assert len(arxiv.log) == 1


def test_what_is_found_is_saved_while_the_run_goes_on_but_for_what_may_be_our_own_fault(
    host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.links._SAVE_EVERY_S", -1.0)
    seen: list[bytes] = []
    real = disk.put

    def put(path: Path, data: bytes) -> None:
        seen.extend([data] if path.name == "state" else [])
        real(path, data)

    monkeypatch.setattr("bot.edge.disk.put", put)
    links("--state", "state", *(f"{host.url}{path}" for path in ("/status/500", "/ok", "/ok/2")))

    assert len(seen) > 1
    assert not any(b"/status/500" in text for text in seen[:-1])
    assert b"/status/500" in seen[-1]


def test_the_document_goes_to_standard_output_where_a_dash_asks_for_it(
    host: LinkHost, capsys: CAPS
) -> None:
    capsys.readouterr()
    assert cli.main(["links", "--json", "-", f"{host.url}/ok"]) == 0

    assert json.loads(capsys.readouterr().out)["links"][0]["verdict"] == "ok"


def test_a_void_night_leaves_the_state_as_it_was(
    listing: Listing, host: LinkHost, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(ONE)
    with ExitStack() as running:
        hosts = [running.enter_context(LinkHost(host=f"127.0.0.{n}")).url for n in range(20, 28)]
        links("--state", "state", f"{host.url}/ok", *(f"{one}/ok" for one in hosts))
    before = listing.read("state")

    clock(TWO)
    monkeypatch.setattr("bot.jobs.links._SAVE_EVERY_S", -1.0)
    told = links("--state", "state", f"{host.url}/ok", *(f"{one}/ok" for one in hosts), code=3)

    assert told["void"] is True
    assert listing.read("state") == before


def test_strikes_are_remembered_before_the_archive_is_asked(
    listing: Listing, host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def archived(*_: object) -> Archived:
        seen.append(listing.read("state"))
        return Archived(copies={}, requests=0)

    monkeypatch.setattr("bot.edge.services.archived", archived)
    links("--state", "state", f"{host.url}/status/410")

    assert "/status/410" in seen[0]


def test_a_run_that_waits_for_a_service_is_stopped_at_once_and_keeps_what_it_found(
    listing: Listing, host: LinkHost
) -> None:
    listing.add(listed(links={"code": f"{host.url}/ok"}))
    with StandIn(lambda _: HANG) as silent:
        environment = {**os.environ, "BOT_ARXIV_URL": silent.url}
        command = [sys.executable, "-m", "bot", "links", "--state", "state"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as run:
            _wait_for(lambda: bool(silent.log) and (listing.root / "state").exists())
            run.send_signal(signal.SIGTERM)
            _, said = run.communicate(timeout=10)

    assert (run.returncode, said) == (3, b"bot: stopped; what was found so far is in state\n")
    assert f"{host.url}/ok" in listing.read("state")


@pytest.mark.parametrize("option", ["--state", "--json"])
@pytest.mark.parametrize("name", ["folder", "nowhere/file", ""])
def test_a_file_that_cannot_be_written_is_wrong_usage_before_anything_is_asked(
    listing: Listing, host: LinkHost, capsys: CAPS, option: str, name: str
) -> None:
    (listing.root / "folder").mkdir()

    code = cli.main(["links", f"{option}={name}", f"{host.url}/ok"])

    assert (code, host.log) == (2, [])
    assert option in capsys.readouterr().err


def test_a_link_to_the_state_leads_to_it(listing: Listing, host: LinkHost, clock: Clock) -> None:
    (listing.root / "link").symlink_to("real")
    for moment in (ONE, TWO):
        clock(moment)
        [one] = links("--state", "link", f"{host.url}/status/404")["links"]

    assert (one["strikes"], (listing.root / "link").is_symlink()) == (2, True)
    assert "/status/404" in listing.read("real")


def test_a_device_is_written_into_and_stays_one(listing: Listing, host: LinkHost) -> None:
    pipe = listing.root / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    assert cli.main(["links", "--json", "pipe", f"{host.url}/ok"]) == 0

    assert json.loads(os.read(reader, 60_000))["checked"] == 1
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_link(
    host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\ufeff{host.url}/ok\r\n\r\n"))

    assert [one["verdict"] for one in links("-")["links"]] == ["ok"]
