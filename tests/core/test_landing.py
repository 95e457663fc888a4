"""The page where a walk ended: its title, and what its address is."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import landing

HTML = "text/html"


# ---- titles ----


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<title>FedPrompt</title>", "FedPrompt"),
        (b"<TITLE lang=en>FedPrompt</TITLE >", "FedPrompt"),
        (b"<title>\n  Fed\t Prompt </title>", "Fed Prompt"),
        (b"<title>A &amp; B &lt;C&gt; &#8211; &quot;D&quot;</title>", 'A & B <C> \u2013 "D"'),
        (b"<title>a\x00b\x1b[31m\xe2\x80\xaec</title>", "ab[31mc"),
        (b"<title>a <b>c</title>", "a <b>c"),
        (b"<title>first</title><title>second</title>", "first"),
        (b"<!-- <title>no</title> --><title>yes</title>", "yes"),
        (b"<!--><title>yes</title>-->", "yes"),
        (b"<script>'<title>no</title>'</script><title>yes</title>", "yes"),
        (b"<style>/*<title>no</title>*/</style><title>yes</title>", "yes"),
        (b"<svg><title>no</title></svg><title>yes</title>", "yes"),
        (b"<svg><svg><title>no</title></svg><title>no</title></svg><title>yes</title>", "yes"),
        (b"<svg/><title>yes</title>", "yes"),
        (b"<titles>no</titles><title>yes</title>", "yes"),
        (b"<title>" + b"x" * 300 + b"</title>", "x" * 199 + "…"),
        (b"<title></title>", None),
        (b"<title> \n </title>", None),
        (b"<title>cut off", None),
        (b"<title", None),
        (b"<script><title>no</title>", None),
        (b"<!-- <title>no</title>", None),
        (b"<p>no title</p>", None),
        (b"", None),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_a_title_is_the_first_that_the_page_has(start: bytes, expected: str | None) -> None:
    assert landing.title(start, HTML) == expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/html", "x"),
        ("Text/HTML ; charset=utf-8", "x"),
        ("application/xhtml+xml", "x"),
        ("", "x"),
        ("application/octet-stream", "x"),
        ("text/plain", None),
        ("application/json", None),
        ("application/pdf", None),
        ("image/svg+xml", None),
    ],
)
def test_only_html_has_a_title(content_type: str, expected: str | None) -> None:
    start = b"\n<!DOCTYPE html><title>x</title>"

    assert landing.title(start, content_type) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<!doctype html><title>x</title>", "x"),
        (b"<html lang=en><title>x</title>", "x"),
        (b"<!-- a --> <head><title>x</title>", "x"),
        (b"<title>x</title>", "x"),
        (b"%PDF-1.7 <title>x</title>", None),
        (b'{"html": "<title>x</title>"}', None),
        (b"<svg><title>x</title></svg>", None),
    ],
    ids=repr,
)
def test_html_without_a_type_is_known_by_its_first_words(
    start: bytes, expected: str | None
) -> None:
    assert landing.title(start, "") == expected


@pytest.mark.parametrize(
    ("page", "content_type"),
    [
        ("<title>Föderal</title>".encode(), HTML),
        ("<title>Föderal</title>".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<title>Föderal</title>".encode("cp1252"), 'text/html; charset="windows-1252"'),
        (b"<meta charset=latin1>" + "<title>Föderal</title>".encode("cp1252"), HTML),
        (
            b'<meta http-equiv=Content-Type content="text/html; charset=iso-8859-15">'
            + "<title>Föderal</title>".encode("iso-8859-15"),
            HTML,
        ),
        (b"\xef\xbb\xbf" + "<title>Föderal</title>".encode(), "text/html; charset=latin1"),
        (b"\xff\xfe" + "<title>Föderal</title>".encode("utf-16-le"), HTML),
        (b"\xfe\xff" + "<title>Föderal</title>".encode("utf-16-be"), HTML),
    ],
)
def test_a_title_is_read_in_the_charset_of_the_page(page: bytes, content_type: str) -> None:
    assert landing.title(page, content_type) == "Föderal"


@pytest.mark.parametrize(
    ("charset", "expected"),
    [("gb2312", "页面不存在"), ("big5", "頁面不存在"), ("shift_jis", "見つかりません"),
     ("euc-jp", "見つかりません"), ("euc-kr", "페이지"), ("windows-1251", "Страница"), ("koi8-r", "Страница")],
)  # fmt: skip
def test_a_title_is_read_in_the_charsets_of_the_world(charset: str, expected: str) -> None:
    page = f"<title>{expected}</title>".encode(charset)

    assert landing.title(page, f"text/html; charset={charset}") == expected


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "idna", "unicode_escape", "undefined", "utf-7", "nonsense", "\x00", "é"]
)  # fmt: skip
def test_a_charset_that_is_none_costs_nothing(charset: str) -> None:
    assert landing.title(b"<title>FedPrompt</title>", f"text/html; charset={charset}") is not None


def test_a_wrong_charset_costs_letters_only() -> None:
    assert landing.title(b"<title>F\xf6d</title>", "text/html; charset=utf-8") == "F\ufffdd"


def test_an_endless_reference_is_read_without_an_error() -> None:
    """Python refuses to read a number of more than 4,300 digits."""
    assert landing.title(b"<title>&#" + b"9" * 50_000 + b";</title>", HTML)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    [b"<title", b"<title ", b"<title>", b"<!--", b"<!---->", b"<svg>", b"<svg><title>", b"<script>",
     b"<script></script>", b"</svg>", b"<meta ", b"<meta charset", b"<", b"&", b" ", b"\xcc\x81", b"<?xml", b"<!-- "],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("content_type", [HTML, ""])
def test_hostile_pages_take_no_time(piece: bytes, content_type: str) -> None:
    page = b"<html>" + (piece * 65_536)[:65_530]

    started = time.process_time()
    landing.title(page, content_type)

    assert time.process_time() - started < 0.05


def test_a_title_behind_thousands_of_comments_is_not_looked_for() -> None:
    assert landing.title(b"<!---->" * 3_000 + b"<title>x</title>", HTML) is None


@given(st.binary(max_size=300), st.text(max_size=30))
@example(b"\xff\xfe\x00", "")
@example(b"<title>\x1b$B<\x1b</title>", "text/html; charset=iso-2022-jp")
def test_no_bytes_are_too_strange_for_a_title(start: bytes, content_type: str) -> None:
    found = landing.title(start, content_type)

    assert found is None or 0 < len(found) <= landing.TITLE_CHARS


# ---- addresses ----


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org/",
        "https://example.org/index.html",
        "https://example.org/INDEX.PHP",
        "https://example.org/home",
        "https://example.org/default.aspx",
        "https://example.org/en",
        "https://example.org/de-de/",
        "https://example.org/en/index.html",
        "https://example.org/cs-cz/",
        "https://example.org/?utm_source=x&utm_medium=y",
        "https://example.org/?error=404",
        "https://example.org/?",
    ],
)
def test_a_front_page(url: str) -> None:
    assert landing.is_front_page(url)
    assert not landing.is_deep(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/paper",
        "https://example.org/en/paper",
        "https://example.org/index/paper",
        "https://example.org/index.php/paper",
        "https://example.org/?p=12",
        "https://example.org/index.php?id=3&lang=en",
        "https://example.org/~ada/",
    ],
)
def test_a_deep_link(url: str) -> None:
    assert landing.is_deep(url)
    assert not landing.is_front_page(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/ai/", "https://example.org/cs", "https://example.org/#/papers/1"]
)
def test_what_may_be_either_is_neither(url: str) -> None:
    assert not landing.is_front_page(url)
    assert not landing.is_deep(url)


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("https://example.org/a", "https://example.org/", True),
        ("http://www.example.org/a", "https://example.org:443/", True),
        ("https://example.org/a", "https://WWW.EXAMPLE.ORG./", True),
        ("https://docs.example.org/a", "https://www.example.org/", True),
        ("https://example.org/a", "https://docs.example.org/", False),
        ("https://example.org/a", "https://notexample.org/", False),
        ("https://notexample.org/a", "https://example.org/", False),
        ("https://ada.github.io/a", "https://bob.github.io/", False),
        ("http://127.0.0.1:8001/a", "http://127.0.0.1:8002/", False),
        ("http://127.0.0.1:8001/a", "http://127.0.0.1:8001/", True),
        ("https://example.org/a", "", False),
        ("", "", False),
    ],
)
def test_a_site_is_its_host_and_what_is_above(url: str, other: str, *, expected: bool) -> None:
    assert landing.is_same_site(url, other) is expected


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("http://example.org/a", "https://www.example.org/a/", True),
        ("https://example.org", "https://example.org/", True),
        ("https://example.org/a#b", "https://example.org/a", True),
        ("https://example.org/a", "https://example.org/A", False),
        ("https://example.org/a?b=1", "https://example.org/a?b=2", False),
        ("https://example.org/a", "https://example.net/a", False),
        ("http://example.org:8001/a", "http://example.org:8002/a", False),
        ("", "", False),
    ],
)
def test_a_resource_is_the_same_but_for_scheme_www_and_slash(
    url: str, other: str, *, expected: bool
) -> None:
    assert landing.is_same_resource(url, other) is expected


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/login",
        "https://example.org/Login.aspx?ReturnUrl=%2f",
        "https://example.org/signin",
        "https://example.org/sign-in/",
        "https://example.org/users/sign_in",
        "https://example.org/log-in",
        "https://example.org/sso/start",
        "https://example.org/saml/redirect",
        "https://example.org/oauth/authorize?x=1",
        "https://example.org/oauth2/v2.0/authorize",
        "https://example.org/accounts/login/?next=/a",
        "https://example.org/session/new",
        "https://example.org/login;jsessionid=1",
        "https://accounts.google.com/ServiceLogin",
        "https://login.microsoftonline.com/common",
        "https://idp.example.org/",
        "https://sso.example.org/x",
        "https://auth.example.org/x",
        "https://signin.example.org/",
    ],
)
def test_a_sign_in_page(url: str) -> None:
    assert landing.is_sign_in(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/login-study",
        "https://example.org/papers/a-study-of-login",
        "https://example.org/oauth/paper",
        "https://example.org/?login",
        "https://blogin.example.org/",
        "https://example.org/ssot",
        "",
    ],
)
def test_no_sign_in_page(url: str) -> None:
    assert not landing.is_sign_in(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sedo.com/search", True),
        ("https://www.HugeDomains.com/x", True),
        ("https://ww1.parkingcrew.net/", True),
        ("https://notsedo.com/", False),
        ("https://sedo.com.example.org/", False),
        ("https://example.org/sedo.com", False),
        ("", False),
    ],
)
def test_a_domain_market_is_known_by_its_host(url: str, *, expected: bool) -> None:
    assert landing.is_domain_market(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/papers/x", "https://example.org/papers/q7"),
        ("https://example.org/x", "https://example.org/q7"),
        ("https://example.org/~ada/x/", "https://example.org/~ada/q7/"),
        ("https://example.org/x.html?a=1#b", "https://example.org/q7.html"),
        ("https://example.org/v1.0", "https://example.org/q7"),
        ("https://example.org/.well", "https://example.org/q7"),
        ("http://127.0.0.1:8001/a/b", "http://127.0.0.1:8001/a/q7"),
        ("https://example.org/", None),
        ("https://example.org/?p=1", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_a_sibling_has_another_name_in_the_same_directory(url: str, expected: str | None) -> None:
    assert landing.sibling(url, token="q7") == expected  # noqa: S106 - no secret


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("http://example.org/a", "https://example.org/a", True),
        ("https://www.example.org/a/", "https://example.org/a", True),
        ("https://example.org/a", "https://example.org/A", False),
        ("https://example.org/a?x", "https://example.org/a", False),
    ],
)
def test_scheme_www_and_slash_make_no_other_resource(old: str, new: str, is_same: bool) -> None:  # noqa: FBT001 - a column
    assert landing.is_same_resource(old, new) is is_same
