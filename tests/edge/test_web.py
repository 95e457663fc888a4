"""The link probe on loopback: what it asks, what it never asks, and what it says."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import ipaddress
import socket
import ssl
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from hypothesis import given
from hypothesis import strategies as st

from bot import __version__
from bot.edge import dial, web
from bot.edge.web import Limits, Round, World
from bot.model import Question
from bot.settings import Settings
from bot.standins import server
from bot.standins.links import LinkHost
from bot.standins.server import Reply, StandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from bot.edge.dial import Resolve
    from bot.model import Look

    Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OPEN = Settings(allows_private=True)
CLOSED = Settings()
QUICK = Limits(
    at_once=2, between_s=0, connect_s=1.0, answer_s=2.0, body_s=0.5, rest_s=0.3, total_s=5.0,
    patience_s=10.0,
)  # fmt: skip
SHORT = replace(QUICK, connect_s=0.3, answer_s=0.3, total_s=0.8)
PUBLIC = "8.8.8.8"


class Pauses:
    """A clock whose sleeps take no time."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._slept_s = 0.0

    async def sleep(self, wait_s: float) -> None:
        self.waits.append(round(wait_s, 1))
        self._slept_s += wait_s
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self._slept_s

    def world(self, **parts: Any) -> World:  # noqa: ANN401 - World's own fields
        """A world with this clock."""
        return World(sleep=self.sleep, clock=self.clock, **parts)


def names(**known: Sequence[str]) -> Resolve:
    """A resolver that knows these names, written with `_` for a stop, and no others."""

    async def resolve(name: str, _: int) -> Sequence[str]:
        if name.replace(".", "_") not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known[name.replace(".", "_")]

    return resolve


class Dial:
    """Leads every address to a stand-in, and remembers which it was asked for."""

    def __init__(self, url: str, *, dead: dict[str, OSError] | None = None) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._real = (host, int(port))
        self._dead = dead or {}
        self.asked: list[str] = []

    async def __call__(
        self, protocol: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> object:
        self.asked.append(f"{host} {port}")
        if host in self._dead:
            raise self._dead[host]
        return await dial.connect(protocol, *self._real)


@pytest.fixture(scope="module")
def shared() -> Iterator[LinkHost]:
    with LinkHost() as running:
        yield running


@pytest.fixture
def host(shared: LinkHost) -> LinkHost:
    shared.log.clear()
    return shared


def look(
    url: str,
    *,
    settings: Settings = OPEN,
    limits: Limits = QUICK,
    world: World | None = None,
) -> Look:
    world = world or Pauses().world()
    (found,) = web.probe([url], settings=settings, limits=limits, world=world)
    return found


def ask(questions: Sequence[Question], *, limits: Limits = QUICK, **parts: Any) -> Round:  # noqa: ANN401 - those of `web.ask`
    parts = {"settings": OPEN, "world": Pauses().world(), **parts}
    return web.ask(questions, limits=limits, **parts)


def asked(host: StandIn) -> list[str]:
    return [f"{request.method} {request.path}" for request in host.log]


# ---- answers ----


@pytest.mark.parametrize(
    ("path", "verdict", "status", "attempts"),
    [
        ("/ok", "ok", 200, 1),
        ("/status/204", "ok", 204, 1),
        ("/head-refused", "ok", 200, 1),
        ("/head-lies", "ok", 200, 1),
        ("/head-drops", "ok", 200, 1),
        ("/endless", "ok", 200, 1),
        ("/gzip-bomb", "ok", 200, 1),
        ("/slow?s=0.05", "ok", 200, 1),
        ("/cookie-wall", "ok", 200, 2),
        ("/redirect/302?to=/cookie-wall", "ok", 200, 3),
        ("/redirect/302?to=/ok", "ok", 200, 2),
        ("/hops/20", "ok", 200, 21),
        ("/redirect/301?to=/ok", "moved", 200, 2),
        ("/redirect/308?to=/redirect/301?to=/ok", "moved", 200, 3),
        ("/redirect/301?to=/hops/1", "ok", 200, 3),
        ("/status/404", "gone", 404, 2),
        ("/status/410", "gone", 410, 2),
        ("/redirect/301?to=/status/404", "gone", 404, 4),
        ("/status/401", "blocked", 401, 1),
        ("/status/403", "blocked", 403, 1),
        ("/status/999", "blocked", 999, 1),
        ("/status/429", "blocked", 429, 3),
        ("/challenge", "blocked", 403, 1),
        ("/status/400", "suspect", 400, 2),
        ("/status/405", "suspect", 405, 2),
        ("/status/500", "suspect", 500, 2),
        ("/status/304", "suspect", 304, 2),
        ("/loop", "suspect", 302, 2),
        ("/hops/21", "suspect", 302, 42),
        ("/no-location", "suspect", 302, 2),
        ("/to-file", "suspect", 302, 2),
        ("/garbage", "suspect", None, 2),
        ("/huge-headers", "suspect", None, 2),
        ("/reset", "suspect", None, 2),
    ],
)
def test_a_look_has_its_verdict(
    host: LinkHost, path: str, verdict: str, status: int | None, attempts: int
) -> None:
    url = host.url + path
    found = look(url)

    assert (found.url, found.verdict, found.status, found.attempts) == (
        url, verdict, status, attempts,
    )  # fmt: skip
    assert len(host.log) == attempts


@pytest.mark.parametrize(
    ("path", "verdict", "methods"),
    [
        ("/ok", "ok", "HEAD"),
        ("/cookie-wall", "ok", "HEAD HEAD"),
        ("/redirect/301?to=/ok", "moved", "HEAD HEAD"),
        ("/head-refused", "ok", "HEAD GET"),
        ("/head-lies", "ok", "HEAD GET"),
        ("/head-drops", "ok", "HEAD GET"),
        ("/endless", "ok", "HEAD GET"),
        ("/gzip-bomb", "ok", "HEAD GET"),
        ("/status/404", "gone", "HEAD GET GET"),
        ("/status/401", "blocked", "HEAD"),
        ("/status/403", "blocked", "HEAD GET"),
        ("/status/500", "suspect", "HEAD GET"),
        ("/challenge", "blocked", "HEAD"),
        ("/garbage", "suspect", "HEAD GET GET"),
        ("/reset", "suspect", "HEAD GET GET"),
    ],
)
def test_a_head_is_enough_where_it_is_believed(
    host: LinkHost, path: str, verdict: str, methods: str
) -> None:
    """GET follows where a HEAD is refused, lied to or dropped, and has the last word."""
    url = host.url + path
    found = ask([Question(url=url, method="HEAD")]).looks[url]

    assert found.verdict == verdict
    assert [request.method for request in host.log] == methods.split()
    assert found.attempts == len(host.log)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/status/404", "HTTP 404"),
        ("/loop", "redirects in a circle"),
        ("/hops/21", "redirects too many times"),
        ("/no-location", "redirects to nowhere"),
        ("/to-file", "redirects to a link that does not start with https:// or http://"),
        ("/redirect/302?to=http://a@b.org/", "redirects to an address with a user name in it"),
        ("/redirect/302?to=http://[::g]/", "redirects to something that is not a link"),
        ("/redirect/302?to=//[::g]/", "redirects to something that is not a link"),
        ("/redirect/302?to=http://a..b/", "redirects to a link without a proper host"),
        ("/garbage", "the answer is not HTTP"),
        ("/huge-headers", "the answer's headers are too long"),
        ("/reset", "the connection was broken off"),
    ],
)
def test_a_reason_is_one_short_sentence(host: LinkHost, path: str, reason: str) -> None:
    assert look(host.url + path).reason == reason


