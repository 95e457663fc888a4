"""Asking arXiv: what is believed, what is tried again, and what people are told."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import __version__
from bot.edge import papers
from bot.edge.papers import Client, Limits
from bot.model import Evidence, Identity, NotThere, Unreachable
from bot.settings import SERVICES, Settings
from bot.standins import arxiv, server
from bot.standins.arxiv import HOSTILE, MANY_AUTHORS, OLD, PUBLISHED, TUNED, WITH_TEX, ArxivStandIn
from bot.standins.server import Reply, Request, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.model import Answer
    from bot.standins.arxiv import Record

ID = TUNED.id
QUICK = Limits(answer_s=0.2, connect_s=0.2)
ONE_TRY = replace(QUICK, attempts=1)
ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        self.now += wait_s


def client_of(
    url: str,
    clock: Clock,
    *,
    limits: Limits = QUICK,
    pace: float = 0.0,
    repository: str | None = None,
) -> Client:
    services = {**SERVICES, "arxiv": url}
    told = Settings(services=services, pace=pace, repository=repository)
    return Client(told, limits=limits, sleep=clock.sleep, clock=clock)


def ask(url: str, *ids: str, limits: Limits = ONE_TRY) -> Sequence[Answer]:
    with client_of(url, Clock(), limits=limits) as client:
        answers = client.arxiv(ids)
    assert tuple(answers) == ids
    return tuple(answers.values())


def evidence(record: Record) -> Evidence:
    with ArxivStandIn([record]) as stand_in:
        (answer,) = ask(stand_in.url, record.id, limits=replace(ONE_TRY, answer_s=10))
    assert isinstance(answer, Evidence)
    return answer


def unreachable(answer: Answer) -> str:
    assert isinstance(answer, Unreachable)
    assert answer.source == "arxiv"
    return answer.what


def entry(id_: str = ID, inside: str = "", published: str | None = "2024-05-13T09:12:44Z") -> str:
    date = "" if published is None else f"<published>{published}</published>"
    return (
        f"<entry><id>http://arxiv.org/abs/{id_}v1</id><title>A title</title>{date}"
        f"<author><name>Mira Holt</name></author>{inside}</entry>"
    )


def feed(*entries: str, total: int | str | None = None, prolog: str = "") -> bytes:
    count = len(entries) if total is None else total
    return (
        f'{prolog}<feed xmlns="{ATOM}" xmlns:o="{OPENSEARCH}"><title>q</title>'
        f"<o:totalResults>{count}</o:totalResults>{''.join(entries)}</feed>\n"
    ).encode()


@contextlib.contextmanager
def saying(body: bytes, status: int = 200) -> Iterator[str]:
    with StandIn(lambda _: Reply(body=body, status=status)) as stand_in:
        yield stand_in.url


def many(number: int) -> list[Record]:
    return [replace(TUNED, id=f"2405.{90100 + n:05}") for n in range(number)]


# ---- what a record becomes ----


def test_a_record_becomes_evidence() -> None:
    assert evidence(PUBLISHED) == Evidence(
        source="arxiv",
        paper=Identity(kind="arxiv", id="2309.90002"),
        title=PUBLISHED.title,
        authors=("Anneke van der Waard", "Samuel Obi Jr"),
        abstract=PUBLISHED.abstract,
        year=2023,
        categories=("cs.CL", "cs.LG"),
        doi="10.18653/v1/2024.emnlp-main.99901",
        journal_ref="Proceedings of EMNLP 2024, pages 9011-9026",
        comment="Accepted to the Main Conference of EMNLP 2024; camera-ready version",
    )


def test_what_authors_did_not_type_is_none() -> None:
    bare = evidence(replace(TUNED, comment=None, abstract=" "))

    assert (bare.comment, bare.journal_ref, bare.doi, bare.abstract) == (None, None, None, None)


def test_wrapped_titles_and_abstracts_become_one_line_with_their_tex() -> None:
    found = evidence(WITH_TEX)

    assert found.title == WITH_TEX.title
    assert found.abstract == " ".join(WITH_TEX.abstract.split())


def test_old_ids_and_ids_with_a_subject_class_are_found() -> None:
    with saying(feed(entry("math.GT/0309999"), entry(OLD.id))) as url:
        geometry, language = ask(url, "math/0309999", OLD.id)

    assert isinstance(geometry, Evidence)
    assert geometry.paper.id == "math/0309999"
    assert isinstance(language, Evidence)
    assert language.paper.id == "cs/0401999"


def test_the_primary_category_comes_first() -> None:
    more = (
        '<category term="cs.AI"/><category term="stat.ML"/><category term="&lt;b&gt;"/>'
        '<a:primary_category xmlns:a="http://arxiv.org/schemas/atom" term="stat.ML"/>'
    )
    with saying(feed(entry(inside=more))) as url:
        (found,) = ask(url, ID)

    assert isinstance(found, Evidence)
    assert found.categories == ("stat.ML", "cs.AI")


def test_hostile_text_comes_out_as_the_same_text() -> None:
    found = evidence(HOSTILE)

    assert found.title == HOSTILE.title
    assert found.authors == tuple(author.name for author in HOSTILE.authors)
    assert found.abstract == " ".join(HOSTILE.abstract.split())
    assert found.comment == HOSTILE.comment


def test_invisible_characters_do_not_come_through() -> None:
    found = evidence(
        replace(TUNED, title="Fed\u202eQuill\u200b", authors=arxiv.people("Mi\u2066ra\u00a0Holt"))
    )

    assert (found.title, found.authors) == ("FedQuill", ("Mira Holt",))


def test_a_colon_after_a_collaboration_is_no_author() -> None:
    found = evidence(MANY_AUTHORS)

    assert found.authors[:2] == ("The HospitalWeave Collaboration", "Riva Nadir 01")
    assert len(found.authors) == 61


def test_an_authors_name_has_a_bound() -> None:
    found = evidence(replace(TUNED, authors=arxiv.people("\n " * 5000 + "Mira", "Holt" * 5000)))

    assert found.authors == ("Mira", ("Holt" * 5000)[: papers.AUTHOR_CHARS])


@pytest.mark.parametrize(
    ("typed", "doi"),
    [
        ("10.99999/Invented.007", "10.99999/invented.007"),
        ("10.99999/one; 10.99999/two", None),
        ("to appear", None),
        ("https://doi.org/10.99999/x", None),
    ],
)
def test_only_what_looks_like_a_doi_is_one(typed: str, doi: str | None) -> None:
    assert evidence(replace(TUNED, doi=typed)).doi == doi


def test_a_comment_is_clipped_at_its_bound() -> None:
    found = evidence(replace(TUNED, comment="word " * 100_000))

    assert found.comment is not None
    assert len(found.comment) <= papers.REMARK_CHARS


def test_too_long_a_title_is_cut_and_a_note_says_so() -> None:
    found = evidence(replace(TUNED, title="word " * 5000))

    assert len(found.title) <= papers.TITLE_CHARS
    assert found.notes == ("The title on arXiv is longer than 500 characters and was cut.",)


@pytest.mark.untraced
def test_a_megabyte_of_abstract_is_left_out_and_a_note_says_so() -> None:
    found = evidence(replace(TUNED, abstract="word " * 200_000))

    assert found.abstract is None
    assert found.notes == (
        "The abstract on arXiv is longer than 20,000 characters and was left out.",
    )


@pytest.mark.untraced
def test_twenty_thousand_authors_are_left_out_and_a_note_says_what_to_do() -> None:
    found = evidence(replace(TUNED, authors=arxiv.people("Riva Nadir") * 20_000))

    assert found.authors == ()
    assert found.notes == (
        "arXiv names 20,000 authors: write those to show in the form, one a line.",
    )


def test_comments_inside_the_xml_cut_no_title() -> None:
    body = feed(entry()).replace(b"A title", b"A <!-- no --> whole <?x y?> title")
    with saying(body) as url:
        (found,) = ask(url, ID)

    assert isinstance(found, Evidence)
    assert found.title == "A whole title"


# ---- records that cannot be read ----


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(replace(TUNED, title=" \n "), id="no title"),
        pytest.param(replace(TUNED, authors=()), id="no authors"),
        pytest.param(replace(TUNED, authors=arxiv.people(":", "", "12")), id="no names"),
        pytest.param(replace(TUNED, dates=("yesterday",)), id="no date"),
        pytest.param(replace(TUNED, dates=("0001-01-01T00:00:00+14:00",)), id="before time"),
        pytest.param(replace(TUNED, dates=("9999-12-31T23:59:59-14:00",)), id="after time"),
    ],
)
def test_a_broken_record_is_no_verdict_and_spoils_no_other(broken: Record) -> None:
    with ArxivStandIn([broken, PUBLISHED]) as stand_in:
        answer, other = ask(stand_in.url, ID, PUBLISHED.id)

    assert unreachable(answer) == f"arXiv's record of {ID} lacks a title, authors or a date."
    assert isinstance(other, Evidence)


def test_a_record_without_a_date_is_no_verdict() -> None:
    with saying(feed(entry(published=None))) as url:
        assert "lacks a title, authors or a date" in unreachable(*ask(url, ID))


def test_nothing_of_a_record_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    links = '<link title="pdf" href="http://evil.example/"/>' * 2
    with saying(feed(entry(inside=links), entry("evil", published=None))) as url:
        ask(url, ID)

    assert "evil" not in caplog.text


# ---- which answers are believed ----


def test_the_order_of_the_answer_does_not_matter() -> None:
    with ArxivStandIn() as stand_in:
        answers = ask(stand_in.url, OLD.id, TUNED.id, PUBLISHED.id)

    titles = [answer.title for answer in answers if isinstance(answer, Evidence)]
    assert titles == [OLD.title, TUNED.title, PUBLISHED.title]


def test_a_single_id_with_an_empty_answer_is_not_there() -> None:
    with ArxivStandIn() as stand_in:
        (answer,) = ask(stand_in.url, "2405.99999")

    assert answer == NotThere(source="arxiv", what="arXiv knows no paper with the id 2405.99999.")


def test_an_empty_answer_that_claims_results_is_no_verdict() -> None:
    with saying(feed(total=1)) as url:
        assert unreachable(*ask(url, ID)) == "arXiv answered with an empty list for one paper."


@pytest.mark.parametrize("total", ["", "many", "-1"])
def test_an_empty_answer_without_a_count_is_no_verdict(total: str) -> None:
    with saying(feed(total=total)) as url:
        unreachable(*ask(url, ID))


def test_an_empty_answer_to_a_batch_is_a_failed_fetch() -> None:
    with saying(feed()) as url:
        answers = ask(url, ID, OLD.id)

    assert [unreachable(answer) for answer in answers] == [
        "arXiv answered with an empty list for 2 papers."
    ] * 2


def test_one_missing_of_five_is_not_there() -> None:
    with ArxivStandIn(many(4)) as stand_in:
        *found, missing = ask(stand_in.url, *(paper.id for paper in many(5)))

    assert all(isinstance(answer, Evidence) for answer in found)
    assert isinstance(missing, NotThere)


def test_two_missing_of_five_are_too_many_to_believe() -> None:
    with ArxivStandIn(many(3)) as stand_in:
        *found, fourth, fifth = ask(stand_in.url, *(paper.id for paper in many(5)))

    assert all(isinstance(answer, Evidence) for answer in found)
    assert unreachable(fourth) == "arXiv left out 2 of 5 papers, too many to believe it."
    assert fourth == fifth


def test_a_missing_paper_of_a_list_that_says_it_is_longer_is_no_verdict() -> None:
    """And nobody asks for its second page."""
    with StandIn(lambda _: Reply(body=feed(entry(), total=2))) as stand_in:
        found, missing = ask(stand_in.url, ID, OLD.id)

    assert isinstance(found, Evidence)
    assert unreachable(missing) == "arXiv's list does not hold as many papers as it says."
    assert len(stand_in.log) == 1


def test_another_paper_is_never_taken_for_the_one_asked_for() -> None:
    with saying(feed(entry("2405.90009"))) as url:
        assert unreachable(*ask(url, ID)) == "arXiv answered about another paper."


def test_a_stranger_among_the_papers_is_ignored_and_makes_gaps_doubtful() -> None:
    with saying(feed(entry("2405.90009"), entry())) as url:
        found, missing = ask(url, ID, OLD.id)

    assert isinstance(found, Evidence)
    unreachable(missing)


def test_an_entry_without_a_readable_id_is_a_stranger() -> None:
    with saying(feed(entry().replace("arxiv.org", "arxiv.example"))) as url:
        assert unreachable(*ask(url, ID)) == "arXiv answered about another paper."


def test_the_first_of_two_records_of_one_paper_counts() -> None:
    with saying(feed(entry(), entry().replace("A title", "B title"))) as url:
        (found,) = ask(url, ID)

    assert isinstance(found, Evidence)
    assert found.title == "A title"


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        pytest.param(server.HTML, "something else than a whole list", id="HTML"),
        pytest.param(server.EMPTY, "something else than a whole list", id="empty"),
        pytest.param(Reply(body=feed(entry())[:-9]), "something else than a whole", id="cut XML"),
        pytest.param(Reply(body=b"<feed><entry></feed>"), "cannot be read", id="malformed"),
        pytest.param(Reply(body=b"<feed></feed>"), "not a list of papers", id="other XML"),
        pytest.param(
            Reply(body=feed(entry(), prolog='<!DOCTYPE feed [<!ENTITY a "b">]>')),
            "not a list of papers",
            id="entities",
        ),
        pytest.param("cut", "broke off", id="cut"),
        pytest.param(server.RESET, "broke off", id="reset"),
        pytest.param(server.GARBAGE, "broke off", id="garbage"),
        pytest.param(server.HANG, "did not answer within 0.2 seconds", id="hang"),
        pytest.param(server.DRIP, "did not answer within 0.2 seconds", id="drip"),
        pytest.param(server.UNAVAILABLE, "HTTP 503", id="503"),
        pytest.param(server.throttled(), "HTTP 429", id="429"),
        pytest.param(server.throttled(retry_after="soon"), "HTTP 429", id="429 soon"),
        pytest.param(Reply(status=404), "HTTP 404", id="404"),
        pytest.param(Reply(status=400, body=b"<html>Bad Request"), "HTTP 400", id="400"),
        pytest.param(Reply(status=302), "HTTP 302", id="302 to nowhere"),
        pytest.param(
            Reply(status=302, headers={"Location": "//x:port/"}), "broke off", id="302 to nonsense"
        ),
    ],
)
def test_every_fault_is_could_not_check(reply: Reply, what: str) -> None:
    with ArxivStandIn() as stand_in:
        stand_in.fail_next(reply)
        (answer,) = ask(stand_in.url, ID)

    assert what in unreachable(answer)


def test_a_head_that_drips_ends_too() -> None:
    with dripping_head() as url:
        begin = time.monotonic()
        (answer,) = ask(url, ID)

    assert unreachable(answer) == "arXiv did not answer within 0.2 seconds."
    assert time.monotonic() - begin < 5


@contextlib.contextmanager
def dripping_head() -> Iterator[str]:
    """A server whose header lines never end."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not stopping.wait(0.02):
                connection.sendall(b".")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopping.set()
        thread.join()
        listener.close()


