"""What one look at a link means."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import verdict
from bot.core.walk import Answered, Failed, Finding, Trouble, Walk

if TYPE_CHECKING:
    from bot.model import Failure, Method, Verdict


def answered(  # noqa: PLR0913 - an answer's fields, each named at the call
    status: int,
    *,
    method: Method = "GET",
    redirects: tuple[int, ...] = (),
    is_elsewhere: bool | None = None,
    is_challenge: bool = False,
    retry_after_s: float | None = None,
) -> Walk:
    end = Answered(status=status, is_challenge=is_challenge, retry_after_s=retry_after_s)
    is_away = bool(redirects) if is_elsewhere is None else is_elsewhere
    return Walk(method=method, redirects=redirects, is_elsewhere=is_away, end=end)


LINK = "https://example.org/papers/fedprompt"
FRONT = "https://example.org/"
OTHER = "https://fedprompt.org/"


def page(  # noqa: PLR0913 - a walk's fields, each named at the call
    titled: str | None = None,
    *,
    link: str = LINK,
    end: str = "",
    redirects: tuple[int, ...] | None = None,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    body: str = "",
) -> Walk:
    """A walk by GET to a page; to another address than the link's it is one permanent redirect."""
    head = "" if titled is None else f"<title>{escape(titled)}</title>"
    return Walk(
        method="GET",
        redirects=redirects if redirects is not None else (301,) if end else (),
        is_elsewhere=bool(end) and end != link,
        end=Answered(
            status=status,
            content_type=content_type,
            start=f"<!doctype html><html><head>{head}</head><body>{body}".encode(),
        ),
        start_url=link,
        end_url=end or link,
    )


def head(end: str = "", *, link: str = LINK, status: int = 200) -> Walk:
    redirects = (301,) if end else ()
    answer = Answered(status=status)
    return Walk(
        method="HEAD", redirects=redirects, end=answer, start_url=link, end_url=end or link,
        is_elsewhere=bool(end),
    )  # fmt: skip


def failed(trouble: Trouble, *, method: Method = "GET", redirects: tuple[int, ...] = ()) -> Walk:
    detail = "a private address (127.0.0.1)" if trouble == "forbidden" else ""
    return Walk(method=method, redirects=redirects, end=Failed(trouble=trouble, detail=detail))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 202, 203, 204, 206, 299), "ok"),
        ((404, 410), "gone"),
        ((401, 402, 403, 406, 407, 412, 415, 418, 421, 425, 429, 451, 999), "blocked"),
        ((400, 405, 408, 409, 411, 413, 414, 416, 417, 422, 423, 426, 431, 499), "suspect"),
        ((500, 501, 502, 503, 504, 508, 520, 522, 530, 599), "suspect"),
        ((101, 300, 304, 305, 600, 777), "suspect"),
    ],
    ids=["fine", "gone", "walls", "other 4xx", "5xx", "strange"],
)
def test_a_status_has_its_verdict(statuses: tuple[int, ...], expected: Verdict) -> None:
    assert {verdict.judge(answered(status)).verdict for status in statuses} == {expected}


@pytest.mark.parametrize(
    ("redirects", "expected"),
    [
        ((301,), "moved"),
        ((308,), "moved"),
        ((301, 308, 301), "moved"),
        ((302,), "ok"),
        ((303,), "ok"),
        ((307,), "ok"),
        ((301, 302), "ok"),
        ((307, 308), "ok"),
    ],
    ids=str,
)
def test_only_a_chain_of_permanent_redirects_has_moved(
    redirects: tuple[int, ...], expected: Verdict
) -> None:
    assert verdict.judge(answered(200, redirects=redirects)).verdict == expected


def test_a_permanent_redirect_that_comes_back_has_not_moved() -> None:
    """A cookie wall that redirects to itself."""
    walk = answered(200, redirects=(301,), is_elsewhere=False)

    assert verdict.judge(walk).verdict == "ok"


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "gone"), (403, "blocked"), (500, "suspect")]
)
def test_behind_a_permanent_redirect_the_last_answer_counts(status: int, expected: Verdict) -> None:
    assert verdict.judge(answered(status, redirects=(301,))).verdict == expected


@pytest.mark.parametrize("status", [200, 403, 404, 503])
def test_a_challenge_blocks_whatever_its_status(status: int) -> None:
    assert verdict.judge(answered(status, is_challenge=True)).verdict == "blocked"


@pytest.mark.parametrize("trouble", sorted({*get_args(Trouble)} - {"forbidden", "no-ipv6"}))
def test_every_trouble_is_suspect_and_says_why(trouble: Trouble) -> None:
    found = verdict.judge(failed(trouble))

    assert found.verdict == "suspect"
    assert " " in found.reason