def test_a_link_that_nobody_saw_before_is_asked_by_get_at_once(host: LinkHost) -> None:
    look(f"{host.url}/head-lies")

    assert asked(host) == ["GET /head-lies"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("/redirect/301?to=/ok", "/ok"),
        ("/redirect/302?to=/ok", "/ok"),
        ("/redirect/301?to=/status/404", "/status/404"),
        ("/redirect/301?to=/ok/a%20b", "/ok/a%20b"),
        ("/redirect/301?to=/ok#part", "/ok#part"),
        ("/redirect/301?to=/ok%23new", "/ok#new"),
        ("/redirect/301?to=/ok%23new#part", "/ok#new"),
    ],
)
def test_the_end_of_the_redirects_is_told(host: LinkHost, start: str, end: str) -> None:
    """A part of the page that the link names goes along, unless the redirect names another."""
    assert look(host.url + start).final_url == host.url + end


@pytest.mark.parametrize("path", ["/ok", "/cookie-wall", "/loop", "/status/404"])
def test_a_look_that_ends_where_it_began_has_no_other_end(host: LinkHost, path: str) -> None:
    assert look(host.url + path).final_url is None


def test_a_redirect_may_lead_to_another_host(host: LinkHost) -> None:
    with LinkHost(host="127.0.0.2") as other:
        found = look(f"{host.url}/redirect/301?to={other.url}/ok")

        assert (found.verdict, found.final_url) == ("moved", f"{other.url}/ok")


def test_cookies_end_with_their_look(host: LinkHost) -> None:
    limits = replace(QUICK, at_once=1)
    urls = [f"{host.url}/cookie-wall", f"{host.url}/cookie-wall?again"]
    web.probe(urls, settings=OPEN, limits=limits)

    assert ["cookie" in request.headers for request in host.log] == [False, True, False, True]