def test_a_closed_port_is_could_not_check() -> None:
    with StandIn(lambda _: server.EMPTY) as stand_in:
        url = stand_in.url

    assert unreachable(*ask(url, ID)) == "No connection to arXiv could be made."


def test_more_bytes_than_the_bound_are_not_read() -> None:
    with ArxivStandIn() as stand_in:
        (answer,) = ask(stand_in.url, ID, limits=replace(ONE_TRY, body_bytes=1000))

    assert unreachable(answer) == "arXiv's answer is longer than 1,000 bytes."


def test_a_compressed_answer_is_neither_asked_for_nor_unpacked() -> None:
    with StandIn(
        lambda _: Reply(body=b"\x1f\x8b bomb", headers={"Content-Encoding": "gzip"})
    ) as stand_in:
        unreachable(*ask(stand_in.url, ID))

    assert stand_in.log[0].headers["accept-encoding"] == "identity"


def test_no_body_raises() -> None:
    bodies: list[bytes] = []
    pieces = st.sampled_from([*"<>&;/", "entry", "title", "id", " ", "\x00", "ö"])
    with (
        StandIn(lambda _: Reply(body=bodies[-1])) as stand_in,
        client_of(stand_in.url, Clock(), limits=ONE_TRY) as client,
    ):

        @given(st.lists(pieces, max_size=30).map("".join))
        def body_is_survived(inside: str) -> None:
            bodies.append(feed(inside, total=1))
            assert not isinstance(client.arxiv([ID])[ID], Evidence)

        body_is_survived()