def test_what_our_own_network_lacks_is_not_held_against_the_link() -> None:
    assert verdict.judge(failed("no-ipv6")).verdict == "blocked"


def test_a_link_to_a_forbidden_place_is_refused() -> None:
    expected = Finding(verdict="refused", reason="leads to a private address (127.0.0.1)")
    assert verdict.judge(failed("forbidden")) == expected


def test_a_redirect_to_a_forbidden_place_is_suspect() -> None:
    expected = Finding(
        verdict="suspect", reason="redirects to a private address (127.0.0.1)", failure="network"
    )
    assert verdict.judge(failed("forbidden", redirects=(302,))) == expected


def test_a_reason_starts_with_the_status() -> None:
    assert verdict.judge(answered(404)).reason == "HTTP 404"
    assert verdict.judge(answered(429)).reason.startswith("HTTP 429: ")


def test_a_reason_names_an_unforeseen_failure() -> None:
    walk = Walk(method="GET", end=Failed(trouble="broken", detail="KeyError"))

    assert verdict.judge(walk).reason == "the look failed (KeyError)"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 422, 501])
def test_nothing_bad_is_believed_on_the_word_of_a_head(status: int) -> None:
    assert verdict.wants_get(answered(status, method="HEAD"))


@pytest.mark.parametrize("status", [200, 204, 401, 418, 429, 451, 500, 503, 999])
def test_some_answers_to_head_are_believed_or_left_to_the_second_look(status: int) -> None:
    assert not verdict.wants_get(answered(status, method="HEAD"))


@pytest.mark.parametrize("trouble", ["reset", "closed", "not-http", "huge-headers"])
def test_a_head_that_is_dropped_is_tried_as_get(trouble: Trouble) -> None:
    assert verdict.wants_get(failed(trouble, method="HEAD"))


@pytest.mark.parametrize("trouble", ["dns", "refused", "timeout", "tls", "loop", "forbidden"])
def test_where_the_method_does_not_matter_get_is_not_tried(trouble: Trouble) -> None:
    assert not verdict.wants_get(failed(trouble, method="HEAD"))


@pytest.mark.parametrize("walk", [answered(404), answered(405), failed("reset")])
def test_get_has_the_last_word(walk: Walk) -> None:
    assert not verdict.wants_get(walk)


def test_a_challenged_head_is_not_tried_as_get() -> None:
    assert not verdict.wants_get(answered(403, method="HEAD", is_challenge=True))


@given(
    st.builds(
        answered,
        st.integers(100, 999),
        is_challenge=st.booleans(),
        redirects=st.lists(st.sampled_from([301, 302, 307, 308])).map(tuple),
    )
)
def test_every_answer_has_a_verdict_and_a_reason(walk: Walk) -> None:
    found = verdict.judge(walk)

    assert found.verdict in {"ok", "moved", "gone", "suspect", "blocked"}
    assert found.reason


# ---- the table of verdicts: each row a behaviour, its name the sentence ----


class Row(NamedTuple):
    sentence: str
    walk: Walk
    verdict: Verdict
    failure: Failure | None = None
    sibling: Walk | None = None


SIBLING = "https://example.org/papers/q7"
NOT_THERE = page(status=404, link=SIBLING)
"""What a made-up address gets from a site in order."""