def test_a_cookie_does_not_reach_another_host(host: LinkHost) -> None:
    reply = Reply(status=302, headers={"Set-Cookie": "a=b", "Location": f"{host.url}/ok"})
    with StandIn(lambda _: reply, host="127.0.0.2") as other:
        look(other.url)

    assert "cookie" not in host.log[0].headers


def test_a_request_says_who_asks_and_wants_nothing_packed(host: LinkHost) -> None:
    look(f"{host.url}/ok", settings=replace(OPEN, repository="some/list"))

    headers = host.log[0].headers
    expected = f"awesome-list-bot/{__version__} (+https://github.com/some/list)"
    assert headers["user-agent"] == expected
    assert headers["accept-encoding"] == "identity"
    assert headers["host"] == host.url.removeprefix("http://")


def test_without_a_repository_only_the_name_is_told() -> None:
    assert web.user_agent(CLOSED) == f"awesome-list-bot/{__version__}"


def test_proxies_of_the_environment_are_not_used(
    host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")

    assert look(f"{host.url}/ok").verdict == "ok"


# ---- the second look ----


@pytest.mark.parametrize(
    ("faults", "verdict", "waits"),
    [
        ([server.UNAVAILABLE], "ok", [1.0]),
        ([Reply(status=404)], "ok", [1.0]),
        ([server.RESET], "ok", [1.0]),
        ([server.GARBAGE], "ok", [1.0]),
        ([Reply(status=500), Reply(status=502)], "suspect", [1.0]),
        ([server.RESET, server.RESET], "suspect", [1.0]),
        ([server.RESET, Reply(status=404)], "gone", [1.0]),
        ([Reply(status=404), Reply(status=403)], "blocked", [1.0]),
        ([server.throttled(retry_after="soon", status=503)], "ok", [1.0]),
        ([Reply(status=403)], "blocked", []),
    ],
)
def test_nothing_bad_is_said_without_a_second_look_which_counts(
    faults: list[Reply], verdict: str, waits: list[float]
) -> None:
    pauses = Pauses()
    with LinkHost() as host:
        host.fail_next(*faults)
        found = look(f"{host.url}/ok", world=pauses.world())

    assert (found.verdict, pauses.waits) == (verdict, waits)


@pytest.mark.parametrize(
    ("faults", "verdict", "waits"),
    [
        ([server.throttled(retry_after="7")], "ok", [7.0]),
        ([server.throttled(retry_after="10", status=503)], "ok", [10.0]),
        ([server.throttled(retry_after="1")] * 2, "ok", [1.0, 1.0]),
        ([server.throttled(retry_after="1")] * 3, "ok", [1.0, 1.0, 1.0]),
        ([server.throttled(retry_after="1")] * 4, "blocked", [1.0, 1.0, 1.0]),
        ([server.throttled(retry_after="2", status=503)] * 4, "suspect", [2.0, 2.0, 2.0]),
        ([server.throttled(retry_after="11")], "blocked", []),
        ([server.throttled(retry_after="3600", status=503)], "suspect", []),
        ([server.throttled()], "ok", [1.0]),
        ([server.throttled()] * 2, "ok", [1.0, 4.0]),
        ([server.throttled()] * 3, "blocked", [1.0, 4.0]),
        ([server.throttled(), server.UNAVAILABLE], "ok", [1.0, 1.0]),
        ([server.UNAVAILABLE, server.throttled(retry_after="2")], "ok", [1.0, 2.0]),
    ],
)
def test_a_host_that_asks_to_be_left_alone_is_asked_again_when_it_says(
    faults: list[Reply], verdict: str, waits: list[float]
) -> None:
    pauses = Pauses()
    with LinkHost() as host:
        host.fail_next(*faults)
        found = look(f"{host.url}/ok", world=pauses.world())

    assert (found.verdict, pauses.waits) == (verdict, waits)


def test_the_pace_multiplies_our_pause_but_not_the_hosts() -> None:
    pauses = Pauses()
    calm = replace(OPEN, pace=0.5)
    with LinkHost() as host:
        for fault in (server.UNAVAILABLE, server.throttled(retry_after="7")):
            host.fail_next(fault)
            look(f"{host.url}/ok", settings=calm, world=pauses.world())

    assert pauses.waits == [0.5, 7.0]


# ---- time ----


def test_silence_ends_after_a_second_look(host: LinkHost) -> None:
    found = look(f"{host.url}/slow", limits=replace(SHORT, total_s=2.0))

    assert (found.verdict, found.reason, found.attempts) == ("suspect", "no answer in time", 2)
    assert asked(host) == ["GET /slow", "GET /slow"]


def test_a_look_ends_when_its_time_is_up(host: LinkHost) -> None:
    found = look(f"{host.url}/slow", limits=replace(QUICK, answer_s=10, total_s=0.2))

    assert (found.verdict, found.reason, found.attempts) == ("suspect", "no answer in time", 1)


def test_a_second_look_that_runs_out_of_time_changes_nothing() -> None:
    with LinkHost() as host:
        host.fail_next(server.UNAVAILABLE)
        found = look(f"{host.url}/slow", limits=replace(QUICK, answer_s=10, total_s=0.2))

    assert (found.verdict, found.reason, found.attempts) == ("suspect", "HTTP 503", 2)


# ---- servers that are not like others ----


@asynccontextmanager
async def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that does what `answer` does with each connection; gives its port."""
    connections: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.extend(filter(None, [asyncio.current_task()]))
        with suppress(asyncio.CancelledError, OSError), closing(writer):
            await answer(reader, writer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as running:
        yield running.sockets[0].getsockname()[1]
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def look_at(answer: Answer, *, limits: Limits = QUICK, scheme: str = "http") -> Look:
    """One look at a server that does what `answer` does with each connection."""

    async def run() -> Look:
        async with serving(answer) as port:
            world = Pauses().world()
            url = f"{scheme}://127.0.0.1:{port}/"
            (found,) = await web.probe_all([url], settings=OPEN, limits=limits, world=world)
            return found

    return asyncio.run(run())


def saying(*answers: bytes) -> Answer:
    """Gives the next of these to each request, whatever it asks, and then closes."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left and await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(left.pop(0))
            await writer.drain()

    return answer


def test_dripping_headers_end_with_the_time_for_an_answer() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)

    found = look_at(drip, limits=SHORT)

    assert (found.verdict, found.reason) == ("suspect", "no answer in time")