# ---- ids that arXiv refuses ----


def refusing(*refused: str) -> Callable[[Request], Reply]:
    """A service for which some well-formed ids are malformed; it names one at a time."""

    def answer(request: Request) -> Reply:
        asked = request.query["id_list"].split(",")
        for id_ in asked:
            if id_ in refused:
                summary = f"<summary>incorrect id format for {escape(id_)}</summary>"
                return Reply(status=400, body=feed(f"<entry><title>Error</title>{summary}</entry>"))
        return Reply(body=feed(*map(entry, asked)))

    return answer


def test_a_refused_id_is_one_that_arxiv_does_not_know() -> None:
    with StandIn(refusing("foo/0101001")) as stand_in:
        (answer,) = ask(stand_in.url, "foo/0101001")

    assert answer == NotThere(source="arxiv", what="arXiv knows no paper with the id foo/0101001.")


def test_refused_ids_do_not_spoil_their_batch() -> None:
    with StandIn(refusing("foo/0101001", "bar/0101001")) as stand_in:
        answers = ask(stand_in.url, "foo/0101001", ID, "bar/0101001", OLD.id)

    assert [type(answer) for answer in answers] == [NotThere, Evidence, NotThere, Evidence]
    assert len(stand_in.log) == 3


def test_a_refusal_of_what_was_not_asked_for_is_no_verdict() -> None:
    body = b"<summary>incorrect id format for 2405.99999</summary>"
    with saying(body, status=400) as url:
        assert unreachable(*ask(url, ID)) == "arXiv refused a paper that it was not asked for."


