"""Names and connections: the address that was checked is the address that is connected to.

A name is looked up once in a run, and everybody who needs it shares the answer. Connections stay
open for the next link of their host; no pool looks through all of them.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from typing import TYPE_CHECKING

from bot.core import address
from bot.core.walk import Failed, Trouble
from bot.edge.exchange import (
    ClosedError,
    Connection,
    HugeHeadersError,
    NotHttpError,
    SilenceError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.edge.target import Target

    Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
    """From a name and a port to addresses; raises `OSError` or gives none for no such name."""
    Dial = Callable[[Callable[[], asyncio.BaseProtocol], str, int], Awaitable[object]]
    """Connects a protocol to an address and a port."""
    Origin = tuple[str, str, int, bool]

ADDRESSES = 4
"""How many of a host's addresses are tried."""
IDLE = 256
"""Connections that are kept open without a request on them."""

_BUFFER_BYTES = 65_536
_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
)

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes
_CERTIFICATES: dict[int, Trouble] = {
    9: "tls-early",
    10: "tls-expired",
    18: "tls-self-signed",
    19: "tls-issuer",
    20: "tls-issuer",
    21: "tls-issuer",
    62: "tls-name",
    64: "tls-name",
}

_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (SilenceError, "timeout"),
    (HugeHeadersError, "huge-headers"),
    (NotHttpError, "not-http"),
    (ClosedError, "closed"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "reset"),
    (TimeoutError, "no-connection"),
)


class NotSentError(Exception):
    """The guard let nothing out."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(trouble)
        self.failed = Failed(trouble=trouble, detail=detail)


async def look_up(name: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


async def connect(protocol: Callable[[], asyncio.BaseProtocol], given: str, port: int) -> object:
    """Connect to an address; nothing is looked up."""
    return await asyncio.get_running_loop().create_connection(protocol, given, port)


class Names:
    """The addresses of names, each asked for once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._found: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def addresses(self, host: str, port: int, *, until: float) -> Sequence[str]:
        """All addresses of a host, IPv4 first; an address stands for itself.

        A name nobody gave an address is an error, and so is running out of time.
        """
        if found := address.literal(host):
            return (str(found),)
        # https://www.rfc-editor.org/rfc/rfc6761#section-6.4
        if host.endswith(".invalid"):
            raise NotSentError("dns")
        return sorted(await self._shared(host, port, until=until), key=lambda found: ":" in found)

    def forget_failure(self, host: str) -> None:
        """Ask for the name anew, if it did not resolve."""
        asked = self._found.get(host)
        if asked is not None and asked.done() and (asked.exception() or not asked.result()):
            del self._found[host]

    def close(self) -> None:
        """Wait for no answer any more."""
        for asked in self._found.values():
            if asked.done():
                asked.exception()
            else:
                asked.cancel()

    async def _shared(self, host: str, port: int, *, until: float) -> Sequence[str]:
        asked = self._found.get(host)
        if asked is None:
            asked = self._found[host] = asyncio.ensure_future(self._ask(host, port))
        if not asked.done():
            loop = asyncio.get_running_loop()
            await asyncio.wait({asked}, timeout=max(0.0, until - loop.time()))
        if not asked.done():
            raise NotSentError("resolver")
        return asked.result()

    async def _ask(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except socket.gaierror as error:
            is_ours = error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL}
            raise NotSentError("resolver" if is_ours else "dns") from error
        except OSError as error:
            raise NotSentError("resolver") from error
        if not found:
            raise NotSentError("dns")
        return found


