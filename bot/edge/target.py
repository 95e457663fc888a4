"""The address that is asked for a link, checked as far as its text tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bot.core import address
from bot.core.address import Refusal

if TYPE_CHECKING:
    import httpx

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65_535

# What httpx (0.28.1) leaves as it is; nine links of ten. Whatever else is valid goes through
# httpx, which quotes, joins, and knows other scripts. It is imported only then: that takes longer
# than asking a hundred links. A query and a fragment that are there have something in them.
_CHARS = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*"
_SAFE = rf"{_CHARS}(?:%[0-9A-Fa-f]{{2}}{_CHARS})*"
PLAIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?!xn--)[a-z0-9-]+(?:\.(?!xn--)[a-z0-9-]+)+)"
    rf"(?::(?P<port>[1-9][0-9]{{1,4}}))?(?P<path>(?:/{_SAFE})?(?:\?(?=[^#]){_SAFE})?)"
    rf"(?:#(?=.){_SAFE})?"
)


class Target(NamedTuple):
    """An address in its parts, as they are sent."""

    url: str
    """Whole, with a fragment."""
    scheme: str
    host: str
    """In lower case and ASCII; an IPv6 address without brackets."""
    port: int
    netloc: str
    """Host and port for the `Host` header; the usual port is left out."""
    path: bytes
    """Path and query, quoted."""

    @property
    def bare(self) -> str:
        """The address without its fragment, which is never sent."""
        return self.url.partition("#")[0]


def of(url: str, *, allows_private: bool) -> Target | Refusal:
    """The address that is asked for a link; what is read in it is checked as well.

    >>> of("https://site.example/a?b#c", allows_private=False).path
    b'/a?b'
    """
    if plain := _plain(url):
        port = None if ":" not in plain.netloc else plain.port
        return _refusal(plain.host, port, allows_private=allows_private) or plain
    if refusal := address.refusal(url, allows_private=allows_private):
        return refusal
    return read(url, allows_private=allows_private)


def service(url: str) -> Target | None:
    """The address of a service that the run's settings name, which may be a private one."""
    found = of(url, allows_private=True)
    return None if isinstance(found, Refusal) else found


def joined(base: Target, location: str, *, allows_private: bool) -> Target | Refusal:
    """The address that a redirect leads to."""
    _, mark, fragment = base.url.partition("#")
    found = location
    if not PLAIN.fullmatch(location):
        import httpx  # noqa: PLC0415 - see `PLAIN`

        try:
            found = str(httpx.URL(base.url).join(location))
        except (httpx.InvalidURL, ValueError):
            return Refusal(verdict="invalid", what="something that is not a link")
    if "#" not in found:
        # https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2-4
        found += mark + fragment
    return of(found, allows_private=allows_private)


_refusal = lru_cache(maxsize=4_096)(address.host_refusal)
"""Links of one host come in dozens."""


def _plain(url: str) -> Target | None:
    """The parts of a link that stays as it is; None for any other, which may be a good one."""
    found = PLAIN.fullmatch(url) if len(url) <= address.LINK_CHARS else None
    if found is None or "/." in found["path"]:
        return None
    scheme, host, port, path = found["scheme"], found["host"], found["port"], found["path"]
    if host[-1].isdigit() and str(address.literal(host)) != host:
        return None
    usual = _DEFAULT_PORTS[scheme]
    number = int(port) if port else usual
    if port and (number == usual or number > _LAST_PORT):
        return None
    netloc = f"{host}:{port}" if port else host
    target = path if path.startswith("/") else f"/{path}"
    return Target(url, scheme, host, number, netloc, target.encode())


def read(url: str, *, allows_private: bool) -> Target | Refusal:
    """The address in its parts, as httpx reads it, and checked again."""
    import httpx  # noqa: PLC0415 - see `PLAIN`

    try:
        found = httpx.URL(url)
        # In ASCII: httpx cannot show every name that resolves, such as those of emoji.
        host = found.raw_host.decode("ascii")
        if host.endswith("."):
            # "example.org." is the same host, but few servers and certificates know it.
            found = found.copy_with(host=host[:-1])
        return address.refusal(str(found), allows_private=allows_private) or _parts(found)
    except (httpx.InvalidURL, ValueError):
        return Refusal(verdict="invalid", what="a link without a proper host")


def _parts(url: httpx.URL) -> Target:
    return Target(
        url=str(url),
        scheme=url.scheme,
        host=url.raw_host.decode("ascii"),
        port=url.port or _DEFAULT_PORTS[url.scheme],
        netloc=url.netloc.decode("ascii"),
        path=url.raw_path,
    )
