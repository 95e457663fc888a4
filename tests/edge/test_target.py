"""The address that is asked for a link: in parts, and no other than httpx would ask."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import address
from bot.core.address import Refusal
from bot.edge import target
from bot.edge.target import Target


def slowly(url: str, *, allows_private: bool) -> object:
    """As `of`, without the short way."""
    refusal = address.refusal(url, allows_private=allows_private)
    return refusal or target.read(url, allows_private=allows_private)


@given(st.from_regex(target.PLAIN, fullmatch=True))
@example("http://0.0.0.00")
@example("https://site.example:443/")
@example("https://site.example:99999/")
@example("https://site.example:8080/a/../b")
@example("http://site.example.")
@example("http://0x7f.1/")
@example("http://127.0.0.1:8000/")
@example("http://10.0.0.1/")
@example("http://-.example/?a=%zz")
@example("http://" + "a" * 64 + ".example/")
@example("http://" + "a." * 130 + "example/")
@example("http://site.example/" + "a" * 9_000)
def test_the_short_way_reads_a_link_as_httpx_does(url: str) -> None:
    for allows in (True, False):
        assert target.of(url, allows_private=allows) == slowly(url, allows_private=allows)


@pytest.mark.parametrize(
    ("url", "host", "netloc", "path"),
    [
        ("https://site.example", "site.example", "site.example", b"/"),
        ("https://SITE.example.:443/a#b", "site.example", "site.example", b"/a"),
        ("https://bücher.example/ä?ö", "xn--bcher-kva.example", "xn--bcher-kva.example", b"/%C3%A4?%C3%B6"),
        ("http://[2606:4700::1111]:8080/", "2606:4700::1111", "[2606:4700::1111]:8080", b"/"),
        ("https://site.example/wiki/A_(b),_c;d=e'f!", "site.example", "site.example", b"/wiki/A_(b),_c;d=e'f!"),
        ("https://site.example/a.", "site.example", "site.example", b"/a."),
        ("https://site.example/a?b=1&amp;c=2", "site.example", "site.example", b"/a?b=1&amp;c=2"),
        ("https://site.example/a/../b/./c", "site.example", "site.example", b"/b/c"),
        ("https://site.example?q", "site.example", "site.example", b"/?q"),
        ("https://site.example/#/route?x", "site.example", "site.example", b"/"),
    ],
)  # fmt: skip
def test_a_link_is_sent_in_these_parts(url: str, host: str, netloc: str, path: bytes) -> None:
    found = target.of(url, allows_private=False)

    assert isinstance(found, target.Target)
    assert (found.host, found.netloc, found.path) == (host, netloc, path)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://site.example/b#part"),
        ("b?c", "https://site.example/a/b?c#part"),
        ("?c", "https://site.example/a/x?c#part"),
        ("//other.example/b", "https://other.example/b#part"),
        ("http://other.example/b#new", "http://other.example/b#new"),
        ("/b c", "https://site.example/b%20c#part"),
    ],
)
def test_a_redirect_is_read_from_where_it_came(location: str, url: str) -> None:
    base = target.of("https://site.example/a/x#part", allows_private=False)
    assert isinstance(base, target.Target)
    found = target.joined(base, location, allows_private=False)

    assert isinstance(found, target.Target)
    assert found.url == url


@pytest.mark.parametrize(
    "location",
    ["http://127.1/", "//0x7f000001/", "http://017700000001/", "http://[::ffff:127.0.0.1]/",
     "https://user@site.example/", "https://site.example:22/", "file:///etc/passwd", "\\\\host\\x",
     "http://[::g]/", "http://localhost/", "http://169.254.169.254/"],
)  # fmt: skip
def test_a_redirect_to_where_nobody_should_go_is_refused(location: str) -> None:
    base = target.of("https://site.example/", allows_private=False)
    assert isinstance(base, target.Target)

    assert isinstance(target.joined(base, location, allows_private=False), Refusal)


@pytest.mark.parametrize(
    ("url", "host"),
    [("http://xn--ls8h.la/", "xn--ls8h.la"), ("http://xn--ls8h.la./a", "xn--ls8h.la")],
)
def test_a_name_in_punycode_that_httpx_cannot_show_is_asked_all_the_same(
    url: str, host: str
) -> None:
    found = target.of(url, allows_private=False)

    assert isinstance(found, Target)
    assert found.host == host


def test_a_redirect_to_a_name_that_cannot_be_is_no_defect() -> None:
    start = target.of("https://site.example/a", allows_private=False)
    assert isinstance(start, Target)

    for location in ("http://xn--a.invalid/", "http://xn--.example/", "//xn--a/", "http://\u2603/"):
        target.joined(start, location, allows_private=False)


@given(host=st.text(alphabet="xn-a.0ß☃", min_size=1, max_size=12))
def test_no_host_is_a_defect(host: str) -> None:
    target.of(f"http://{host}/", allows_private=True)
    target.of(f"http://xn--{host}/", allows_private=True)