OK = (
    Row("200 to HEAD is ok", head(), "ok"),
    Row("200 to GET is ok", page("FedPrompt"), "ok"),
    Row("a page without a title is ok", page(), "ok"),
    Row("a temporary redirect to a page is ok", page("FedPrompt", end=LINK + "/2", redirects=(302,)), "ok"),
    Row("303 and 307 on the way are ok", page("FedPrompt", end=LINK + "/2", redirects=(303, 307)), "ok"),
    Row("a chain with one temporary redirect is ok", page("FedPrompt", end=LINK + "/2", redirects=(301, 302)), "ok"),
    Row("twenty redirects to a page are ok", page("FedPrompt", end=LINK + "/2", redirects=(302,) * 20), "ok"),
    Row("a redirect that sets a cookie and comes back is ok", page("FedPrompt", end=LINK, redirects=(301,)), "ok"),
)  # fmt: skip
MOVED = (
    Row("301 to another page has moved", page("FedPrompt", end=LINK + "-v2"), "moved"),
    Row("308 to another page has moved", page("FedPrompt", end=LINK + "-v2", redirects=(308,)), "moved"),
    Row("a chain of permanent redirects has moved", page("FedPrompt", end=LINK + "-v2", redirects=(301, 308)), "moved"),
    Row("http to https has moved", page("FedPrompt", link="http://example.org/papers/fedprompt", end=LINK), "moved"),
    Row("a www. that was dropped has moved", page("X", link="https://www.example.org/papers/x", end="https://example.org/papers/x"), "moved"),
    Row("a slash at the end has moved", page("FedPrompt", end=LINK + "/"), "moved"),
    Row("a page that moved to another site with its path has moved", page("FedPrompt", end="https://fedprompt.org/papers/fedprompt"), "moved"),
)  # fmt: skip
GONE = (
    Row("404 to GET is gone", page(status=404), "gone", "404"),
    Row("410 to GET is gone, and surer than 404", page(status=410), "gone", "410"),
    Row("404 behind a permanent redirect is gone", page(end=LINK + "-v2", status=404), "gone", "404"),
    Row("404 behind a sign-in redirect is gone", page(end="https://example.org/login", status=404), "gone", "404"),
    Row("a deep link that is redirected to the front page is gone", page("Example", end=FRONT), "gone", "404"),
    Row("a temporary redirect to the front page is gone, too", page("Example", end=FRONT, redirects=(302,)), "gone", "404"),
    Row("a front page in another scheme and with www. is the site's own", page("Example", link="http://www.example.org/papers/x", end=FRONT), "gone", "404"),
    Row("a front page with a file name is a front page", page("Example", end="https://example.org/index.php"), "gone", "404"),
    Row("a front page in a language is a front page", page("Beispiel", end="https://example.org/de-de/"), "gone", "404"),
    Row("a front page that is called home is a front page", page("Example", end="https://example.org/home"), "gone", "404"),
    Row("a front page of ASP is a front page", page("Example", end="https://example.org/Default.aspx"), "gone", "404"),
    Row("a front page that is told of an error is a front page", page("Example", end="https://example.org/?error=404&utm_source=x"), "gone", "404"),
    Row("a query that chose a page makes a link deep", page("Example", link="https://example.org/?p=12", end=FRONT), "gone", "404"),
    Row("a site that is redirected to the front page above it is gone", page("Example", link="https://docs.example.org/a", end=FRONT), "gone", "404"),
    Row("an anchor that the link brought along makes no other page", page("Example", link=LINK + "#code", end=FRONT + "#code"), "gone", "404"),
    Row("a HEAD that ends at the front page looks gone", head(FRONT), "gone", "404"),
    Row("a shortener that sends everything to one front page has lost the link", page("FedPrompt", end=OTHER), "gone", "404", page("FedPrompt", link=SIBLING, end=OTHER)),
    Row("a made-up sibling that ends at the same page in other words confirms it", page("FedPrompt", end=OTHER), "gone", "404", page("FedPrompt", link=SIBLING, end="http://www.fedprompt.org")),
    Row("a subdomain's front page is gone if a made-up sibling ends there, too", page("Ada", end="https://ada.example.org/"), "gone", "404", page("Ada", link=SIBLING, end="https://ada.example.org/")),
    Row("a redirect to the site's page for what is missing is gone if a made-up sibling ends there, too", page("Example", end="https://example.org/404.html", redirects=(302,)), "gone", "404", page("Example", link=SIBLING, end="https://example.org/404.html")),
    Row("a title of 404 is gone", page("404"), "gone", "404"),
    Row("a title of 404 Not Found is gone", page("404 Not Found"), "gone", "404"),
    Row("a title of not found beside the site's name is gone", page("Page Not Found - Example"), "gone", "404"),
    Row("a title of not found behind the site's name is gone", page("Example · Page not found"), "gone", "404"),
    Row("a title of not found in two phrases is gone", page("Error 404: Page not found | Example"), "gone", "404"),
    Row("a title of a file that is not found is gone", page("404 - File or directory not found."), "gone", "404"),
    Row("a title of oops and not found is gone", page("Oops! That page can’t be found. – Example"), "gone", "404"),
    Row("a title of a page that was asked for and could not be found is gone", page("The page you requested could not be found"), "gone", "404"),
    Row("a title of a page that does not exist is gone", page("This page doesn't exist"), "gone", "404"),
    Row("a title of content that is unavailable is gone", page("Content unavailable | Example"), "gone", "404"),
    Row("a title of content that is no longer available is gone", page("This content is no longer available"), "gone", "404"),
    Row("a title of a repository that is not found is gone", page("Repository not found"), "gone", "404"),
    Row("a title of not found behind a redirect is gone", page("Page not found", end=LINK + "-v2"), "gone", "404"),
    Row("a front page whose title is not found is gone", page("404 Not Found", link=FRONT), "gone", "404"),
    Row("a title of not found in German is gone", page("Seite nicht gefunden – TU Berlin"), "gone", "404"),
    Row("a title of not found in French is gone", page("Page introuvable | Inria"), "gone", "404"),
    Row("a title of not found in Spanish is gone", page("Error 404 - Página no encontrada"), "gone", "404"),
    Row("a title of not found in Portuguese is gone", page("Página não encontrada"), "gone", "404"),
    Row("a title of not found in Italian is gone", page("Pagina non trovata"), "gone", "404"),
    Row("a title of not found in Dutch is gone", page("Pagina niet gevonden"), "gone", "404"),
    Row("a title of not found in Polish is gone", page("Nie znaleziono strony"), "gone", "404"),
    Row("a title of not found in Russian is gone", page("Страница не найдена | Хабр"), "gone", "404"),
    Row("a title of not found in Chinese is gone", page("抱歉，您访问的页面不存在"), "gone", "404"),
    Row("a title of not found in Japanese is gone", page("お探しのページは見つかりませんでした"), "gone", "404"),
    Row("a title of not found in Korean is gone", page("페이지를 찾을 수 없습니다"), "gone", "404"),
    Row("a title that mentions not found is gone if a made-up sibling has it, too", page("Example: Page not found"), "gone", "404", page("Example: Page not found", link=SIBLING)),
    Row("a redirect to a domain market is gone", page("Make an offer", end="https://www.hugedomains.com/domain_profile.cfm?d=example.org"), "gone", "404"),
    Row("a redirect to a domain market that shuts programs out is gone", page("Just a moment...", end="https://sedo.com/x", status=403), "gone", "404"),
    Row("a title that offers the link's domain is gone", page("example.org is for sale!"), "gone", "404"),
    Row("a title that offers this domain is gone", page("This domain may be for sale"), "gone", "404"),
    Row("a title that asks to buy this domain is gone", page("Buy this domain | Example Registrar"), "gone", "404"),
    Row("a title of a parked domain is gone", page("Parked domain"), "gone", "404"),
    Row("a front page that is for sale is gone", page("Domain name for sale", link=FRONT), "gone", "404"),
)  # fmt: skip
SUSPECT = (
    Row("500 is a server's trouble", page(status=500), "suspect", "server"),
    Row("503 is a server's trouble", page(status=503), "suspect", "server"),
    Row("522 of a proxy is a server's trouble", page(status=522), "suspect", "server"),
    Row("400 is suspect", page(status=400), "suspect", "network"),
    Row("408 is suspect", page(status=408), "suspect", "network"),
    Row("409 is suspect", page(status=409), "suspect", "network"),
    Row("422 is suspect", page(status=422), "suspect", "network"),
    Row("a name that does not resolve is suspect", failed("dns"), "suspect", "name"),
    Row("a name that cannot be looked up is suspect", failed("resolver"), "suspect", "name"),
    Row("a connection that is refused is suspect", failed("refused"), "suspect", "network"),
    Row("a connection that is reset is suspect", failed("reset"), "suspect", "network"),
    Row("a connection that is closed without an answer is suspect", failed("closed"), "suspect", "network"),
    Row("a host that cannot be reached is suspect", failed("unreachable"), "suspect", "network"),
    Row("a connection that is not made in time is suspect", failed("no-connection"), "suspect", "network"),
    Row("a host that is silent or slow with its headers is suspect", failed("timeout"), "suspect", "network"),
    Row("an answer that is not HTTP is suspect", failed("not-http"), "suspect", "network"),
    Row("huge headers are suspect", failed("huge-headers"), "suspect", "network"),
    Row("redirects in a circle are suspect", failed("loop", redirects=(302,)), "suspect", "network"),
    Row("redirects too many times are suspect", failed("hops", redirects=(302,) * 21), "suspect", "network"),
    Row("a redirect without a target is suspect", failed("no-location", redirects=(302,)), "suspect", "network"),
    Row("a redirect to a forbidden target is suspect", failed("forbidden", redirects=(302,)), "suspect", "network"),
    Row("a certificate that has expired is a certificate's trouble", failed("tls-expired"), "suspect", "certificate"),
    Row("a certificate that is not valid yet is a certificate's trouble", failed("tls-early"), "suspect", "certificate"),
    Row("a self-signed certificate is a certificate's trouble", failed("tls-self-signed"), "suspect", "certificate"),
    Row("a certificate of an unknown issuer is a certificate's trouble", failed("tls-issuer"), "suspect", "certificate"),
    Row("a certificate for another name is a certificate's trouble", failed("tls-name"), "suspect", "certificate"),
    Row("a secure connection that fails is a certificate's trouble", failed("tls"), "suspect", "certificate"),
)  # fmt: skip
BLOCKED = (
    *(Row(f"{status} is blocked", page(status=status), "blocked") for status in (401, 402, 403, 406, 407, 412, 415, 418, 421, 425, 429, 451, 999)),
    Row("a challenge is blocked", answered(403, is_challenge=True), "blocked"),
    Row("a challenge with 202 is blocked", answered(202, is_challenge=True), "blocked"),
    Row("a redirect to a sign-in page is blocked", page("Welcome", end="https://example.org/users/sign_in", redirects=(302,)), "blocked"),
    Row("a permanent redirect to a sign-in page has not moved", page("Welcome", end="https://example.org/login.php?next=/papers/fedprompt"), "blocked"),
    Row("a redirect to a host that signs people in is blocked", page("Uni", end="https://login.uni.example/"), "blocked"),
    Row("a redirect to a Google sign-in is blocked", page("Google", end="https://accounts.google.com/v3/x", redirects=(302,)), "blocked"),
    Row("a redirect to a Microsoft sign-in is blocked", page("Hi", end="https://login.microsoftonline.com/common/x", redirects=(302,)), "blocked"),
    Row("a redirect to an OAuth question is blocked", page("Hi", end="https://example.org/oauth/authorize?client_id=1", redirects=(302,)), "blocked"),
    Row("a page behind a redirect whose title is a sign-in is blocked", page("Sign in to your account", end="https://example.org/gate", redirects=(302,)), "blocked"),
    Row("a sign-in at the front page is blocked, not gone", page("Log in | Example", end="https://example.org/session/new", redirects=(302,)), "blocked"),
    Row("a page that checks for a person is blocked", page("Just a moment..."), "blocked"),
    Row("a page that checks for a person with 503 is blocked", page("Just a moment...", status=503), "blocked"),
    Row("a wall of Cloudflare is blocked", page("Attention Required! | Cloudflare"), "blocked"),
    Row("a page that denies access is blocked", page("Access Denied"), "blocked"),
    Row("a front page that programs get for want of cookies is blocked", page("Example", end="https://example.org/?error=cookies_not_supported", redirects=(302,)), "blocked"),
    Row("a host with only IPv6 is blocked where that is missing", failed("no-ipv6"), "blocked"),
)  # fmt: skip
REFUSED = (Row("a link to a forbidden place is refused", failed("forbidden"), "refused"),)