class Connections:
    """Open connections, and the guard that every new one passes."""

    def __init__(
        self,
        *,
        names: Names,
        dial: Dial,
        tls: Callable[[bool], ssl.SSLContext],
        connect_s: float,
        allows_private: bool,
    ) -> None:
        """`tls` gives the context once it is needed: that with HTTP/2, or that without."""
        self._names = names
        self._dial = dial
        self._tls = tls
        self._connect_s = connect_s
        self._allows_private = allows_private
        self._buffer = bytearray(_BUFFER_BYTES)
        self._idle: dict[Connection, Origin] = {}
        """The one that waits longest comes first."""
        self._by_host: dict[str, list[Connection]] = {}
        self.made = 0

    def idle(self, target: Target, *, is_trusted: bool = False) -> Connection | None:
        """A connection that is open already; None when there is none."""
        origin = _origin(target, is_trusted=is_trusted)
        for connection in reversed(self._by_host.get(target.host, ())):
            if connection.is_open and self._idle[connection] == origin:
                self._forget(connection)
                return connection
        return None

    async def new(
        self, target: Target, *, until: float, is_trusted: bool = False, offers_http2: bool = False
    ) -> Connection:
        """A new connection to the first address that answers, IPv4 before IPv6.

        `is_trusted` lifts the guard, for the services that the settings name.
        """
        addresses = await self._names.addresses(target.host, target.port, until=until)
        if not (is_trusted or self._allows_private):
            for given in addresses:
                if not address.is_global(given):
                    raise NotSentError("forbidden", address.private(given))
        make = self._maker(target, offers_http2=offers_http2)
        connection = await self._first(addresses[:ADDRESSES], target.port, make, until=until)
        try:
            async with asyncio.timeout_at(until):
                await connection.secure()
        except TimeoutError:
            connection.close()
            raise SilenceError from None
        except BaseException:
            connection.close()
            raise
        return connection

    def keep(self, connection: Connection, target: Target, *, is_trusted: bool = False) -> None:
        """Take back a connection for the next request to its origin."""
        if not connection.is_open:
            return
        if len(self._idle) >= IDLE:
            longest = next(iter(self._idle))
            self._forget(longest)
            longest.close()
        self._idle[connection] = _origin(target, is_trusted=is_trusted)
        self._by_host.setdefault(target.host, []).append(connection)

    def drop(self, host: str) -> None:
        """Close what is open to a host that nothing more is asked of."""
        for connection in self._by_host.pop(host, ()):
            del self._idle[connection]
            connection.close()

    def close(self) -> None:
        """Close them all."""
        for host in tuple(self._by_host):
            self.drop(host)

    def _forget(self, connection: Connection) -> None:
        _, host, *_ = self._idle.pop(connection)
        self._by_host[host].remove(connection)
        if not self._by_host[host]:
            del self._by_host[host]

    def _maker(self, target: Target, *, offers_http2: bool) -> Callable[[], Connection]:
        """What makes a connection that speaks with the target."""
        if target.scheme == "http":
            return lambda: Connection(self._buffer, tls=None)
        secure = (self._tls(offers_http2), target.host)
        if not offers_http2:
            return lambda: Connection(self._buffer, tls=secure)
        from bot.edge.http2 import Http2Connection  # noqa: PLC0415 - few links need it

        return lambda: Http2Connection(self._buffer, tls=secure)

    async def _first(
        self,
        addresses: Sequence[str],
        port: int,
        make: Callable[[], Connection],
        *,
        until: float,
    ) -> Connection:
        loop = asyncio.get_running_loop()
        failure: OSError | None = None
        for given in addresses:
            if failure is not None and loop.time() >= until:
                break
            connection = make()
            try:
                async with asyncio.timeout_at(min(until, loop.time() + self._connect_s)):
                    # An address, never the name, so nothing is looked up a second time.
                    await self._dial(lambda made=connection: made, given, port)  # type: ignore[misc]  # a lambda's default has no type
            except OSError as error:
                failure = failure or error
            else:
                self.made += 1
                return connection
        assert failure is not None  # noqa: S101 - there is at least one address
        if ":" in addresses[0] and failure.errno in _NO_ROUTE:
            raise NotSentError("no-ipv6")
        raise failure


def _origin(target: Target, *, is_trusted: bool) -> Origin:
    """What may share a connection: one that the guard did not see is for its service alone."""
    return (target.scheme, target.host, target.port, is_trusted)


def failed(error: Exception) -> Failed:
    """What an exception of a request says."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failed(trouble=_CERTIFICATES.get(error.verify_code, "tls"))
    for kind, trouble in _TROUBLES:
        if isinstance(error, kind):
            return Failed(trouble=trouble)
    if isinstance(error, OSError):
        return Failed(trouble="unreachable" if error.errno in _NO_ROUTE else "closed")
    return Failed(trouble="broken", detail=type(error).__name__)
