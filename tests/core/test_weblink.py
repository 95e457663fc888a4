"""Plain links: their normal form, and where they must not lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import ids
from bot.model import Problem


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org?a=1", "https://example.org/?a=1"),
        ("HTTPS://Example.ORG/Path", "https://example.org/Path"),
        ("http://example.org/x", "http://example.org/x"),
        ("http://example.org:80/x", "http://example.org/x"),
        ("https://example.org:443/x", "https://example.org/x"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("https://example.org:/x", "https://example.org/x"),
        ("https://example.org./x", "https://example.org/x"),
        ("http://github.com/ada/x", "https://github.com/ada/x"),
        ("http://www.youtube.com:80/watch?v=a", "https://www.youtube.com/watch?v=a"),
        ("http://github.com:8080/x", "http://github.com:8080/x"),
        ("github.com/ada/x", "https://github.com/ada/x"),
        ("github.com", "https://github.com/"),
        ("//github.com/ada/x", "https://github.com/ada/x"),
        ("www.example.org", "https://www.example.org/"),
        ("example.org/x", "https://example.org/x"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("https://ada.github.io/slides/#/3", "https://ada.github.io/slides/#/3"),
        ("https://gitlab.com/ada/x", "https://gitlab.com/ada/x"),
        ("https://example.org/#", "https://example.org/"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ('https://example.org/a"b<c>d{e}f|g^h`i', "https://example.org/a%22b%3Cc%3Ed%7Be%7Df%7Cg%5Eh%60i"),
        ("https://example.org/%e4%b8%ad%2f", "https://example.org/%E4%B8%AD%2F"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/中?q=文#é", "https://example.org/%E4%B8%AD?q=%E6%96%87#%C3%A9"),
        ("https://example.org/a_(b)", "https://example.org/a_(b)"),
        ("(https://example.org/a_(b)).", "https://example.org/a_(b)"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("[our code](https://github.com/ada/x)!", "https://github.com/ada/x"),
        ("https://münchen.example.org/x", "https://xn--mnchen-3ya.example.org/x"),
        ("https://例え.jp/", "https://xn--r8jz45g.jp/"),
        ("https://xn--0.example.org/x", "https://xn--0.example.org/x"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://0x8.010.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1]:8080/x", "http://[2606:4700::1]:8080/x"),
    ],
)  # fmt: skip
def test_a_link_has_one_normal_form(written: str, normal: str) -> None:
    assert ids.link(written, field="code") == normal
    assert ids.link(normal, field="code") == normal


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("", "not a link"),
        ("coming soon", "not a link"),
        ("github", "not a link"),
        ("example.org", "not a link"),
        ("v1.2/x", "not a link"),
        ("https://github.com/a/b https://github.com/a/c", "two links"),
        ("https://ada@github.com/ada/x", "user name"),
        ("https://github.com\\ada", "backslash"),
        ("javascript:alert(1)", "not a web link"),
        ("ssh://git@github.com/ada/x", "not a web link"),
        ("https://github.com/\x7fx", "U+007F"),
        ("https://github.com/" + "x" * 2000, "characters"),
        ("https://" + "a" * 64 + ".org/", "well-formed"),
        ("https://" + "a." * 130 + "org/", "well-formed"),
        ("https://é" + "a" * 70 + ".org/", "well-formed"),
        ("https://a..org/", "well-formed"),
        ("https://-a.org/", "well-formed"),
        ("https://exa mple.org/", "well-formed"),
        ("https://example%2eorg/", "well-formed"),
        ("https://example.o/", "well-formed"),
        ("https://example.org:0/", "well-formed"),
        ("https://example.org:99999/", "well-formed"),
        ("https://[::1/", "well-formed"),
        ("https://1.2.3.4.5/", "well-formed"),
        ("https://256.1.1.1/", "well-formed"),
        ("https://1.2.3.09/", "well-formed"),
        ("https://a.2.3.4/", "well-formed"),
        ("https://0x100000000/", "public internet"),
        ("https://" + "1" * 300 + "/", "well-formed"),
        ("https://gıthub.com/ada/x", "looks like github.com"),
        ("https://github.com.evil.example/ada/x", "looks like github.com"),
        ("https://gihtub.com/ada/x", "looks like github.com"),
        ("https://github.cm/ada/x", "looks like github.com"),
        ("https://xn--gthub-mza.com/ada/x", "looks like github.com"),
        ("https://rnlr.press/v1/x", "looks like mlr.press"),
    ],
)
def test_a_link_that_cannot_be_trusted_is_refused_with_the_reason(written: str, word: str) -> None:
    found = ids.link(written, field="code")

    assert isinstance(found, Problem)
    assert word in found.what
    assert found.fix
    assert found.field == "code"


PRIVATE = [
    "localhost", "api.localhost", "nas.local", "metadata.google.internal", "intranet", "127.0.0.1",
    "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0", "0x", "10.0.0.1",
    "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[fe80::1]", "[fc00::1]", "[ff02::1]", "[2001:db8::1]", "[2001::7f00:1]",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_host_is_refused_however_it_is_spelled(host: str) -> None:
    found = ids.link(f"http://{host}:8000/x", field="code")

    assert isinstance(found, Problem)
    assert "not on the public internet" in found.what


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_host_is_taken_where_that_is_allowed(host: str) -> None:
    assert isinstance(ids.link(f"http://{host}:8000/x", field="code", allows_private=True), str)


PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["https://", "http://", "example.org", "github.com", "/", ":", "80", "?", "#", "%", "%2f",
             ".", ")", "(", "]", "](", " ", "é", "ß", "\u3002", "\u0130", "xn--", "@", "[", "0x", "1."]
        ),
        st.characters(),
    ),
    max_size=10,
).map("".join)  # fmt: skip


@given(st.one_of(PARTS, PARTS.map("https://example.org/{}".format)), st.booleans())
def test_the_normal_form_is_its_own_normal_form(written: str, allows_private: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    normal = ids.link(written, field="code", allows_private=allows_private)

    if isinstance(normal, str):
        assert ids.link(normal, field="code", allows_private=allows_private) == normal
        assert normal.isascii()
        assert not set(normal) & set(' "<>\\^`{|}\x7f')