def test_a_body_after_a_head_does_not_poison_the_next_answer() -> None:
    fine = b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n"
    found = look_at(saying(fine + b"HTTP/1.1 500 Oh\r\n\r\n", fine + b"gone!", fine + b"gone!"))

    assert (found.verdict, found.status) == ("gone", 404)


def test_a_connection_that_is_closed_without_an_answer_is_suspect() -> None:
    found = look_at(saying())

    assert found.verdict == "suspect"
    assert found.reason in {
        "the connection was closed without an answer",
        "the connection was broken off",
    }


def test_early_hints_are_skipped() -> None:
    found = look_at(saying(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))

    assert (found.verdict, found.status) == ("ok", 200)


def test_an_unasked_change_of_protocol_is_suspect() -> None:
    change = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"

    assert look_at(saying(change, change)).verdict == "suspect"


def test_a_location_in_an_old_encoding_is_followed() -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9 au lait\r\nContent-Length: 0\r\n\r\n"
    found = look_at(saying(away, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))

    assert found.verdict == "ok"
    assert found.final_url is not None
    assert found.final_url.endswith("/caf%C3%A9%20au%20lait")


def test_a_cookie_comes_back_byte_by_byte() -> None:
    brought = []

    async def wall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            brought.append([line async for line in _head(reader) if line.startswith(b"Cookie")])
            away = b"Location: /\r\nSet-Cookie: a=\xe9\xff\r\nContent-Length: 0\r\n\r\n"
            writer.write(b"HTTP/1.1 302 Found\r\n" + away)

    found = look_at(wall)

    assert found.reason == "redirects in a circle"
    assert brought == [[], [b"Cookie: a=\xe9\xff"]] * 2