PAPER = "404 Not Found: A Study of Dead Links"
NO_FALSE_ALARMS = (
    Row("204 without a body is ok", page(status=204), "ok"),
    Row("206 is ok", page(status=206), "ok"),
    Row("200 with an empty body is ok", page()._replace(end=Answered(status=200, content_type="text/html")), "ok"),
    Row("a PDF, which has no title, is ok", page()._replace(end=Answered(status=200, content_type="application/pdf", start=b"%PDF-1.7 <title>404</title>")), "ok"),
    Row("JSON that tells of not found is ok", page("404 Not Found", content_type="application/json"), "ok"),
    Row("the source of an error page, served as text, is ok", page("404 Not Found", content_type="text/plain"), "ok"),
    Row("not found in the body alone is ok", page("FedPrompt", body="<h1>404 Not Found</h1>"), "ok"),
    Row("not found in the body of a page without a title is ok", page(body="<h1>Page not found</h1>"), "ok"),
    Row("a domain for sale in the body alone is ok", page("FedPrompt", body="This domain is for sale"), "ok"),
    Row("a paper about 404 Not Found is ok", page(PAPER), "ok"),
    Row("a paper about 404 Not Found whose siblings are not there is ok", page(PAPER), "ok", None, NOT_THERE),
    Row("a paper about 404 Not Found whose siblings are other papers is ok", page(PAPER), "ok", None, page("FedPrompt", link=SIBLING)),
    Row("a paper about what is not found in context is ok", page("Object Not Found in Context: Grounding by Absence"), "ok"),
    Row("a paper that asks why a page was not found is ok", page("Why Was the Page Not Found?"), "ok"),
    Row("a paper about Error 404 in a journal is ok", page("Error 404 as Art - Journal of X"), "ok"),
    Row("a paper with a dash for its colon is ok", page("404 Not Found - A Study of Dead Links"), "ok"),
    Row("a paper with a long second half is ok", page("Page Not Found | Link Rot in the Legal Literature of Two Decades"), "ok"),
    Row("a paper about data that is not available is ok", page("Learning When Data Is Not Available | Example"), "ok"),
    Row("a paper lost in translation is ok", page("Not Found in Translation"), "ok"),
    Row("a page that documents the status 404 is ok", page("404 Not Found - HTTP | Docs", link="https://example.org/docs/status/404"), "ok", None, NOT_THERE),
    Row("an encyclopedia's page about 404 is ok", page("HTTP 404 - Encyclopedia", link="https://example.org/wiki/HTTP_404"), "ok", None, NOT_THERE),
    Row("a title of oops alone is ok", page("Oops!"), "ok"),
    Row("an application with one title for all pages is ok", page("FedPrompt"), "ok", None, page("FedPrompt", link=SIBLING)),
    Row("an index file that leads to its folder has moved", page("Example", link="https://example.org/index.html", end=FRONT), "moved"),
    Row("a language's front page that leads to the front page is ok", page("Example", link="https://example.org/it/", end=FRONT, redirects=(302,)), "ok"),
    Row("a front page that leads to a language's is ok", page("Example", link=FRONT, end="https://example.org/en/", redirects=(302,)), "ok"),
    Row("a front page with a campaign in its query that leads to itself is ok", page("Example", link=FRONT + "?utm_source=list", end=FRONT, redirects=(302,)), "ok"),
    Row("a front page that leads to www. has moved", page("Example", link=FRONT, end="https://www.example.org/"), "moved"),
    Row("a front page that leads to another site has moved", page("FedPrompt", link=FRONT, end=OTHER), "moved"),
    Row("a deep link in a language that leads to it in another is ok", page("FedPrompt", link="https://example.org/en/p", end="https://example.org/de/p", redirects=(302,)), "ok"),
    Row("a department with two letters is no front page", page("AI group", end="https://example.org/ai/"), "moved"),
    Row("a deep link that leads to a place within the front page has moved", page("Lab", link="https://lab.example.org/papers", end="https://lab.example.org/#papers"), "moved"),
    Row("a page that became a route of an application is ok", page("Lab", end="https://example.org/#/papers/fedprompt", redirects=(302,)), "ok"),
    Row("a front page with a query that chooses a page is none", page("FedPrompt", end="https://example.org/?p=12", redirects=(302,)), "ok"),
    Row("a shortener that leads to a project's front page is ok", page("FedPrompt", link="https://bit.ly/fedprompt", end=OTHER, redirects=(302,)), "ok", None, page(status=404)),
    Row("a shortener whose made-up links lead to its own front page is ok", page("FedPrompt", link="https://bit.ly/fedprompt", end=OTHER, redirects=(302,)), "ok", None, page("Bitly", link="https://bit.ly/q7", end="https://bit.ly/", redirects=(302,))),
    Row("a purl that leads to a project's front page has moved if made-up ones fail", page("FedPrompt", link="https://purl.org/fedprompt", end=OTHER), "moved", None, failed("timeout")),
    Row("a project that moved to its own domain has moved", page("FedPrompt", end=OTHER), "moved", None, NOT_THERE),
    Row("a home page that moved to a subdomain has moved", page("Ada", link="https://www.example.org/~ada/", end="https://ada.example.org/"), "moved", None, page(status=404)),
    Row("a redirect to a front page elsewhere is ok as long as no sibling was asked", page("FedPrompt", end=OTHER, redirects=(302,)), "ok"),
    Row("a sibling that is stopped by a wall proves nothing", page("FedPrompt", end=OTHER), "moved", None, page("x", link=SIBLING, status=403)),
    Row("a link to a sign-in page that leads to a sign-in page is ok", page("Sign in", link="https://example.org/login", end="https://example.org/users/sign_in", redirects=(302,)), "ok"),
    Row("a sign-in page that is itself the link is ok", page("Sign in", link="https://example.org/login"), "ok"),
    Row("a page with a sign-in for its title and no redirect is ok", page("Sign in - Example"), "ok"),
    Row("a paper about logins behind a redirect has moved", page("Log in: A Study of Passwords", end="https://example.org/papers/login-study"), "moved"),
    Row("a paper about domains for sale is ok", page("Domain for Sale: An Empirical Study of Parked Domains"), "ok"),
    Row("a paper whose title names a parked host is ok", page("sedoparking.com: Anatomy of a Parking Service"), "ok"),
    Row("news about another domain that is for sale are ok", page("sex.com is for sale | Example News"), "ok"),
    Row("a link to a domain market's own page is ok", page("Domain for sale", link="https://sedo.com/about", end="https://sedo.com/us/about", redirects=(302,)), "ok"),
    Row("a paper about privacy for sale is ok", page("Privacy for Sale - How Brokers Trade"), "ok"),
    Row("a paper about access that is denied is ok", page("Access Denied: The Practice of Internet Filtering"), "ok"),
    Row("an article that has the number 404 is ok", page("FedPrompt", link="https://doi.example/10.1/x", end="https://example.org/article/404", redirects=(302,)), "ok"),
    Row("the title of a drawing is none of the page's", page(body="<svg><title>404</title></svg>"), "ok"),
    Row("a walk that does not know its addresses is judged without them", answered(200, redirects=(302,)), "ok"),
)  # fmt: skip

