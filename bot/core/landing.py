"""The page where a walk ended: its title, and what its address is."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core import text

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# ---- its title ----

TITLE_CHARS = 200

_READ_BYTES = 2_000
"""Bytes of a title that are looked at: more digits in a reference than 4,300 would raise."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_UNSURE = frozenset(
    {"", "application/octet-stream", "application/xml", "text/xml", "unknown/unknown",
     "application/unknown", "content/unknown", "*/*"}
)  # fmt: skip
"""Content types that say nothing about what comes, as browsers see it.
https://mimesniff.spec.whatwg.org/#supplied-mime-type-detection-algorithm"""
_SNIFFED = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARK = re.compile(
    rb"<(?=[!/imnstx])(?:(?P<comment>!--)|(?P<drawing>/?(?:svg|math))(?=[\s/>])|(?P<title>title)(?=[\s/>])"
    rb"|(?P<raw>script|style|textarea|template|noscript|iframe|xmp|noframes)(?=[\s/>]))",
    re.IGNORECASE,
)
"""What holds a title, or something that only looks like one."""
_MOST_MARKS = 2_000
"""How many of these are looked at: a title stands early, or somebody plays with us."""
_CLOSING = MappingProxyType(
    {
        name: re.compile(rb"</" + name + rb"(?=[\s/>])", re.IGNORECASE)
        for name in (
            b"title", b"script", b"style", b"textarea", b"template", b"noscript", b"iframe", b"xmp", b"noframes",
        )
    }
)  # fmt: skip
_META = re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META_BYTES = 2_048
_TYPED = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
# By their usual labels, as browsers take them: https://encoding.spec.whatwg.org/#names-and-labels
_CHARSETS = MappingProxyType(
    {f"iso-8859-{part}": f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {f"windows-{page}": f"cp{page}" for page in range(1250, 1259)}
    | dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii"), "cp1252")
    | dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030")
    | dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932")
    | dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949")
    | {"iso-8859-9": "cp1254", "windows-874": "cp874", "koi8-r": "koi8-r", "koi8-u": "koi8-u"}
    | {"big5": "cp950", "big5-hkscs": "big5hkscs", "euc-jp": "euc-jp", "iso-2022-jp": "iso-2022-jp"}
)


def title(start: bytes, content_type: str) -> str | None:
    """The title of the page that starts so, clean and clipped; None where it has none.

    Only HTML has one, told by its type or, where that says nothing, by its first words. Titles of
    drawings, in scripts and in comments are none; neither is one that is cut off. A charset that
    is unknown or wrong costs letters, never an error.

    >>> title(b"<html><title>FedPrompt &amp; more</title>", "text/html; charset=utf-8")
    'FedPrompt & more'
    """
    kind = content_type.partition(";")[0].strip().lower()
    page = _single_bytes(start)
    if kind not in _HTML and not (kind in _UNSURE and _SNIFFED.match(page)):
        return None
    if not (raw := _raw_title(page).strip()):
        return None
    read = raw[:_READ_BYTES].decode(_charset(page, content_type), errors="replace")
    return text.clipped(text.line(unescape(read)), TITLE_CHARS) or None


def _single_bytes(start: bytes) -> bytes:
    """The page in a charset in which markup is ASCII."""
    for mark, charset in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if start.startswith(mark):
            return codecs.BOM_UTF8 + start[2:].decode(charset, errors="replace").encode()
    return start


def _charset(page: bytes, content_type: str) -> str:
    if page.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if typed := _TYPED.search(content_type):
        label = typed[1]
    elif meta := _META.search(page[:_META_BYTES]):
        label = meta[1].decode("ascii")
    else:
        return "utf-8"
    return _CHARSETS.get(label.lower(), "utf-8")


def _raw_title(page: bytes) -> bytes:
    """What stands in the first title element; no byte of the page is looked at twice."""
    at = drawings = 0
    for _ in range(_MOST_MARKS):
        mark = _MARK.search(page, at)
        if not mark or not (at := _tag_end(page, mark)):
            break
        if shape := mark["drawing"]:
            is_empty = page.endswith(b"/>", 0, at)
            drawings = max(0, drawings - 1) if shape[:1] == b"/" else drawings + (not is_empty)
        elif (name := mark["title"] or mark["raw"]) and not (mark["title"] and drawings):
            closing = _CLOSING[name.lower()].search(page, at)
            if mark["title"] or not closing:
                return page[at : closing.start()] if closing else b""
            at = closing.end()
    return b""


def _tag_end(page: bytes, mark: re.Match[bytes]) -> int:
    """Where the tag or comment ends; 0 where it does not."""
    if mark["comment"]:
        # "<!-->" is a whole comment: https://html.spec.whatwg.org/#parse-error-abrupt-closing-of-empty-comment
        closing = page.find(b"-->", mark.end() - 2)
        return 0 if closing < 0 else closing + 3
    return page.find(b">", mark.end()) + 1


# ---- its address ----

_USUAL_PORTS = MappingProxyType({"http": 80, "https": 443})
_FRONT = r"(?:/(?:index|default|home|main|welcome)(?:\.[a-z]{2,5})?)?/?"
_FRONT_PATH = re.compile(
    # Languages as sites have them; "cs", "it" or "id" alone may as well be a department.
    r"(?:/(?:[a-z]{2}[-_][a-z]{2,4}|ar|bg|ca|da|de|el|en|es|fa|fi|fr|he|hr|hu|ja|ko|lt|nl|no|pl|pt|ro"
    rf"|ru|sk|sr|sv|th|tr|uk|us|vi|zh))?{_FRONT}",
    re.IGNORECASE,
)
_FRONT_LIKE = re.compile(rf"(?:/[a-z]{{2}}(?:[-_][a-z]{{2,4}})?)?{_FRONT}", re.IGNORECASE)
_IDLE_QUERY = re.compile(
    r"utm_\w+|lang|language|locale|hl|ref|referr?er|src|source|from|e|err|error|errors?_?\w*|status|code"
    r"|message|msg|not_?found|404|redirect(?:ed|_?from)?|gclid|fbclid|origin",
    re.IGNORECASE,
)
"""Names in a query that choose no page."""
_SIGN_IN_HOST = re.compile(
    r"(?:login|signin|auth|sso|idp|accounts?\.google|login\.microsoftonline)\..+"
)
_SIGN_IN_STEPS = frozenset(
    {"login", "signin", "sign-in", "sign_in", "log-in", "log_in", "logon", "sso", "saml", "saml2",
     "servicelogin", "wp-login", "openid-connect"}
)  # fmt: skip
_SIGN_IN_PATH = re.compile(r"/(?:oauth2?/(?:v[0-9.]+/)?authorize|sessions?/new)(?:/|$)")
_WALL_STEPS = frozenset({"captcha", "recaptcha", "cookieabsent", "cookies_not_supported"})
_WALL_QUERY = re.compile(r"cookies?_?(?:not_?supported|absent|required)", re.IGNORECASE)
_NOT_FOUND_STEP = re.compile(
    r"(?:error|page|file)?[-_]?(?:not[-_]?found|404)[-_]?(?:error|page)?", re.IGNORECASE
)
_ABOUT_NOT_FOUND = re.compile(r"(?<![0-9.])404(?![0-9])|not[-_ +]?found", re.IGNORECASE)
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z]{2,5}$")