async def _head(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The rest of a request's head, line by line."""
    while line := (await reader.readline()).strip():
        yield line


def test_no_more_of_a_body_is_read_than_came_with_the_headers() -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        if (await reader.readline()).startswith(b"HEAD"):
            writer.write(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while sent < 100_000_000:
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    assert look_at(pour).verdict == "ok"
    assert sent < 20_000_000


def test_speaking_plainly_to_https_is_suspect() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    found = look_at(refuse, scheme="https")

    assert (found.verdict, found.reason) == ("suspect", "no secure connection could be made")


# ---- certificates ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """A test authority, and what it signed, by name."""

    trust: ssl.SSLContext
    signed: dict[str, ssl.SSLContext]


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    by: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None,
    days: tuple[int, int] = (-1, 1),
) -> x509.Certificate:
    """A certificate for a name, valid from and to that many days from now; signed by itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = by or (subject, key)
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(
            x509.BasicConstraints(ca=name in {"ca", "root"}, path_length=None), critical=True
        )
        .sign(signer, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder: Path = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    authority = certificate("ca", key)
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "unknown")])
    made = {
        "good": certificate("site.example", key, by=(authority.subject, key)),
        "http2": certificate("site.example", key, by=(authority.subject, key)),
        "expired": certificate("site.example", key, by=(authority.subject, key), days=(-9, -1)),
        "other name": certificate("other.example", key, by=(authority.subject, key)),
        "early": certificate("site.example", key, by=(authority.subject, key), days=(5, 9)),
        "self-signed": certificate("site.example", key),
        "unknown issuer": certificate("site.example", key, by=(other, key)),
    }
    stranger = certificate("root", key)
    made["unknown root"] = certificate("site.example", key, by=(stranger.subject, key))
    sent_along = {"unknown root": stranger.public_bytes(serialization.Encoding.PEM)}
    signed = {}
    for name, cert in made.items():
        file = folder / f"{name}.pem"
        own = private + cert.public_bytes(serialization.Encoding.PEM)
        file.write_bytes(own + sent_along.get(name, b""))
        signed[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        signed[name].load_cert_chain(file)
    pem = authority.public_bytes(serialization.Encoding.PEM).decode()
    return Certificates(trust=ssl.create_default_context(cadata=pem), signed=signed)


def look_over_tls(
    served: ssl.SSLContext, trusted: ssl.SSLContext, *, name: str = "site.example"
) -> tuple[Look, list[str | None]]:
    """One look at a TLS server, and the names that it was greeted with."""
    greeted: list[str | None] = []
    served.sni_callback = lambda _, sni, __: greeted.append(sni)

    async def run() -> Look:
        fine = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        async with serving(fine, tls=served) as port:
            world = Pauses().world(resolve=names(site_example=["127.0.0.1"]), tls=lambda _: trusted)
            url = f"https://{name}:{port}/"
            (found,) = await web.probe_all([url], settings=OPEN, limits=QUICK, world=world)
            return found

    return asyncio.run(run()), greeted


@pytest.mark.parametrize("name", ["site.example", "site.example.", "SITE.example"])
def test_a_good_certificate_is_asked_for_by_name(certificates: Certificates, name: str) -> None:
    found, greeted = look_over_tls(certificates.signed["good"], certificates.trust, name=name)

    assert found.verdict == "ok"
    assert greeted == ["site.example"]


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        ("expired", "the certificate has expired"),
        ("early", "the certificate is not valid yet"),
        ("other name", "the certificate is for another name"),
        ("self-signed", "the certificate is self-signed"),
        ("unknown issuer", "the certificate's issuer is unknown"),
        ("unknown root", "the certificate's issuer is unknown"),
    ],
)
def test_a_bad_certificate_is_suspect(certificates: Certificates, served: str, reason: str) -> None:
    found, _ = look_over_tls(certificates.signed[served], certificates.trust)

    assert (found.verdict, found.reason, found.status) == ("suspect", reason, None)


def test_a_handshake_without_an_end_is_given_up_at_once() -> None:
    record = b"\x16\x03\x03\x3f\xff" + bytes(0x3FFF)
    sent = 0

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(record)
            sent += len(record)
            await writer.drain()

    found = look_at(endless, scheme="https", limits=replace(QUICK, answer_s=20.0))

    assert (found.verdict, found.reason) == ("suspect", "no secure connection could be made")
    assert sent < 20_000_000


# ---- HTTP/2 ----


async def speak_http2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers in HTTP/2, and closes to everybody else without a word."""
    if writer.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
        return
    http2 = H2Connection(config=H2Configuration(client_side=False, header_encoding=None))
    http2.initiate_connection()
    while data := await reader.read(65_536):
        for event in http2.receive_data(data):
            if isinstance(event, RequestReceived):
                assert event.stream_id is not None
                answer_over_http2(http2, dict(event.headers or ()), event.stream_id)
        writer.write(http2.data_to_send())


def answer_over_http2(http2: H2Connection, asked: dict[bytes, bytes], stream: int) -> None:
    match asked[b":path"].decode():
        case "/reset":
            http2.reset_stream(stream)
        case "/garbage":
            http2.clear_outbound_data_buffer()
            http2.update_settings({1: 0})
            http2.close_connection(error_code=1)
        case "/away":
            http2.send_headers(
                stream, [(":status", "302"), ("location", "/there")], end_stream=True
            )
        case "/gone":
            http2.send_headers(stream, [(":status", "404")], end_stream=True)
        case _:
            http2.send_headers(stream, [(":status", "200"), ("content-type", "text/html")])
            http2.send_data(stream, b"<title>Second of its name</title>", end_stream=True)


def with_protocols(
    served: ssl.SSLContext, trusted: ssl.SSLContext
) -> tuple[ssl.SSLContext, Callable[[bool], ssl.SSLContext]]:
    """A server and a client that agree on HTTP/2 where it is offered."""
    served.set_alpn_protocols(["h2"])

    def client(offers_http2: bool) -> ssl.SSLContext:  # noqa: FBT001 - as `World.tls` has it
        trusted.set_alpn_protocols(["h2", "http/1.1"] if offers_http2 else ["http/1.1"])
        return trusted

    return served, client


@pytest.mark.parametrize(
    ("path", "verdict", "status", "attempts"),
    [
        ("/", "ok", 200, 2),
        ("/away", "ok", 200, 3),
        ("/gone", "gone", 404, 2),
        ("/reset", "suspect", None, 2),
        ("/garbage", "suspect", None, 2),
    ],
)
def test_a_host_that_speaks_only_http2_gets_its_second_look_so(
    certificates: Certificates, path: str, verdict: str, status: int | None, attempts: int
) -> None:
    served, client = with_protocols(certificates.signed["http2"], certificates.trust)

    async def run() -> Look:
        async with serving(speak_http2, tls=served) as port:
            world = Pauses().world(resolve=names(site_example=["127.0.0.1"]), tls=client)
            url = f"https://site.example:{port}{path}"
            (found,) = await web.probe_all([url], settings=OPEN, limits=QUICK, world=world)
            return found

    found = asyncio.run(run())

    assert (found.verdict, found.status, found.attempts) == (verdict, status, attempts)


def test_http2_is_offered_and_not_demanded(certificates: Certificates) -> None:
    """A host that closed once, for its own reasons, is asked over HTTP/1.1 as before."""
    answers = [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        await writer.drain()

    async def run() -> Look:
        async with serving(answer, tls=certificates.signed["good"]) as port:
            tls = certificates.trust
            world = Pauses().world(resolve=names(site_example=["127.0.0.1"]), tls=lambda _: tls)
            url = f"https://site.example:{port}/"
            (found,) = await web.probe_all([url], settings=OPEN, limits=QUICK, world=world)
            return found

    found = asyncio.run(run())

    assert (found.verdict, found.attempts) == ("ok", 2)


# ---- the guard ----


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        (["127.0.0.1"], "127.0.0.1"),
        (["::1"], "::1"),
        (["10.0.0.8"], "10.0.0.8"),
        (["169.254.169.254"], "169.254.169.254"),
        ([PUBLIC, "127.0.0.1"], "127.0.0.1"),
        ([PUBLIC, "::ffff:10.0.0.1"], "::ffff:10.0.0.1"),
        (["2606:4700::1111", "fe80::1%eth0"], "fe80::1%eth0"),
    ],
)
def test_a_name_of_any_private_address_is_refused(addresses: list[str], shown: str) -> None:
    dialled = Dial("http://127.0.0.1:1")
    found = look(
        "http://evil.example/",
        settings=CLOSED,
        world=Pauses().world(resolve=names(evil_example=addresses), dial=dialled),
    )

    assert (found.verdict, found.attempts) == ("refused", 0)
    assert found.reason == f"leads to a private address ({shown})"
    assert dialled.asked == []


