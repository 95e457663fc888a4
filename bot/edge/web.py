"""The probe that asks links: HEAD, then GET where a HEAD is not believed, and never a body.

What the answers mean is decided in `core.verdict`; here is only how they are got. Three things
are done by hand because a ready-made client does them wrongly for 10,000 strange hosts:

* Names are resolved here, and the address that was checked is the one that is connected to.
* Every origin has a small connection pool of its own. One pool for hundreds of hosts looks through
  all of its connections at each request, and loses healthy links to its own queue.
* Redirects are followed here, since each hop is checked like the first.

httpcore's pool is used without httpx's client or transport around it: it takes the guarding
`network_backend` as a public argument, which httpx's transport does not, and its own exceptions
say enough. httpx gives what httpcore lacks: addresses (IDNA, joining, quoting) and cookies.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import h11
import httpcore
import httpx

from bot import __version__
from bot.core import address, verdict
from bot.core.address import Refusal
from bot.core.verdict import Answered, Failed, Trouble, Walk
from bot.model import Look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from bot.model import Method
    from bot.settings import Settings

    Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
    """From a name and a port to addresses; raises `OSError` or gives none for no such name."""

RESOLVERS = 32
"""Threads that look names up: 1,000 names take 0.7 s, with asyncio's usual few 6.8 s."""

_ADDRESSES = 4
"""How many of a host's addresses are tried."""
_TOO_LARGE = 431
"""How h11 marks headers beyond its limit of 100 kB."""
_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
)

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes
_CERTIFICATES: dict[int, Trouble] = {
    10: "tls-expired",
    18: "tls-self-signed",
    19: "tls-self-signed",
    20: "tls-issuer",
    21: "tls-issuer",
    62: "tls-name",
    64: "tls-name",
}