_DOMAIN_MARKETS = (
    "above.com", "afternic.com", "atom.com", "bodis.com", "brandbucket.com", "buydomains.com", "cashparking.com",
    "dan.com", "domainmarket.com", "domainnamesales.com", "domains.squadhelp.com", "dynadot.com", "efty.com",
    "epik.com", "godaddy.com", "hugedomains.com", "namebright.com", "parkingcrew.net", "parklogic.com",
    "perfectdomain.com", "sav.com", "sedo.com", "sedoparking.com", "skenzo.com", "smartname.com", "undeveloped.com",
    "uniregistry.com", "voodoo.com",
)  # fmt: skip
"""Services that park or sell domains: who is sent there asked for a domain that is for sale."""


def is_front_page(url: str) -> bool:
    """Whether the address is a site's front page, also in a language; not a place within it.

    >>> is_front_page("https://example.org/en/?utm_source=x"), is_front_page("https://example.org/cv")
    (True, False)
    """
    parts = _split(url)
    return (
        parts is not None
        and not parts.fragment
        and _FRONT_PATH.fullmatch(parts.path) is not None
        and _is_idle(parts)
    )


def is_deep(url: str) -> bool:
    """Whether the address is more than a site's front page; two letters may be a language.

    >>> is_deep("https://example.org/paper"), is_deep("https://example.org/it/index.html")
    (True, False)
    """
    parts = _split(url)
    return parts is not None and not (_FRONT_LIKE.fullmatch(parts.path) and _is_idle(parts))


def is_same_host(url: str, other: str) -> bool:
    """Whether both are on one host, `www.` aside, and behind the usual ports or the same one."""
    one, two = _split(url), _split(other)
    return one is not None and two is not None and _host(one) == _host(two)