def test_what_was_checked_is_what_is_connected_to(host: LinkHost) -> None:
    """A name that turns private after the check gets no second question."""
    dialled = Dial(host.url)
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def rebinding(*_: object) -> list[str]:
        return next(answers)

    found = look(
        "http://evil.example/ok",
        settings=CLOSED,
        world=Pauses().world(resolve=rebinding, dial=dialled),
    )

    assert (found.verdict, dialled.asked) == ("ok", [f"{PUBLIC} 80"])
    assert host.log[0].headers["host"] == "evil.example"


def test_a_name_is_asked_for_once_and_what_was_checked_counts_for_the_run(host: LinkHost) -> None:
    dialled = Dial(host.url)
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def rebinding(*_: object) -> list[str]:
        return next(answers)

    found = look(
        "http://evil.example/reset",
        settings=CLOSED,
        world=Pauses().world(resolve=rebinding, dial=dialled),
    )

    assert (found.verdict, found.attempts) == ("suspect", 2)
    assert dialled.asked == [f"{PUBLIC} 80"] * 2


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("http://169.254.169.254/latest/", "a private address (169.254.169.254)"),
        ("http://[::ffff:7f00:1]/", "a private address (::ffff:7f00:1)"),
        ("http://2130706433/", "a private address (2130706433)"),
        ("http://inner.example/", "a private address (10.0.0.1)"),
        ("//localhost/", "a name that only a private network knows (localhost)"),
        ("http://site.example:22/", "a port that is never asked (22)"),
    ],
)
def test_a_redirect_to_a_private_place_is_not_followed(
    host: LinkHost, target: str, what: str
) -> None:
    dialled = Dial(host.url)
    found = look(
        f"http://site.example/redirect/302?to={target}",
        settings=CLOSED,
        world=Pauses().world(
            resolve=names(site_example=[PUBLIC], inner_example=["10.0.0.1"]),
            dial=dialled,
        ),
    )

    assert (found.verdict, found.reason) == ("suspect", f"redirects to {what}")
    assert (found.status, found.attempts, dialled.asked) == (302, 2, [f"{PUBLIC} 80"])


