"""Which links are asked, and which addresses are everybody's."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import address

HERE_ONLY = {
    "loopback": "127.0.0.1",
    "loopback elsewhere": "127.255.255.254",
    "private 10": "10.1.2.3",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "carrier": "100.64.0.1",
    "link-local": "169.254.0.1",
    "metadata": "169.254.169.254",
    "metadata of Azure": "168.63.129.16",
    "unspecified": "0.0.0.0",  # noqa: S104 - nothing is bound
    "this network": "0.1.2.3",
    "protocol assignments": "192.0.0.192",
    "documentation": "203.0.113.7",
    "relay": "192.88.99.1",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.1.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "hexadecimal": "0x7f.1",
    "hexadecimal whole": "0X7F000001",
    "short": "127.1",
    "shortest": "0",
    "three parts": "192.168.257",
    "stop at the end": "127.0.0.1.",
    "loopback 6": "::1",
    "unspecified 6": "::",
    "link-local 6": "fe80::1",
    "scoped": "fe80::1%eth0",
    "scoped global": "2606:4700::1111%eth0",
    "unique local": "fc00::1",
    "metadata 6": "fd00:ec2::254",
    "site-local": "fec0::1",
    "multicast 6": "ff02::1",
    "documentation 6": "2001:db8::1",
    "documentation 6 new": "3fff::1",
    "discard": "100::1",
    "outside global unicast": "4000::1",
    "IPv4-compatible": "::127.0.0.1",
    "IPv4-mapped": "::ffff:127.0.0.1",
    "IPv4-mapped in hexadecimal": "::ffff:a9fe:a9fe",
    "6to4": "2002:7f00:1::",
    "Teredo client": "2001:0:808:808:0:0:80ff:fffe",
    "Teredo server": "2001:0:7f00:1:0:0:f7f7:f7f7",
    "NAT64": "64:ff9b::169.254.169.254",
    "NAT64 local": "64:ff9b:1::10.0.0.1",
    "NAT64 local of unknown layout": "64:ff9b:1:808:8:800::",
}
EVERYBODYS = {
    "IPv4": "8.8.8.8",
    "beside the private ones": "172.32.0.1",
    "beside the carrier's": "100.128.0.1",
    "decimal": "134744072",
    "octal": "010.010.010.010",
    "hexadecimal": "0x8.0x8.0x808",
    "short": "8.8.2056",
    "IPv6": "2606:4700:4700::1111",
    "IPv4-mapped": "::ffff:8.8.8.8",
    "6to4": "2002:808:808::1",
    "Teredo": "2001:0:808:808:0:0:f7f7:f7f7",
    "NAT64": "64:ff9b::8.8.8.8",
    "NAT64 local": "64:ff9b:1::8.8.8.8",
}


@pytest.mark.parametrize("given_address", HERE_ONLY.values(), ids=HERE_ONLY.keys())
def test_an_address_that_means_something_else_elsewhere_is_not_global(given_address: str) -> None:
    assert not address.is_global(given_address)


@pytest.mark.parametrize("given_address", EVERYBODYS.values(), ids=EVERYBODYS.keys())
def test_an_address_that_means_the_same_everywhere_is_global(given_address: str) -> None:
    assert address.is_global(given_address)


@pytest.mark.parametrize(
    "name",
    [
        "example.org",
        "",
        "1.2.3.4.5",
        "1.2.3.256",
        "256.1.1.1",
        "8.8.65536",
        "4294967296",
        "08.1.1.1",
        "1..2",
        "8.8.8.8 ",
        "::g",
        "[2606:4700::1111]",
        "٨.٨.٨.٨",
        "1" * 5000,
    ],
    ids=lambda name: ascii(name[:20]),
)
def test_what_is_no_address_is_not_global(name: str) -> None:
    assert not address.is_global(name)


@given(
    st.ip_addresses(v=4), st.sampled_from(["dotted", "decimal", "hex", "mapped", "6to4", "nat64"])
)
def test_an_address_is_as_global_in_every_spelling(
    plain: ipaddress.IPv4Address, spelling: str
) -> None:
    number = int(plain)
    spelled = {
        "dotted": ".".join(f"{byte:#o}".replace("0o", "0") for byte in plain.packed),
        "decimal": str(number),
        "hex": hex(number),
        "mapped": f"::ffff:{plain}",
        "6to4": str(ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1)),
        "nat64": f"64:ff9b::{plain}",
    }[spelling]

    assert address.is_global(spelled) == address.is_global(str(plain))


@given(st.ip_addresses())
def test_python_never_calls_private_what_is_global_here(
    plain: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if address.is_global(str(plain)):
        assert plain.version == 6 or not (plain.is_private or plain.is_multicast)


def verdict_on(url: str, *, allows_private: bool = False) -> str | None:
    refusal = address.refusal(url, allows_private=allows_private)
    return refusal.verdict if refusal else None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:80/a?b#c",
        "HTTPS://Example.ORG:443/",
        "https://example.org:8000/",
        "https://example.org:8999/",
        "https://example.org:/",
        "https://example.org./",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/straße",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
        "https://a_b.example-1.org/",
        "https://example.org/a@b",
        "https://localhost.example.org/",
        "https://internal.example.org/",
        "https://ja.wikipedia.org/wiki/連合学習",
    ],
)
def test_a_web_link_may_be_asked(url: str) -> None:
    assert address.refusal(url, allows_private=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://ⓛocalhost/",
        "http://a.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:7999/",
        "https://example.org:9000/",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://@example.org/",
        "https://example.com@127.0.0.1/",
    ],
)
def test_a_link_to_private_places_is_refused(url: str) -> None:
    assert verdict_on(url) == "refused"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:a@example.org",
        "https:example.org",
        "https://",
        "https:///path",
        "https://.",
        "https://a..b.org/",
        "https://.example.org/",
        "https://example.org:99999/",
        "https://example.org:http/",
        "https://example.org:٨٠٨٠/",
        "https://[::1/",
        "https://[v1.fe]/",
        "https://[127.0.0.1]/",
        "https://[::1%]/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://08.1.1.1/",
        "https://example.0x/1",
        "https://127%2e0.0.1/",
        "https://exa mple.org/",
        "https://example.org/a b",
        " https://example.org/",
        "https://example.org/\n",
        "https://example.org/\u00a0",
        "https://exam\u200bple.org/",
        "https://example.org\\@127.0.0.1/",
        "https:\\\\example.org",
        "https://℀.example.org/",
        "https://\ud800.example.org/",
        f"https://{'a' * 64}.org/",
        f"https://{'a.' * 127}org/",
        f"https://example.org/{'a' * 8_000}",
    ],
    ids=lambda url: ascii(url[:40]),
)
def test_a_malformed_link_is_invalid(url: str) -> None:
    assert verdict_on(url) == "invalid"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1234/", "http://[::1]:7/", "http://localhost:9999/", "http://intranet/"],
)
def test_private_places_and_odd_ports_may_be_allowed(url: str) -> None:
    assert verdict_on(url, allows_private=True) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [("https://user@127.0.0.1/", "refused"), ("ftp://127.0.0.1/", "invalid")],
)
def test_everything_else_stays_forbidden_when_private_places_are_allowed(
    url: str, expected: str
) -> None:
    assert verdict_on(url, allows_private=True) == expected


def test_a_refusal_names_the_place() -> None:
    refusal = address.refusal("http://127.0.0.1:8080/", allows_private=False)

    assert refusal is not None
    assert refusal.what == "a private address (127.0.0.1)"


def test_a_refusal_does_not_repeat_endless_names() -> None:
    refusal = address.refusal(f"http://{'a.' * 100}localhost/", allows_private=False)

    assert refusal is not None
    assert len(refusal.what) < 120


@given(st.text() | st.text().map("https://{}".format) | st.from_regex(r"https?://[^/]{0,30}/?.*"))
def test_any_text_gets_an_answer(url: str) -> None:
    for allows_private in (True, False):
        address.refusal(url, allows_private=allows_private)
    address.is_global(url)