ROWS = (*OK, *MOVED, *GONE, *SUSPECT, *BLOCKED, *REFUSED, *NO_FALSE_ALARMS)


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_a_look_means(row: Row) -> None:
    found = verdict.judge(row.walk, sibling=row.sibling)

    assert (found.verdict, found.failure) == (row.verdict, row.failure)


def test_the_table_has_each_behaviour_once() -> None:
    assert len({row.sentence for row in ROWS}) == len(ROWS) >= 90
    assert len(NO_FALSE_ALARMS) >= 25


@pytest.mark.parametrize("row", [row for row in GONE if row.sibling], ids=lambda row: row.sentence)
def test_without_its_sibling_it_is_not_gone(row: Row) -> None:
    assert verdict.judge(row.walk).verdict in {"ok", "moved"}
    assert verdict.sibling(row.walk, verdict.judge(row.walk), token="q7") == SIBLING  # noqa: S106 - no secret


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.sibling and row.verdict in {"gone", "suspect", "blocked"}],
    ids=lambda row: row.sentence,
)  # fmt: skip
def test_what_is_plain_asks_for_no_sibling(row: Row) -> None:
    assert verdict.sibling(row.walk, verdict.judge(row.walk), token="q7") is None  # noqa: S106 - no secret


@pytest.mark.parametrize(
    "walk",
    [
        page("FedPrompt"),
        page("FedPrompt", end=LINK + "-v2"),
        page("FedPrompt", link=FRONT, end=OTHER),
        page("Why Was the Page Not Found?", link=FRONT),
        page("FedPrompt", link="https://example.org/?p=12", end=OTHER),
        head(OTHER),
        answered(200, redirects=(301,)),
        failed("dns"),
    ],
    ids=[
        "a page",
        "a page that moved",
        "a front page that moved",
        "a front page with a strange title",
        "a link without a name in its path",
        "a HEAD",
        "a walk without addresses",
        "a failure",
    ],
)
def test_no_sibling_is_asked_for(walk: Walk) -> None:
    assert verdict.sibling(walk, verdict.judge(walk), token="q7") is None  # noqa: S106 - no secret