@pytest.mark.parametrize(
    ("url", "verdict", "reason"),
    [
        ("http://127.0.0.1/", "refused", "leads to a private address (127.0.0.1)"),
        ("http://site.example:22/", "refused", "leads to a port that is never asked (22)"),
        ("https://a:b@site.example/", "refused", "leads to an address with a user name in it"),
        ("https:///x", "invalid", "this is a link without a proper host"),
        ("https://☃.example/", "invalid", "this is a link without a proper host"),
        (
            "gopher://site.example/", "invalid",
            "this is a link that does not start with https:// or http://",
        ),
    ],
)  # fmt: skip
def test_some_links_are_never_asked(url: str, verdict: str, reason: str) -> None:
    found = look(url, settings=CLOSED, world=Pauses().world(resolve=names()))

    assert (found.verdict, found.reason, found.attempts) == (verdict, reason, 0)


def test_an_address_in_an_old_spelling_is_dialled_in_the_plain_one(host: LinkHost) -> None:
    dialled = Dial(host.url)
    found = look(
        "http://134744072/ok", settings=CLOSED, world=Pauses().world(resolve=names(), dial=dialled)
    )

    assert (found.verdict, dialled.asked) == ("ok", ["8.8.8.8 80"])


def test_an_ipv6_address_keeps_its_brackets(host: LinkHost) -> None:
    dialled = Dial(host.url)
    look("http://[2606:4700::1111]:8080/ok", settings=CLOSED, world=Pauses().world(dial=dialled))

    assert dialled.asked == ["2606:4700::1111 8080"]
    assert host.log[0].headers["host"] == "[2606:4700::1111]:8080"


# ---- names and connections ----


@pytest.mark.parametrize(
    ("trouble", "reason", "waits"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), "the name does not resolve", [1.0]),
        (socket.gaierror(socket.EAI_AGAIN, ""), "the name could not be looked up", [1.0]),
        (RuntimeError("no idea"), "the look failed (RuntimeError)", [1.0]),
    ],
    ids=["unknown", "resolver down", "unforeseen"],
)
def test_a_name_that_is_not_found_is_suspect(
    trouble: Exception, reason: str, waits: list[float]
) -> None:
    async def resolve(*_: object) -> Sequence[str]:
        raise trouble

    pauses = Pauses()
    found = look("https://no.example/", world=pauses.world(resolve=resolve))

    assert (found.verdict, found.reason, pauses.waits) == ("suspect", reason, waits)


def test_a_name_without_addresses_does_not_resolve() -> None:
    found = look("https://no.example/", world=Pauses().world(resolve=names(no_example=[])))

    assert (found.verdict, found.reason) == ("suspect", "the name does not resolve")


def test_the_systems_resolver_is_asked(host: LinkHost) -> None:
    assert look(host.url.replace("127.0.0.1", "localhost") + "/ok").verdict == "ok"


def test_ipv4_comes_first_and_the_next_address_after_a_dead_one(host: LinkHost) -> None:
    dialled = Dial(host.url, dead={"8.8.4.4": ConnectionRefusedError()})
    resolve = names(site_example=["2606:4700::1111", "8.8.4.4", "1.1.1.1"])
    found = look(
        "http://site.example/ok",
        settings=CLOSED,
        world=Pauses().world(resolve=resolve, dial=dialled),
    )

    assert found.verdict == "ok"
    assert dialled.asked == ["8.8.4.4 80", "1.1.1.1 80"]


def test_a_few_dead_addresses_are_enough() -> None:
    many = [f"8.8.8.{n}" for n in range(1, 100)]
    dialled = Dial("http://127.0.0.1:1", dead={dead: ConnectionRefusedError() for dead in many})
    found = look(
        "http://site.example/",
        settings=CLOSED,
        world=Pauses().world(resolve=names(site_example=many), dial=dialled),
    )

    assert (found.verdict, found.reason) == ("suspect", "the connection was refused")
    assert (found.attempts, len(dialled.asked)) == (2, 8)


@pytest.mark.parametrize(
    ("address", "code", "verdict"),
    [
        ("2606:4700::1111", errno.ENETUNREACH, "blocked"),
        ("2606:4700::1111", errno.EADDRNOTAVAIL, "blocked"),
        ("2606:4700::1111", errno.ECONNREFUSED, "suspect"),
        (PUBLIC, errno.ENETUNREACH, "suspect"),
    ],
)
def test_only_a_lack_of_ipv6_is_our_own(address: str, code: int, verdict: str) -> None:
    dialled = Dial("http://127.0.0.1:1", dead={address: OSError(code, "")})
    found = look(
        "http://site.example/",
        settings=CLOSED,
        world=Pauses().world(resolve=names(site_example=[address]), dial=dialled),
    )

    assert found.verdict == verdict


