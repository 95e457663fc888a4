"""A pasted link to its normal form, or the reason why it is not to be trusted.

Hosts are compared exactly, in ASCII: links that lead elsewhere than they seem to are refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from bot.core import address, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

MOST = 2000
"""Characters that a link or identifier may have."""


class RefusalError(Exception):
    """Why a text is refused, and the cure, as in a Problem."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in normal form; `str()` of it is its text."""

    scheme: str
    host: str
    port: int | None
    """None where it is the scheme's own."""
    path: str
    query: str
    fragment: str

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"

    def is_at(self, homes: Iterable[str]) -> bool:
        """Whether its host is one of these, or below one of them."""
        return _is_at(self.host, homes)


def alone(line: str, *, allows_private: bool = False) -> Link:
    """The link that a clean line consists of, in Markdown, brackets or quotes or without them.

    A space in it is part of it. Raises RefusalError.

    >>> str(alone("[code](http://github.com/ada/fedprompt)"))
    'https://github.com/ada/fedprompt'
    """
    in_markdown = _IN_MARKDOWN.fullmatch(line)
    bare = peeled(in_markdown["link"] if in_markdown else line)
    if " " in bare and bare.count("://") > 1:
        raise RefusalError(f"{text.quoted(line)} holds two links", "Leave one link in this field.")
    if not (address := with_scheme(bare, is_alone=True)):
        raise RefusalError(
            f"{text.quoted(line)} is not a link",
            "Paste a whole link, such as https://github.com/owner/name",
        )
    return parse(address, allows_private=allows_private, allows_idn=True)


_IN_MARKDOWN = re.compile(r"!?\[[^\[\]]*\]\((?P<link>\S+)\)[.,;:!?]*")


# Text -------------------------------------------------------------------------------------------


def clean(pasted: str) -> str:
    """One clean line of bounded length; raises RefusalError for control characters."""
    bare = pasted.strip()
    if len(bare) > MOST:
        raise RefusalError(
            f"it has {len(bare):,} characters, and a link has at most {MOST:,}",
            "Paste only the link.",
        )
    for char in bare:
        if unicodedata.category(char) in {"Cc", "Cs"}:
            raise RefusalError(
                f"{text.quoted(bare)} holds the control character U+{ord(char):04X}",
                "Type it anew, on one line.",
            )
    return text.line(bare)


_OPENING = "<([{\"'`*“”‘’„«»（【《"  # noqa: RUF001 - what people and their editors write
_CLOSING = ".,;:!?\"'`*…“”‘’«»。，、；）】》"  # noqa: RUF001 - as above
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def peeled(token: str) -> str:
    """The token without what surrounds it in a sentence; brackets that pair inside it stay.

    >>> peeled("(https://en.wikipedia.org/wiki/Prompt_(language)).")
    'https://en.wikipedia.org/wiki/Prompt_(language)'
    """
    token = token.lstrip(_OPENING)
    while token:
        last = token[-1]
        is_unpaired = last in _PAIRS and token.count(last) > token.count(_PAIRS[last])
        is_empty_fragment = last == "#" and "://" in token
        if last not in _CLOSING and not is_unpaired and not is_empty_fragment:
            break
        token = token[:-1].rstrip()
    return token


# Addresses --------------------------------------------------------------------------------------