_TROUBLES: tuple[tuple[tuple[type[Exception], ...], Trouble], ...] = (
    ((ssl.SSLError,), "tls"),
    ((TimeoutError, httpcore.TimeoutException), "timeout"),
    ((ConnectionRefusedError,), "refused"),
    ((ConnectionError,), "reset"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many, how long and how far; tests make them small."""

    in_flight: int = 64
    """Links that are asked at a time."""
    per_host: int = 2
    """Of these, links of one host, and connections to one origin that redirects lead to."""
    connect_s: float = 6.0
    """For each address of a host."""
    answer_s: float = 12.0
    """For one request up to the end of the answer's headers, getting a connection included."""
    total_s: float = 30.0
    """For one link with all its requests and pauses."""
    pause_s: float = 1.0
    """Before the one second look after trouble that may pass, times the run's pace."""
    patience_s: float = 10.0
    """The longest `Retry-After` that is waited for."""
    redirects: int = 20


@cache
def trust() -> ssl.SSLContext:
    """The usual certificates, read once: one context a client costs 20 ms and 0.8 MB each."""
    return httpx.create_ssl_context(trust_env=False)


def user_agent(settings: Settings) -> str:
    """The name we go by, with an address where people can complain."""
    name = f"awesome-list-bot/{__version__}"
    if settings.repository is None:
        return name
    return f"{name} (+{settings.server_url}/{settings.repository})"


async def look_up(name: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a probe reaches the world through; tests put their own in place of it."""

    resolve: Resolve = look_up
    dial: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)
    """Connects to addresses, after they were checked."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    tls: ssl.SSLContext | None = None
    """Which certificates are trusted; None: those of `trust`."""


def probe(
    urls: Sequence[str],
    *,
    settings: Settings,
    limits: Limits = Limits(),
    world: World = World(),
) -> tuple[Look, ...]:
    """One look at each link, in their order; for callers outside of any event loop."""

    async def run() -> tuple[Look, ...]:
        threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")
        asyncio.get_running_loop().set_default_executor(threads)
        return await probe_all(urls, settings=settings, limits=limits, world=world)

    return asyncio.run(run())


async def probe_all(
    urls: Sequence[str],
    *,
    settings: Settings,
    limits: Limits = Limits(),
    world: World = World(),
) -> tuple[Look, ...]:
    """One look at each link, in their order; what stands there twice is asked once.

    Never raises for what a link, a name server or a host does: that is what a verdict is for.
    Names are looked up in the loop's default executor, which `probe` makes wide.
    """
    looks: dict[str, Look] = {}
    hosts: dict[str, list[tuple[str, httpx.URL]]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        target = _target(url, allows_private=settings.allows_private)
        if isinstance(target, Refusal):
            looks[url] = _unasked(url, target)
        else:
            hosts[target.host].append((url, target))
    line = _Line(settings, limits=limits, world=world)
    in_flight = asyncio.Semaphore(limits.in_flight)
    async with asyncio.TaskGroup() as group:
        # The host with the most links takes longest, so it starts first.
        for links in sorted(hosts.values(), key=len, reverse=True):
            queue = iter(links)
            for _ in range(min(limits.per_host, len(links))):
                group.create_task(_lane(queue, line, in_flight=in_flight, looks=looks))
    return tuple(looks[url] for url in urls)


async def _lane(
    queue: Iterator[tuple[str, httpx.URL]],
    line: _Line,
    *,
    in_flight: asyncio.Semaphore,
    looks: dict[str, Look],
) -> None:
    """Ask the links of one host one after the other; its lanes share the queue.

    A link waits for its turn here, before its time starts to run, and the host's connections stay
    open from one link to the next and no longer.
    """
    async with in_flight, AsyncExitStack() as stack:
        for url, target in queue:
            await stack.enter_async_context(line.pool(target))
            looks[url] = await _Probe(target, line).look(url)


def _target(url: str, *, allows_private: bool) -> httpx.URL | Refusal:
    """The address that is asked for a link; what httpx reads in it is checked as well."""
    if refusal := address.refusal(url, allows_private=allows_private):
        return refusal
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        return Refusal(verdict="invalid", what="a link without a proper host")
    if target.host.endswith("."):
        # "example.org." is the same host, but few servers and certificates know it.
        target = target.copy_with(host=target.host[:-1])
    return address.refusal(str(target), allows_private=allows_private) or target


def _unasked(url: str, refusal: Refusal) -> Look:
    verb = "leads to" if refusal.verdict == "refused" else "this is"
    return Look(url=url, verdict=refusal.verdict, reason=f"{verb} {refusal.what}")


# ---- one link ----


class _Probe:
    """One look at one link."""

    def __init__(self, start: httpx.URL, line: _Line) -> None:
        self._start = start
        self._line = line
        self._attempts = 0
        self._status: int | None = None
        self._reached = start

    async def look(self, url: str) -> Look:
        walk = await self._walk_in_time()
        found = verdict.judge(walk)
        return Look(
            url=url,
            verdict=found.verdict,
            status=self._status,
            reason=found.reason,
            final_url=str(self._reached) if walk.is_elsewhere else None,
            attempts=self._attempts,
            failure=found.failure,
            is_unreached=found.is_unreached,
            title=found.title,
        )

    async def _walk_in_time(self) -> Walk:
        """The walk that counts, within the time for one link."""
        limits = self._line.limits
        walk = None
        try:
            async with asyncio.timeout(limits.total_s):
                walk = await self._first_walk()
                pause_s = verdict.pause_s(
                    walk,
                    own_s=limits.pause_s * self._line.settings.pace,
                    patience_s=limits.patience_s,
                )
                if pause_s is not None:
                    await self._line.world.sleep(pause_s)
                    walk = await self._walk("GET")
        except TimeoutError:
            if walk is None:
                walk = Walk(method="GET", end=Failed(trouble="timeout"))
        return walk

    async def _first_walk(self) -> Walk:
        walk = await self._walk("HEAD")
        return await self._walk("GET") if verdict.wants_get(walk) else walk

    async def _walk(self, method: Method) -> Walk:
        """Follow the redirects from the start, with the cookies that they set."""
        url, cookies = self._start, httpx.Cookies()
        redirects: list[int] = []
        been: set[tuple[str, str]] = set()
        while True:
            here = (_bare(url), _cookie(url, cookies))
            end = Failed(trouble="loop") if here in been else await self._ask(method, url, cookies)
            been.add(here)
            if isinstance(end, Failed) or end.status not in verdict.REDIRECTS:
                break
            redirects.append(end.status)
            onward = self._onward(url, end.location, hops=len(redirects))
            if isinstance(onward, Failed):
                end = onward
                break
            url = onward
        self._reached = url
        return Walk(
            method=method,
            redirects=tuple(redirects),
            is_elsewhere=_bare(url) != _bare(self._start),
            end=end,
        )

    async def _ask(
        self, method: Method, url: httpx.URL, cookies: httpx.Cookies
    ) -> Answered | Failed:
        self._attempts += 1
        try:
            async with asyncio.timeout(self._line.limits.answer_s):
                answer = await self._line.send(method, url, cookies)
        except _NotSent as reason:
            self._attempts -= 1
            return reason.failed
        except Exception as error:  # noqa: BLE001 - one link must not cost the others their look
            return _failed(error)
        self._status = answer.status
        return answer

    def _onward(self, url: httpx.URL, location: str, *, hops: int) -> httpx.URL | Failed:
        """The address that a redirect leads to."""
        if hops > self._line.limits.redirects:
            return Failed(trouble="hops")
        if not location:
            return Failed(trouble="no-location")
        try:
            joined = str(url.join(location))
        except (httpx.InvalidURL, ValueError):
            return Failed(trouble="forbidden", detail="something that is not a link")
        _, mark, fragment = str(url).partition("#")
        if "#" not in joined:
            # https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2-4
            joined += mark + fragment
        target = _target(joined, allows_private=self._line.settings.allows_private)
        if isinstance(target, Refusal):
            return Failed(trouble="forbidden", detail=target.what)
        return target


def _bare(url: httpx.URL) -> str:
    return str(url).partition("#")[0]


# ---- one request ----


class _NotSent(Exception):  # noqa: N818 - reads as what happened; it never leaves the module
    """The guard let nothing out."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(trouble)
        self.failed = Failed(trouble=trouble, detail=detail)


class _Guard(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to nothing else."""

    def __init__(self, world: World, *, allows_private: bool) -> None:
        self._resolve = world.resolve
        self._dial = world.dial
        self._allows_private = allows_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: Any = None,  # noqa: ANN401, ARG002 - as above
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers, IPv4 before IPv6."""
        addresses = sorted(await self._checked(host, port), key=lambda found: ":" in found)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for found in addresses[:_ADDRESSES]:
            try:
                # An address is given, never the name, so nothing is looked up a second time.
                return await self._dial.connect_tcp(found, port, timeout=timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        if failure is None:
            raise _NotSent("dns")
        if ":" in addresses[0] and any(_is_no_route(cause) for cause in _causes(failure)):
            raise _NotSent("no-ipv6")
        raise failure

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host; all of them must be global for any to be used."""
        if found := address.literal(host):
            addresses: Sequence[str] = (str(found),)
        else:
            addresses = await self._resolved(host, port)
        for given in addresses:
            if not (self._allows_private or address.is_global(given)):
                raise _NotSent("forbidden", address.private(given))
        return addresses

    async def _resolved(self, host: str, port: int) -> Sequence[str]:
        try:
            return await self._resolve(host, port)
        except socket.gaierror as error:
            is_ours = error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL}
            raise _NotSent("resolver" if is_ours else "dns") from error


@dataclass(slots=True)
class _Shared:
    pool: httpcore.AsyncConnectionPool
    users: int = 0


class _Line:
    """Sends single requests, over one small pool an origin."""

    def __init__(self, settings: Settings, *, limits: Limits, world: World) -> None:
        self.settings = settings
        self.limits = limits
        self.world = world
        self._guard = _Guard(world, allows_private=settings.allows_private)
        self._tls = world.tls or trust()
        self._agent = user_agent(settings).encode()
        self._pools: dict[tuple[str, str, int | None], _Shared] = {}

    @asynccontextmanager
    async def pool(self, url: httpx.URL) -> AsyncIterator[httpcore.AsyncConnectionPool]:
        """The pool of the URL's origin, which closes when its last user leaves."""
        origin = (url.scheme, url.host, url.port)
        shared = self._pools.get(origin)
        if shared is None:
            shared = self._pools[origin] = _Shared(self._new_pool())
        shared.users += 1
        try:
            yield shared.pool
        finally:
            shared.users -= 1
            if not shared.users:
                del self._pools[origin]
                await shared.pool.aclose()

    def _new_pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=self.limits.per_host,
            keepalive_expiry=5.0,
            network_backend=self._guard,
        )

    async def send(self, method: Method, url: httpx.URL, cookies: httpx.Cookies) -> Answered:
        """The head of the answer to one request; its cookies go into `cookies`."""
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", self._agent),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
        ]
        if cookie := _cookie(url, cookies):
            headers.append((b"Cookie", cookie.encode(_AS_BYTES)))
        request = self._request(method, url, headers)
        async with self.pool(url) as pool:
            response = await pool.handle_async_request(request)
            try:
                _keep_cookies(url, response, cookies)
                if method == "HEAD":
                    # Only a connection whose answer was read to its end is used again. To a HEAD
                    # that end is at hand; after a GET the connection is given up with the body.
                    await response.aread()
            finally:
                await response.aclose()
        return _answered(response)

    def _request(
        self, method: Method, url: httpx.URL, headers: list[tuple[bytes, bytes]]
    ) -> httpcore.Request:
        return httpcore.Request(
            method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=headers,
            extensions={"timeout": {"connect": self.limits.connect_s}},
        )


# The bytes of a cookie go back as they came: httpx would guess an encoding, and fails where a
# cookie is not ASCII (0.28.1).
_AS_BYTES = "iso-8859-1"


def _cookie(url: httpx.URL, cookies: httpx.Cookies) -> str:
    """The `Cookie` header for this address; '' for none."""
    if not cookies.jar:
        return ""
    request = httpx.Request("GET", url)
    request.headers.encoding = _AS_BYTES
    cookies.set_cookie_header(request)
    cookie: str = request.headers.get("Cookie", "")
    return cookie


def _keep_cookies(url: httpx.URL, response: httpcore.Response, cookies: httpx.Cookies) -> None:
    given = [(name, value) for name, value in response.headers if name.lower() == b"set-cookie"]
    if given:
        answer = httpx.Response(200, headers=given, request=httpx.Request("GET", url))
        answer.headers.encoding = _AS_BYTES
        cookies.extract_cookies(answer)


def _answered(response: httpcore.Response) -> Answered:
    headers = httpx.Headers(response.headers)
    return Answered(
        status=response.status,
        location=headers.get("Location", "").strip(),
        is_challenge=headers.get("cf-mitigated", "").strip().lower() == "challenge",
        retry_after_s=verdict.retry_after_s(
            headers.get("Retry-After", "").strip(), now=datetime.now(UTC)
        ),
    )


# ---- what an exception says ----


def _failed(error: Exception) -> Failed:
    for cause in _causes(error):
        if trouble := _trouble(cause):
            return Failed(trouble=trouble)
    if isinstance(error, httpcore.RemoteProtocolError | httpcore.NetworkError):
        return Failed(trouble="closed")
    return Failed(trouble="broken", detail=type(error).__name__)


def _trouble(cause: BaseException) -> Trouble | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _CERTIFICATES.get(cause.verify_code, "tls")
    if isinstance(cause, h11.RemoteProtocolError):
        return "huge-headers" if cause.error_status_hint == _TOO_LARGE else "not-http"
    for kinds, trouble in _TROUBLES:
        if isinstance(cause, kinds):
            return trouble
    return "unreachable" if _is_no_route(cause) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, outermost first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        # httpcore's pool raises `from None`, which hides the cause but keeps the context.
        cause = cause.__cause__ or cause.__context__


def _is_no_route(cause: BaseException) -> bool:
    return isinstance(cause, OSError) and cause.errno in _NO_ROUTE