def test_refusals_end_when_the_time_is_up() -> None:
    ids = [paper.id for paper in many(30)]
    clock = Clock()
    with (
        StandIn(refusing(*ids)) as stand_in,
        client_of(stand_in.url, clock, pace=1.0) as client,
    ):
        answers = list(client.arxiv(ids).values())

    assert len(stand_in.log) < 20
    assert unreachable(answers[-1]) == "arXiv did not answer within 45 seconds."
    assert isinstance(answers[0], NotThere)


# ---- how it asks ----


def test_two_hundred_ids_go_into_one_request() -> None:
    known = many(450)
    with (
        ArxivStandIn(known) as stand_in,
        client_of(stand_in.url, Clock(), limits=Limits(attempts=1)) as client,
    ):
        answers = client.arxiv([paper.id for paper in known])

    assert all(isinstance(answer, Evidence) for answer in answers.values())
    assert [request.query["max_results"] for request in stand_in.log] == ["200", "200", "50"]
    assert [request.query["start"] for request in stand_in.log] == ["0"] * 3


def test_nothing_is_asked_for_no_ids_and_twice_for_none() -> None:
    with ArxivStandIn() as stand_in, client_of(stand_in.url, Clock()) as client:
        assert client.arxiv([]) == {}
        assert list(client.arxiv([ID, ID])) == [ID]

    assert [request.query["id_list"] for request in stand_in.log] == [ID]