_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):(?P<slashes>//)?", text.ANY_CASE)
_NOT_FOR_READERS = frozenset(
    {"about", "blob", "chrome", "data", "file", "ftp", "git", "javascript", "mailto", "sftp",
     "ssh", "tel", "vbscript", "ws"}
)  # fmt: skip
_HOST_FIRST = re.compile(
    r"(?P<host>[^\s/?#@:\[\]]+\.[^\s/?#@:.\[\]0-9][^\s/?#@:.\[\]]+)\.?(?::[0-9]{1,5})?"
    r"(?P<rest>[/?#].*)?"
)


def with_scheme(written: str, *, is_alone: bool) -> str | None:
    """The text as a link with its scheme, None when it is no link; other schemes are refused.

    Without a scheme, host and path make a link; so do known hosts and `www.` alone. Among other
    words (not `is_alone`) it takes both: `and/or`, `e.g.` and `arxiv.org` are words there.
    """
    if scheme := _SCHEME.match(written):
        name = scheme["scheme"].lower()
        if name in {"http", "https"} and scheme["slashes"]:
            return written
        if name in {"http", "https", *_NOT_FOR_READERS} or scheme["slashes"]:
            raise RefusalError(
                f"{text.quoted(written)} is not a web link",
                "Paste a link that starts with https://, such as https://arxiv.org/abs/2208.12268",
            )
    bare = written.removeprefix("//")
    found = _HOST_FIRST.fullmatch(bare)
    if not found:
        return None
    host = found["host"].lower()
    is_meant = _is_at(host, KNOWN) or host.startswith("www.")
    has_path = (found["rest"] or "").startswith("/")
    is_link = is_meant or has_path if is_alone else is_meant and has_path
    return f"https://{bare}" if is_link else None


def parse(address: str, *, allows_private: bool, allows_idn: bool) -> Link:
    """The normal form of a link with its scheme; raises RefusalError.

    `allows_private` takes hosts that are not on the public internet, `allows_idn` hosts in other
    scripts (in Punycode).
    """
    address = peeled(address)
    if "\\" in address:
        raise RefusalError(f"{text.quoted(address)} holds a backslash", "Write / in links.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _malformed(address) from error
    if "@" in parts.netloc:
        raise RefusalError(
            f"{text.quoted(address)} holds a user name before the host",
            "Leave out what stands before the @, as in https://github.com/owner/name",
        )
    if port == 0:
        raise _malformed(address)
    host = _host(parts.netloc, allows_private=allows_private, allows_idn=allows_idn)
    link = _normal(parts, host=host, port=port)
    if len(str(link)) > MOST:
        raise RefusalError(
            f"it has {len(str(link)):,} characters with its escapes, and a link has at most {MOST:,}",
            "Paste a shorter link.",
        )
    return link


def _malformed(address: str) -> RefusalError:
    return RefusalError(
        f"{text.quoted(address)} is not a well-formed link",
        "Copy it anew from the browser's address bar, such as https://arxiv.org/abs/2208.12268",
    )


def _normal(parts: SplitResult, *, host: str, port: int | None) -> Link:
    """The normal form of a split address whose host is checked."""
    scheme = parts.scheme
    if scheme == "http" and port in {None, 80} and _is_at(host, KNOWN):
        scheme, port = "https", None
    return Link(
        scheme=scheme,
        host=host,
        port=None if port == {"http": 80, "https": 443}[scheme] else port,
        path=_encoded(parts.path or "/"),
        query=_encoded(parts.query),
        fragment=_encoded(parts.fragment),
    )


_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SAFE = "/?:@!$&'()*+,;=~%"


def _encoded(part: str) -> str:
    """Unsafe characters percent-encoded, the escapes that are there in upper case."""
    encoded = quote(_STRAY_PERCENT.sub("%25", part), safe=_SAFE)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), encoded)


# Hosts ------------------------------------------------------------------------------------------

KNOWN = (
    "arxiv.org", "ar5iv.org", "alphaxiv.org", "openreview.net", "aclanthology.org", "aclweb.org",
    "mlr.press", "neurips.cc", "nips.cc", "doi.org", "acm.org", "springer.com", "wiley.com",
    "github.com", "gitlab.com", "huggingface.co", "hf.co", "youtube.com", "youtu.be",
)  # fmt: skip
"""Domains that are what they seem to be, and serve https."""

_NETLOC = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]+)(?::[0-9]*)?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_TOP_LABEL = re.compile(r"[a-z][a-z0-9-]{0,61}[a-z0-9]")
_MOST_IN_HOST = 253


def _is_at(host: str, homes: Iterable[str]) -> bool:
    return any(host == home or host.endswith(f".{home}") for home in homes)