# ---- what else a finding says ----


@pytest.mark.parametrize(
    "trouble", ["dns", "resolver", "refused", "unreachable", "no-connection", "timeout"]
)
def test_where_nobody_answered_it_may_be_our_own_network(trouble: Trouble) -> None:
    assert verdict.judge(failed(trouble)).is_unreached


@pytest.mark.parametrize("trouble", ["reset", "closed", "tls", "not-http", "loop", "no-ipv6"])
def test_where_somebody_answered_our_network_is_all_right(trouble: Trouble) -> None:
    assert not verdict.judge(failed(trouble)).is_unreached


def test_a_host_that_redirects_was_reached() -> None:
    assert not verdict.judge(failed("dns", redirects=(302,))).is_unreached


def test_an_answer_was_reached() -> None:
    assert not verdict.judge(page(status=500)).is_unreached


def test_a_finding_has_the_title_of_the_page() -> None:
    assert verdict.judge(page("Fed\n Prompt & more")).title == "Fed Prompt & more"


def test_reasons_are_for_people() -> None:
    assert verdict.judge(page("Example", end=FRONT)).reason == "redirects to the front page"
    assert verdict.judge(page("This domain is for sale")).reason == "the domain is for sale"
    assert verdict.judge(page("Just a moment...")).reason == (
        "HTTP 200: the site asks for proof that a person is looking"
    )


