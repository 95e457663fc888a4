"""Which links are asked and which addresses are connected to; no name is looked up here.

Two walls, one behind the other: `refusal` reads the text of a link, and `is_global` judges every
address that its name turned out to stand for.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

from bot.core import text

LINK_CHARS = 8_000
_HOST_CHARS, _LABEL_CHARS, _SHOWN_CHARS = 253, 63, 60

_USUAL_PORTS = frozenset({80, 443, *range(8000, 9000)})
_INNER_NAMES = ("localhost", "local", "internal", "lan", "intranet", "home.arpa")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_ASCII_HOST = re.compile(r"[a-z0-9._-]*")

_NAT64 = IPv6Network("64:ff9b::/96")
# Of 64:ff9b:1::/48 only this part has a layout that all agree on; the rest stays refused.
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# What Python 3.11's own table of special addresses lacks.
# https://www.iana.org/assignments/iana-ipv4-special-registry
# https://www.iana.org/assignments/iana-ipv6-special-registry
_SPECIAL_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_SPECIAL_6 = (IPv6Network("3fff::/20"),)
# Azure answers virtual machines, GitHub's runners among them, at this address out of public space.
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_METADATA = IPv4Address("168.63.129.16")


class Refusal(NamedTuple):
    """Why a link is never asked."""

    verdict: Literal["refused", "invalid"]
    """`invalid`: nobody could ask it; `refused`: we could, and do not."""
    what: str
    """What the link is or leads to, as in "a private address (127.0.0.1)"."""


def is_global(address: str) -> bool:
    """Whether everybody on the internet means the same machine by this address.

    Takes IPv4 in every spelling that `inet_aton` reads, and IPv6. An address that carries another
    one (IPv4-mapped, 6to4, Teredo, NAT64) is as global as what it carries. Anything else,
    a name for example, is not an address and not global.

    >>> is_global("8.8.8.8"), is_global("2130706433"), is_global("::ffff:169.254.169.254")
    (True, False, False)
    """
    found = literal(address)
    return found is not None and all(map(_is_global, _carried(found)))


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is without being looked up; None for a name.

    >>> literal("0x7f.1")
    IPv4Address('127.0.0.1')
    """
    if ":" not in host:
        return _ipv4(host.lower().removesuffix("."))
    try:
        return IPv6Address(host)
    except ValueError:
        return None


def refusal(url: str, *, allows_private: bool) -> Refusal | None:
    """Why this link is never asked; None when it may be, as far as its text tells.

    `allows_private` lifts the rules about ports, about addresses, and about names that mean
    private addresses.

    >>> refusal("http://127.1/", allows_private=False).what
    'a private address (127.1)'
    """
    parts = _parts(url)
    if isinstance(parts, Refusal):
        return parts
    host = _host(parts)
    if host is None:
        return _invalid("a link without a proper host")
    if "@" in parts.netloc:
        return _refused("an address with a user name in it")
    return None if allows_private else _inner(host, parts.port)


def host_refusal(host: str, port: int | None, *, allows_private: bool) -> Refusal | None:
    """Why nothing is asked of this host at this port, being in lower case and ASCII.

    Says the same as `refusal` of a link that has nothing else in it.

    >>> host_refusal("0x7f.1", None, allows_private=False).what
    'a private address (0x7f.1)'
    """
    if _host(SplitResult("http", host, "", "", "")) is None:
        return _invalid("a link without a proper host")
    return None if allows_private else _inner(host, port)


def is_inner_name(host: str) -> bool:
    """Whether only a private network can know this name, being in lower case."""
    return "." not in host or any(
        host == name or host.endswith(f".{name}") for name in _INNER_NAMES
    )


def private(address: str) -> str:
    """The words for an address that is not global."""
    return f"a private address ({text.clipped(address, _SHOWN_CHARS)})"


def _invalid(what: str) -> Refusal:
    return Refusal(verdict="invalid", what=what)


def _refused(what: str) -> Refusal:
    return Refusal(verdict="refused", what=what)


def _parts(url: str) -> SplitResult | Refusal:
    """The parts of a web link, its port readable."""
    if len(url) > LINK_CHARS:
        return _invalid(f"a link of more than {LINK_CHARS:,} characters")
    if "\\" in url or " " in url or not url.isprintable():
        return _invalid("a link with white space, a backslash or an invisible character in it")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return _invalid("a link whose host or port cannot be read")
    if parts.scheme not in {"http", "https"}:
        return _invalid("a link that does not start with https:// or http://")
    return parts


def _inner(host: str, port: int | None) -> Refusal | None:
    """The refusal of a port, or of a host that is private by what it is called."""
    if port is not None and port not in _USUAL_PORTS:
        return _refused(f"a port that is never asked ({port})")
    if literal(host):
        return None if is_global(host) else _refused(private(host))
    if is_inner_name(host):
        shown = text.clipped(host, _SHOWN_CHARS)
        return _refused(f"a name that only a private network knows ({shown})")
    return None


def _host(parts: SplitResult) -> str | None:
    """The host in the form in which it is compared; None where it cannot be one.

    Other scripts stay what they are: whether IDNA allows them is for the client to say.
    """
    if "[" in parts.netloc:
        host = parts.hostname or ""
        return host if ":" in host and literal(host) else None
    # Wide digits and stops become what a resolver would read them as.
    host = unicodedata.normalize("NFKC", (parts.hostname or "")[: _HOST_CHARS + 2])
    host = host.replace("\u3002", ".").lower().removesuffix(".")
    labels = host.split(".")
    is_name = (
        len(host) <= _HOST_CHARS
        and all(0 < len(label) <= _LABEL_CHARS for label in labels)
        and _ASCII_HOST.fullmatch("".join(filter(str.isascii, host)))
    )
    # A name whose last label is a number is an IPv4 address or a mistake:
    # https://url.spec.whatwg.org/#ends-in-a-number-checker
    if not is_name or (_NUMBER.fullmatch(labels[-1]) and not literal(host)):
        return None
    return host


def _ipv4(host: str) -> IPv4Address | None:
    """IPv4 of one to four numbers, each decimal, octal or hexadecimal; the last fills the rest.

    Source: https://pubs.opengroup.org/onlinepubs/9799919799/functions/inet_addr.html
    """
    parts = host.split(".")
    if len(host) > _HOST_CHARS or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *first, last = map(_number, parts)
    except ValueError:
        return None
    if len(first) > 3 or any(number > 0xFF for number in first):  # noqa: PLR2004 - four bytes
        return None
    if last >= 256 ** (4 - len(first)):
        return None
    return IPv4Address(sum(number << 8 * (3 - at) for at, number in enumerate(first)) + last)


def _number(digits: str) -> int:
    if digits.startswith("0x"):
        return int(digits[2:] or "0", 16)
    return int(digits, 8 if digits.startswith("0") else 10)


def _carried(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The addresses inside this one, or itself."""
    if isinstance(address, IPv4Address) or address.scope_id:
        return (address,)
    if inner := address.ipv4_mapped or address.sixtofour:
        return (inner,)
    if address.teredo:
        return address.teredo
    if address in _NAT64 or address in _NAT64_LOCAL:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return (address,)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return address != _METADATA and not any(address in network for network in _SPECIAL_4)
    is_unicast = address in _GLOBAL_UNICAST and not address.scope_id
    return is_unicast and not any(address in network for network in _SPECIAL_6)