def is_same_site(url: str, other: str) -> bool:
    """Whether the second is on the same host as the first or on one above it: a domain's own site.

    What lies below the first is another site: a page often moves to a subdomain of its own, and
    hosts of many people's pages are told from one another without a list of them.

    >>> is_same_site("https://docs.example.org/a", "http://www.example.org/")
    True
    >>> is_same_site("https://www.example.org/~ada", "https://ada.example.org/")
    False
    """
    one, two = _split(url), _split(other)
    if one is None or two is None:
        return False
    (below, one_port), (above, two_port) = _host(one), _host(two)
    return one_port == two_port and (below == above or below.endswith(f".{above}"))


def is_same_resource(url: str, other: str) -> bool:
    """Whether two addresses differ at most in scheme, `www.`, a slash at the end, and fragment.

    >>> is_same_resource("http://www.example.org/a", "https://example.org/a/#b")
    True
    """
    one, two = _split(url), _split(other)
    return (
        one is not None
        and two is not None
        and (*_host(one), one.path.rstrip("/"), one.query)
        == (*_host(two), two.path.rstrip("/"), two.query)
    )


def is_sign_in(url: str) -> bool:
    """Whether the address is one of a sign-in page.

    >>> is_sign_in("https://example.org/users/sign_in"), is_sign_in("https://example.org/login-study")
    (True, False)
    """
    parts = _split(url)
    return parts is not None and bool(
        _SIGN_IN_HOST.fullmatch(_host(parts)[0])
        or _SIGN_IN_STEPS.intersection(_steps(parts))
        or _SIGN_IN_PATH.search(parts.path.lower())
    )


def is_wall(url: str) -> bool:
    """Whether the address is one to which programs are sent, for want of cookies or of proof."""
    parts = _split(url)
    return parts is not None and bool(
        _WALL_STEPS.intersection(_steps(parts)) or _WALL_QUERY.search(parts.query)
    )


def is_not_found(url: str) -> bool:
    """Whether the address is that of a site's own page for what is not there.

    >>> is_not_found("https://example.org/404.html"), is_not_found("https://example.org/paper/404")
    (True, False)
    """
    parts = _split(url)
    steps = _steps(parts) if parts else ()
    is_named = bool(steps) and _NOT_FOUND_STEP.fullmatch(steps[-1]) is not None
    return is_named and (len(steps) == 1 or "found" in steps[-1])


def is_about_not_found(url: str) -> bool:
    """Whether the address itself speaks of 404 or not found, so that its title may well do, too."""
    return _ABOUT_NOT_FOUND.search(url) is not None


def is_domain_market(url: str) -> bool:
    """Whether the address is at a service that parks or sells domains."""
    parts = _split(url)
    host = f".{_host(parts)[0]}" if parts else ""
    return any(host.endswith(f".{market}") for market in _DOMAIN_MARKETS)


def host(url: str) -> str:
    """The host of the address, without `www.`; '' where it cannot be read."""
    parts = _split(url)
    return _host(parts)[0] if parts else ""


def sibling(url: str, *, token: str) -> str | None:
    """The address with another name in the same directory; None where there is no name in it.

    An extension stays, since servers are set up by them; query and fragment go.

    >>> sibling("https://example.org/papers/fedprompt.html?v=2", token="q7")
    'https://example.org/papers/q7.html'
    """
    parts = _split(url)
    if parts is None or not (path := parts.path.rstrip("/")):
        return None
    directory, _, name = path.rpartition("/")
    extension = _EXTENSION.search(name)
    end = (extension[0] if extension else "") + parts.path[len(path) :]
    return f"{parts.scheme}://{parts.netloc}{directory}/{token}{end}"


def without_inherited(url: str, *, start: str) -> str:
    """The address without a fragment that it has only from the start of its redirects."""
    bare, _, fragment = url.partition("#")
    return bare if fragment == start.partition("#")[2] else url


@lru_cache(maxsize=256)
def _split(url: str) -> SplitResult | None:
    """The parts of an address; None where it cannot be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


@lru_cache(maxsize=256)
def _host(parts: SplitResult) -> tuple[str, int | None]:
    name = (parts.hostname or "").removesuffix(".").removeprefix("www.")
    return name, None if parts.port == _USUAL_PORTS.get(parts.scheme) else parts.port


def _steps(parts: SplitResult) -> tuple[str, ...]:
    """The names in the path in lower case, without what a server adds to them."""
    names = (step.partition(";")[0] for step in parts.path.lower().split("/"))
    return tuple(_EXTENSION.sub("", name) for name in names if name)


def _is_idle(parts: SplitResult) -> bool:
    names = (pair.partition("=")[0] for pair in parts.query.split("&"))
    return all(not name or _IDLE_QUERY.fullmatch(name) for name in names)