def test_a_title_stands_in_a_reason_as_a_quotation() -> None:
    found = verdict.judge(page("404 Not Found | @somebody"))

    assert found.reason == "the page's title is “404 Not Found | @somebody”"


@pytest.mark.parametrize("found", ["gone", "suspect"])
def test_what_is_bad_is_looked_at_again(found: Verdict) -> None:
    assert Finding(verdict=found, reason="x").wants_second_look


@pytest.mark.parametrize("found", ["ok", "moved", "blocked", "refused", "invalid"])
def test_what_is_not_bad_is_not_looked_at_again(found: Verdict) -> None:
    assert not Finding(verdict=found, reason="x").wants_second_look


@pytest.mark.parametrize(
    "walk",
    [
        head(FRONT),
        head("https://example.org/login"),
        head(OTHER),
        head("https://fedprompt.org/papers/fedprompt"),
        head("https://sub.example.org/papers/fedprompt"),
        head("https://sedo.com/x"),
        head(LINK + "-v2", status=404),
    ],
    ids=lambda walk: f"{walk.end_url} {walk.end.status}",
)
def test_a_head_that_ended_at_a_strange_place_needs_the_page(walk: Walk) -> None:
    assert verdict.wants_get(walk)


@pytest.mark.parametrize(
    "walk",
    [
        head(),
        head(LINK + "-v2"),
        head("http://www.example.org/papers/fedprompt/"),
        head("https://example.org/en/", link=FRONT),
        head(OTHER)._replace(end=Answered(status=200, is_challenge=True)),
        answered(200, method="HEAD", redirects=(301,)),
    ],
    ids=["the same", "the same site", "www.", "a language", "a challenge", "nobody knows where"],
)
def test_a_head_is_enough_where_no_title_is_needed(walk: Walk) -> None:
    assert not verdict.wants_get(walk)


