"""The host of links: each path does what its table says."""

from __future__ import annotations

import gzip
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.standins.links import LinkHost

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="module")
def host() -> Iterator[LinkHost]:
    with LinkHost() as running:
        yield running


@pytest.fixture
def client(host: LinkHost) -> Iterator[httpx.Client]:
    # Certificates are not needed here, and reading them takes longer than all the rest.
    with httpx.Client(base_url=host.url, timeout=5, verify=_NO_TRUST) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "to_head", "to_get"),
    [
        ("/", 200, 200),
        ("/ok", 200, 200),
        ("/ok/deeper/page", 200, 200),
        ("/status/418", 418, 418),
        ("/status/99", 404, 404),
        ("/status/1000", 404, 404),
        ("/redirect/308?to=/ok", 308, 308),
        ("/redirect/302", 404, 404),
        ("/redirect/302?to=%0Aa", 404, 404),
        ("/hops/0", 200, 200),
        ("/hops/x", 404, 404),
        ("/hops/1?code=x", 404, 404),
        ("/no-location", 302, 302),
        ("/head-refused", 405, 200),
        ("/head-lies", 404, 200),
        ("/challenge", 403, 403),
        ("/slow?s=0.01", 200, 200),
        ("/gzip-bomb", 405, 200),
        ("/nothing/here", 404, 404),
    ],
)
def test_a_path_has_its_status(client: httpx.Client, path: str, to_head: int, to_get: int) -> None:
    with client.stream("GET", path) as answer:
        assert answer.status_code == to_get
    assert client.head(path).status_code == to_head


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/redirect/301?to=https://example.org/%3Fa=b", "https://example.org/?a=b"),
        ("/hops/3", "/hops/2?code=302"),
        ("/hops/1?code=301", "/hops/0?code=301"),
        ("/loop", "/loop"),
        ("/to-file", "file:///etc/passwd"),
        ("/to-metadata", "http://169.254.169.254/latest/meta-data/"),
    ],
)
def test_a_redirect_has_its_target(client: httpx.Client, path: str, target: str) -> None:
    assert client.head(path).headers["Location"] == target


def test_a_cookie_opens_the_wall(client: httpx.Client) -> None:
    assert client.get("/cookie-wall", follow_redirects=True).status_code == 200


def test_a_throttle_names_its_time(client: httpx.Client) -> None:
    assert client.head("/status/429?after=7").headers["Retry-After"] == "7"


def test_a_challenge_says_so(client: httpx.Client) -> None:
    assert client.head("/challenge").headers["cf-mitigated"] == "challenge"


def test_the_headers_are_huge(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.head("/huge-headers")


def test_the_bomb_is_small_until_it_is_unpacked(client: httpx.Client) -> None:
    with client.stream("GET", "/gzip-bomb") as answer:
        packed = b"".join(answer.iter_raw())

    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) == 10_000_000


def test_head_is_dropped_and_get_is_not(client: httpx.Client) -> None:
    with pytest.raises(httpx.NetworkError):
        client.head("/head-drops")
    assert client.get("/head-drops").status_code == 200


def test_an_endless_body_goes_on(client: httpx.Client) -> None:
    with client.stream("GET", "/endless") as answer:
        chunks = answer.iter_raw()
        assert next(chunks)
        assert next(chunks)


@pytest.mark.parametrize("path", ["/slow", "/slow?s=x"])
def test_silence_is_silence(client: httpx.Client, path: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.get(path, timeout=0.05)


@pytest.mark.parametrize("path", ["/garbage", "/reset"])
def test_trouble_is_no_http(client: httpx.Client, path: str) -> None:
    with pytest.raises(httpx.TransportError):
        client.get(path)


def test_the_log_tells_who_asked_what(host: LinkHost, client: httpx.Client) -> None:
    client.head("/ok/logged", headers={"User-Agent": "somebody"})

    request = host.log[-1]
    assert (request.method, request.path) == ("HEAD", "/ok/logged")
    assert request.headers["user-agent"] == "somebody"