def test_a_refused_connection_is_suspect() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        found = look(f"http://127.0.0.1:{unused.getsockname()[1]}/")

    assert (found.verdict, found.reason) == ("suspect", "the connection was refused")
    assert found.attempts == 2


# ---- many ----


def test_looks_come_in_the_order_of_the_links(host: LinkHost) -> None:
    paths = ["/slow?s=0.1", "/status/404", "/ok", "not a link", "/cookie-wall"]
    urls = [host.url + path if path.startswith("/") else path for path in paths]
    looks = web.probe(urls, settings=OPEN, limits=QUICK)

    assert [found.url for found in looks] == urls
    assert [found.verdict for found in looks] == ["ok", "gone", "ok", "invalid", "ok"]


def test_the_same_link_is_asked_once(host: LinkHost) -> None:
    url = f"{host.url}/ok"
    looks = web.probe([url, "x", url], settings=OPEN, limits=QUICK)

    assert [found.url for found in looks] == [url, "x", url]
    assert asked(host) == ["GET /ok"]


def test_no_links_are_no_looks() -> None:
    assert web.probe([], settings=OPEN) == ()


class Crowd:
    """Counts requests that are under way at once; answers the first when so many are."""

    def __init__(self, awaited: int) -> None:
        self._awaited = awaited
        self._is_full = asyncio.Event()
        self._now = 0
        self.most = 0
        self.connections = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == self._awaited:
                self._is_full.set()
            await self._is_full.wait()
            await asyncio.sleep(0.005)
            self._now -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def crowd_of(awaited: int, *, hosts: int, links: int, limits: Limits = QUICK) -> Crowd:
    """So many links at each of so many hosts, all asked at once."""

    async def run() -> Crowd:
        crowd = Crowd(awaited)
        async with serving(crowd.answer) as port:
            known = {f"h{n}_example": ["127.0.0.1"] for n in range(hosts)}
            urls = [f"http://h{n % hosts}.example:{port}/{n}" for n in range(hosts * links)]
            looks = await web.probe_all(
                urls, settings=OPEN, limits=limits, world=Pauses().world(resolve=names(**known))
            )
        assert {found.verdict for found in looks} == {"ok"}
        return crowd

    return asyncio.run(run())


def test_a_host_is_asked_two_things_at_a_time_over_two_connections() -> None:
    crowd = crowd_of(2, hosts=1, links=20)

    assert (crowd.most, crowd.connections) == (2, 2)


def test_so_many_links_are_in_flight_and_no_more() -> None:
    crowd = crowd_of(5, hosts=10, links=3, limits=replace(QUICK, in_flight=5))

    assert crowd.most == 5


def test_hosts_do_not_wait_for_one_another() -> None:
    crowd = crowd_of(30, hosts=30, links=1)

    assert (crowd.most, crowd.connections) == (30, 30)


def test_waiting_for_a_turn_is_not_counted_as_the_links_time() -> None:
    with LinkHost() as host:
        urls = [f"{host.url}/slow?s=0.1&n={n}" for n in range(5)]
        limits = replace(QUICK, at_once=1, total_s=0.4)
        looks = web.probe(urls, settings=OPEN, limits=limits)

    assert {found.verdict for found in looks} == {"ok"}


# ---- any text ----


@given(
    st.lists(
        st.text()
        | st.text().map("http://{}".format)
        | st.from_regex(r"https?://[a-z0-9.:\[\]%@-]{0,30}[/?#]?[ -~]{0,10}", fullmatch=True)
        | st.ip_addresses().map("http://{}/".format)
        | st.from_regex(r"[a-zäß㎏.-]{1,80}", fullmatch=True).map("https://{}/".format),
        max_size=5,
    ),
    st.builds(Settings, allows_private=st.booleans(), pace=st.just(0.0)),
)
def test_no_text_makes_a_look_raise(urls: list[str], settings: Settings) -> None:
    dialled = Dial("http://127.0.0.1:1", dead=_Everything())
    looks = web.probe(urls, settings=settings, world=Pauses().world(resolve=names(), dial=dialled))

    assert [found.url for found in looks] == urls
    assert all(found.reason for found in looks)
    for tried in dialled.asked:
        assert settings.allows_private or ipaddress.ip_address(tried.split()[0]).is_global


class _Everything(dict[str, OSError]):
    """Every address is dead."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> OSError:
        return ConnectionRefusedError()


@given(st.binary(max_size=60), st.sampled_from([b"Location: ", b"Set-Cookie: ", b"Retry-After: "]))
def test_no_header_makes_a_look_raise(value: bytes, name: bytes) -> None:
    value = value.replace(b"\r", b"").replace(b"\n", b"")
    answer = b"HTTP/1.1 302 Found\r\nLocation: /x\r\n" + name + value + b"\r\n\r\n"
    found = look_at(saying(answer, answer, answer), limits=SHORT)

    assert found.reason