@pytest.mark.parametrize(
    "id_",
    [
        "", "abc", "2405.90001v2", "arXiv:2405.90001", "2413.00001", "2400.00001", "2405.123",
        "math.GT/0309136", "math/0313136", "2405.90001\n", "٢٤٠٥.٩٠٠٠١", "2405.90001,2405.90002",
    ],
)  # fmt: skip
def test_the_service_is_never_asked_for_what_is_no_id(id_: str) -> None:
    with (
        ArxivStandIn() as stand_in,
        client_of(stand_in.url, Clock()) as client,
        pytest.raises(ValueError, match="not canonical arXiv ids"),
    ):
        client.arxiv([ID, id_])

    assert stand_in.log == []


@pytest.mark.parametrize(
    ("repository", "agent"),
    [
        (None, f"awesome-list-bot/{__version__}"),
        ("ann/list", f"awesome-list-bot/{__version__} (+https://github.com/ann/list)"),
    ],
)
def test_it_says_who_it_is(repository: str | None, agent: str) -> None:
    with (
        ArxivStandIn() as stand_in,
        client_of(stand_in.url, Clock(), repository=repository) as client,
    ):
        client.arxiv([ID])

    assert stand_in.log[0].headers["user-agent"] == agent


@pytest.mark.parametrize("tail", ["/{curly}/{0}", "/query?key=1"])
def test_the_address_may_hold_braces_or_a_query(tail: str) -> None:
    with StandIn(lambda _: Reply(body=feed(entry()))) as stand_in:
        (found,) = ask(stand_in.url + tail, ID)

    assert isinstance(found, Evidence)
    assert stand_in.log[0].query["id_list"] == ID