def _host(netloc: str, *, allows_private: bool, allows_idn: bool) -> str:
    """The ASCII host in lower case, if it is well-formed, public and no imitation."""
    found = _NETLOC.fullmatch(netloc)
    if not found:
        raise _malformed(netloc)
    written = found["host"].strip("[]")
    host = _ascii(written)
    if not written.isascii() and not allows_idn:
        raise RefusalError(
            f"the host {text.quoted(written)} has letters of other scripts; in ASCII it is {text.quoted(host)}",
            "Type the link anew in plain letters, such as https://arxiv.org/abs/2208.12268",
        )
    if found_address := address.literal(host):
        if not allows_private and not address.is_global(host):
            raise _not_public(written)
        return f"[{found_address}]" if ":" in host else str(found_address)
    labels = host.split(".")
    if len(host) > _MOST_IN_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise _malformed(netloc)
    is_private = address.is_inner_name(host)
    if is_private and not allows_private:
        raise _not_public(written)
    if not is_private and not _TOP_LABEL.fullmatch(labels[-1]):
        raise _malformed(netloc)
    if known := _imitated(host):
        raise RefusalError(
            f"the host {text.quoted(written)} looks like {known}, and is another",
            f"Use the link at {known}; if this host is meant, ask the list's maintainers.",
        )
    return host


def _ascii(written: str) -> str:
    """The host in ASCII and lower case, other scripts in Punycode.

    Source: https://www.rfc-editor.org/rfc/rfc3490
    """
    if not written.isascii():
        try:
            written = written.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise _malformed(written) from error
    return written.lower().removesuffix(".")


def _not_public(host: str) -> RefusalError:
    return RefusalError(
        f"the host {text.quoted(host)} is not on the public internet",
        "Give a link that everybody can open, such as https://github.com/owner/name",
    )


# Look-alikes ------------------------------------------------------------------------------------

# Domains whose names are so long that one or two other letters are no accident.
_GUARDED = (
    "arxiv.org", "openreview.net", "aclanthology.org", "neurips.cc", "github.com",
    "huggingface.co", "youtube.com", "alphaxiv.org",
)  # fmt: skip
_REACH = 2
_TWINS = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": None, "_": None})


def _imitated(host: str) -> str | None:
    """The known domain that this other host looks like."""
    if _is_at(host, KNOWN):
        return None
    seen = _as_seen(host)
    domain = ".".join(seen.split(".")[-2:])
    for known in KNOWN:
        if re.search(rf"(?:^|\.){re.escape(known)}[.-]", seen):
            return known
        if _folded(domain) == _folded(known):
            return known
    near = next((known for known in _GUARDED if _is_near(domain, known)), None)
    return near or _borrowed(seen)


# Whose name alone makes people believe that a paper is there, under any ending and glued to
# anything; and who has it all the same: other archives, and readers of arXiv's papers.
_NAMES_OF_PAPERS = ("arxiv.org", "openreview.net", "aclanthology.org")
_OWNERS = (
    "aclanthology.info", "africarxiv.org", "arxiv-sanity.com", "arxiv-sanity-lite.com",
    "arxiv-vanity.com", "arxivxplorer.com", "eartharxiv.org", "edarxiv.org", "lawarxiv.info",
    "mediarxiv.org", "psyarxiv.com", "socarxiv.org",
)  # fmt: skip
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


def _borrowed(host: str) -> str | None:
    """The paper site whose name stands in the name that this host's owner registered.

    A name below that is the owner's own affair: arxiv.cs.example.edu is the university's.
    """
    if _is_at(host, _OWNERS):
        return None
    labels = host.split(".")
    is_deeper = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL  # noqa: PLR2004 - example.co.uk
    owned = labels[-3 if is_deeper else -2] if len(labels) > 1 else ""
    for known in _NAMES_OF_PAPERS:
        if _folded(known.partition(".")[0]) in _folded(owned):
            return known
    return None


def _as_seen(host: str) -> str:
    """The host as a browser shows it, without accents."""
    displayed = ".".join(map(_displayed, host.split(".")))
    decomposed = unicodedata.normalize("NFKD", displayed)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _displayed(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _folded(domain: str) -> str:
    return domain.translate(_TWINS).replace("rn", "m").replace("vv", "w")


def _is_near(domain: str, known: str) -> bool:
    name, _, suffix = domain.partition(".")
    known_name, _, known_suffix = known.partition(".")
    if suffix == known_suffix:
        return _distance(name, known_name) <= _REACH
    return name == known_name and _distance(suffix, known_suffix) == 1


def _distance(one: str, other: str) -> int:
    """Letters changed, added, dropped or swapped with their neighbour; beyond `_REACH` inexact.

    Source: https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
    """
    if abs(len(one) - len(other)) > _REACH:
        return _REACH + 1
    last: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        before_last, last, row = last, row, [i]
        for j, facing in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != facing))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == facing:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
    return row[-1]