@pytest.mark.parametrize(
    ("walk", "is_throttled", "wait_s"),
    [
        (answered(429, retry_after_s=7), True, 7),
        (answered(429), True, None),
        (answered(503, retry_after_s=0), True, 0),
        (answered(503), False, None),
        (answered(200, retry_after_s=7), False, None),
        (answered(500, retry_after_s=7), False, None),
        (failed("timeout"), False, None),
    ],
    ids=[
        "429 with a time",
        "429 without",
        "503 with a time",
        "503 without",
        "200 with a time",
        "500 with a time",
        "a failure",
    ],
)
def test_a_host_that_is_asked_too_much_says_so(
    walk: Walk, *, is_throttled: bool, wait_s: float | None
) -> None:
    assert (walk.is_throttled, walk.wait_s) == (is_throttled, wait_s)


ADDRESSES = st.one_of(
    st.sampled_from(
        ["", LINK, FRONT, OTHER, "https://[::1", "http://a:b/", "//", "https://example.org:99999/",
         "https://example.org/?", "http://[v1.x]/", "https://sedo.com/", "https://example.org/404"]
    ),
    st.text(max_size=30),
    st.text(max_size=20).map("https://example.org/".__add__),
)  # fmt: skip
PAGES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=60).map(lambda text: f"<title>{text}</title>".encode("utf-8", "replace")),
    st.lists(st.sampled_from(
        [b"<title>", b"</title>", b"<svg>", b"</svg ", b"<script>", b"</script>", b"<!--", b"-->", b"404",
         b"Not Found", b" - ", b"\xff\xfe", b"&#", b"9" * 5000, b"<meta charset='", b"utf-16", b"'>", b"<html>"]
    ), max_size=12).map(b"".join),
)  # fmt: skip
TYPES = st.one_of(
    st.sampled_from(["text/html", "", "text/html; charset=rot13", "text/html; charset=gbk"]),
    st.text(max_size=20).map("text/html; charset=".__add__),
)
ENDS = st.one_of(
    st.builds(
        Answered,
        status=st.integers(100, 999),
        is_challenge=st.booleans(),
        retry_after_s=st.none() | st.just(5.0),
        content_type=TYPES,
        start=PAGES,
    ),
    st.builds(Failed, trouble=st.sampled_from(get_args(Trouble)), detail=st.text(max_size=5)),
)
WALKS = st.builds(
    Walk,
    method=st.sampled_from(["HEAD", "GET"]),
    redirects=st.lists(st.sampled_from([301, 302, 308]), max_size=3).map(tuple),
    is_elsewhere=st.booleans(),
    end=ENDS,
    start_url=ADDRESSES,
    end_url=ADDRESSES,
)


@given(WALKS, st.none() | WALKS)
def test_no_walk_is_too_strange_to_be_judged(walk: Walk, other: Walk | None) -> None:
    found = verdict.judge(walk, sibling=other)

    assert found.reason
    assert (found.failure is not None) == (found.verdict in {"gone", "suspect"})
    assert found.failure != "410" or found.reason == "HTTP 410"


@given(WALKS)
def test_no_walk_is_too_strange_to_be_asked_about(walk: Walk) -> None:
    asked = verdict.sibling(walk, verdict.judge(walk), token="q7")  # noqa: S106 - no secret

    assert asked is None or "q7" in asked
    assert isinstance(verdict.wants_get(walk), bool)


@given(WALKS, WALKS)
def test_a_sibling_only_ever_speaks_against_a_link_that_seemed_good(
    walk: Walk, other: Walk
) -> None:
    alone, both = verdict.judge(walk), verdict.judge(walk, sibling=other)

    assert both == alone or (alone.verdict in {"ok", "moved"} and both.verdict == "gone")