def test_requests_keep_their_distance_for_the_life_of_the_client() -> None:
    clock = Clock()
    with ArxivStandIn() as stand_in, client_of(stand_in.url, clock, pace=2.0) as client:
        client.arxiv([ID])
        clock.now += 1
        client.arxiv([OLD.id])
        clock.now += 100
        client.arxiv([ID])

    assert clock.waits == [5.0]


# ---- when it asks again ----


def waits_after(*faults: Reply, pace: float = 1.0) -> tuple[list[float], Answer, int]:
    clock = Clock()
    with ArxivStandIn() as stand_in, client_of(stand_in.url, clock, pace=pace) as client:
        stand_in.fail_next(*faults)
        answer = client.arxiv([ID])[ID]
    return clock.waits, answer, len(stand_in.log)


def test_a_failure_is_tried_again_after_a_growing_pause() -> None:
    waits, answer, requests = waits_after(server.HTML, server.UNAVAILABLE)

    assert isinstance(answer, Evidence)
    assert (waits, requests) == ([3.0, 6.0], 3)


def test_our_own_pauses_follow_the_pace() -> None:
    waits, _, _ = waits_after(server.RESET, server.EMPTY, pace=0.5)

    assert waits == [1.5, 3.0]


def test_the_third_failure_is_the_last() -> None:
    _, answer, requests = waits_after(*[server.UNAVAILABLE] * 3)

    assert unreachable(answer) == "arXiv answered with HTTP 503 instead of a list of papers."
    assert requests == 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_is_obeyed_to_the_second(status: int) -> None:
    waits, answer, _ = waits_after(server.throttled(retry_after="17", status=status), pace=0)

    assert isinstance(answer, Evidence)
    assert waits == [17.0]


def test_a_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    waits, answer, _ = waits_after(server.throttled(retry_after=date), pace=0)

    assert isinstance(answer, Evidence)
    assert 15 <= waits[0] <= 20


def test_a_date_that_is_past_asks_for_no_wait() -> None:
    waits, answer, _ = waits_after(
        server.throttled(retry_after="Sun, 06 Nov 1994 08:49:37 GMT"), pace=0
    )

    assert isinstance(answer, Evidence)
    assert waits == [0.0]


def test_a_long_retry_after_is_passed_on_at_once() -> None:
    waits, answer, requests = waits_after(server.throttled(retry_after="120"))

    assert answer == Unreachable(
        source="arxiv", what="arXiv asked us to wait 120 seconds (HTTP 429).", retry_after_s=120.0
    )
    assert (waits, requests) == ([], 1)


def test_a_second_wait_beyond_the_budget_is_passed_on() -> None:
    again = server.throttled(retry_after="30")
    waits, answer, requests = waits_after(again, again)

    assert isinstance(answer, Unreachable)
    assert answer.retry_after_s == 30.0
    assert (waits, requests) == ([30.0], 2)


def test_nobody_asks_before_the_time_that_arxiv_named() -> None:
    clock = Clock()
    with ArxivStandIn() as stand_in, client_of(stand_in.url, clock) as client:
        stand_in.fail_next(server.throttled(retry_after="120"))
        client.arxiv([ID])
        clock.now += 50
        during = client.arxiv([ID])[ID]
        clock.now += 60
        after = client.arxiv([ID])[ID]

    assert during == Unreachable(
        source="arxiv", what="arXiv asked us to wait 70 seconds.", retry_after_s=70.0
    )
    assert isinstance(after, Evidence)
    assert clock.waits == [10.0]
    assert len(stand_in.log) == 2


def test_an_attempt_lasts_no_longer_than_what_is_left_of_the_budget() -> None:
    with ArxivStandIn() as stand_in:
        stand_in.fail_next(server.HANG)
        (answer,) = ask(stand_in.url, ID, limits=Limits(total_s=0.1, attempts=1))

    assert unreachable(answer) == "arXiv did not answer within 0.1 seconds."


def test_a_later_batch_is_asked_although_an_earlier_one_failed() -> None:
    known = many(201)
    with ArxivStandIn(known) as stand_in:
        stand_in.fail_next(server.HTML)
        *failed, last = ask(stand_in.url, *(paper.id for paper in known), limits=Limits(attempts=1))

    assert all(isinstance(answer, Unreachable) for answer in failed)
    assert isinstance(last, Evidence)


# ---- where it follows ----


def redirecting(*places: str) -> Callable[[Request], Reply]:
    """Sends each request on to the next place, and answers at the end."""
    left = list(places)

    def answer(_: Request) -> Reply:
        if left:
            return Reply(status=302, headers={"Location": left.pop(0)})
        return Reply(body=feed(entry()))

    return answer


def test_three_redirects_on_the_same_host_are_followed() -> None:
    with StandIn(redirecting("/a?x=1", "b", "/c")) as stand_in:
        (found,) = ask(stand_in.url, ID)

    assert isinstance(found, Evidence)
    assert [request.path for request in stand_in.log[1:]] == ["/a", "/b", "/c"]


def test_a_fourth_redirect_is_one_too_many() -> None:
    with StandIn(redirecting("/a", "/b", "/c", "/d")) as stand_in:
        assert unreachable(*ask(stand_in.url, ID)) == "arXiv sent us on more than 3 times."


def test_a_redirect_keeps_the_distance_too() -> None:
    clock = Clock()
    with (
        StandIn(redirecting("/a")) as stand_in,
        client_of(stand_in.url, clock, pace=1.0) as client,
    ):
        client.arxiv([ID])

    assert clock.waits == [3.0]


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.1"], ids=["other host", "other port"])
def test_a_redirect_elsewhere_is_not_followed(host: str) -> None:
    with (
        StandIn(lambda _: Reply(body=feed(entry())), host=host) as elsewhere,
        StandIn(redirecting(elsewhere.url)) as stand_in,
    ):
        (answer,) = ask(stand_in.url, ID)

    assert unreachable(answer) == "arXiv sent us on to another host, which we do not follow."
    assert elsewhere.log == []


def test_a_redirect_to_https_of_the_same_host_is_followed() -> None:
    """Nothing listens there, so the attempt to connect is what can be seen."""
    with StandIn(redirecting("https://127.0.0.1/api")) as stand_in:
        (answer,) = ask(stand_in.url, ID)

    assert unreachable(answer) == "No connection to arXiv could be made."


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_service_on_this_machine_is_asked_without_the_proxy(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ArxivStandIn() as stand_in:
        services = {**SERVICES, "arxiv": stand_in.url}
        with papers.Client(Settings(services=services, pace=0)) as client:
            answer = client.arxiv([TUNED.id])[TUNED.id]

    assert isinstance(answer, Evidence)
