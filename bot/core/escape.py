"""Plain text to the formats that we write, so that it shows literally and does nothing.

Every function takes clean text of one line (see `text.line`). What it gives is safe at any
place inside a line of its format, never at the start of one.
"""

from __future__ import annotations

import re

from bot.model import Markdown

# A comment shows nothing and breaks what GitHub would find in the finished page: mentions,
# references and bare addresses become links even where they are escaped, but not across it.
# https://github.github.com/gfm/#autolinks-extension-
_BREAK = "<!-- -->"

_GFM_SPECIAL = re.compile(
    r"""
    (?P<escaped>[\\`*_\[\]<|~])
    | (?P<ampersand>&)
    | (?P<dollar>\$)
    | (?P<mention>@)
    | (?P<reference>\#(?=[0-9])|GH-(?=[0-9]))
    | (?P<emoji>:(?=[0-9A-Za-z_+-]+:))
    | (?P<address>:(?=//)|www(?=\.)|(?:mailto|xmpp)(?=:))
    | (?P<opening>\A\ *(?:[-+=\#:>]|[0-9]{1,9}(?=[.)])))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def gfm(text: str) -> Markdown:
    r"""GitHub Flavored Markdown that shows the text literally: no markup, link, mention or math.

    Source: https://github.github.com/gfm/#backslash-escapes and, for the dollar sign,
    https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions

    >>> gfm("Fed*Avg* by @ada, see #7")
    'Fed\\*Avg\\* by @<!-- -->ada, see #<!-- -->7'
    """
    return Markdown(text if _is_plain(text) else _GFM_SPECIAL.sub(_gfm_special, text))


_GFM_CHARACTER = re.compile(r"[\\`*_\[\]<|~&$@#]")
_GFM_COLON = re.compile(r":[^ ]|:\Z")


def _is_plain(text: str) -> bool:
    """Whether nothing in the text could need an escape: most texts, found out much faster."""
    if not text[:1].isalpha() or _GFM_CHARACTER.search(text):
        return False
    if ":" in text and _GFM_COLON.search(text):
        return False
    lowered = text.lower()
    # A pattern for the four words, or a loop over them, takes ten times as long.
    return (
        "www" not in lowered
        and "gh-" not in lowered
        and "mailto" not in lowered
        and "xmpp" not in lowered
    )


def _gfm_special(match: re.Match[str]) -> str:
    char = match[0]
    match match.lastgroup:
        case "ampersand":
            return "&amp;"
        case "dollar":
            return "<span>$</span>"
        case "escaped":
            return f"\\{char}"
        case "opening" if not char[-1].isdigit():
            return f"{char[:-1]}\\{char[-1]}"
        case _:
            return f"{char}{_BREAK}"


def code(text: str) -> Markdown:
    r"""A GFM code span that shows the text literally; not for table cells.

    >>> code("a `b`")
    '`` a `b` ``'
    """
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or text[:1] == " " or text[-1:] == " " else ""
    return Markdown(f"{fence}{pad}{text or ' '}{pad}{fence}")


_QUOTED = re.compile("“([^”]*)”|`([^`]+)`")


def sentence(text: str) -> Markdown:
    """GFM of a sentence of ours, in which “curly quotes” hold outside text: that becomes code.

    So does what stands between backticks, for that is how we write commands.

    >>> sentence("“a*b” is gone, says @you")
    '`a*b` is gone, says @<!-- -->you'
    """
    said: list[str] = []
    start = 0
    for found in _QUOTED.finditer(text):
        literal = found[1] if found[2] is None else found[2]
        said += [gfm(text[start : found.start()]), code(literal)]
        start = found.end()
    return Markdown("".join([*said, gfm(text[start:])]))


def destination(url: str) -> Markdown:
    r"""A normal link (see `ids.link`) as the destination of a Markdown link, also in a table cell.

    >>> destination("https://example.org/a_(b)?x=1&y=2")
    'https://example.org/a_\\(b\\)?x=1&amp;y=2'
    """
    return Markdown(_DESTINATION_SPECIAL.sub(_destination_special, url))


_DESTINATION_SPECIAL = re.compile(r"[\\()<>&|\s]")


def _destination_special(match: re.Match[str]) -> str:
    char = match[0]
    if char == "&":
        return "&amp;"
    return f"\\{char}" if char in "\\()<>" else f"%{ord(char):02X}"


_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "#$%&_{}"},
}
_LONE_BRACES = _TEX | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
# TeX draws two hyphens as a dash, two quotes as one, and so on: an empty group keeps them apart.
# The set of all these characters comes first, because the engine skips to it in one go.
_TEX_SPECIAL = re.compile(
    r"(?P<char>[\\{}~^#$%&_'`,<>?!-])"
    r"(?:(?<=[\\{}~^#$%&_])|(?<=[-'`,<>])(?=(?P=char))|(?<=[?!])(?=`))"
)


_SHORT = 60
"""Characters of most names: looking first whether there is anything to escape pays for them."""


def tex(text: str) -> str:
    r"""TeX that prints the text literally; its braces pair, as BibTeX needs.

    BibTeX counts a brace even behind a backslash, so those without a partner are spelled out.

    >>> tex("50% of {A_1}"), tex(":-{")
    ('50\\% of \\{A\\_1\\}', ':-\\textbraceleft{}')
    """
    if len(text) < _SHORT and text.replace(" ", "").isalnum():
        return text
    literal = _TEX if _braces_pair(text) else _LONE_BRACES
    return _TEX_SPECIAL.sub(lambda found: literal.get(found[0]) or f"{found[0]}{{}}", text)


def _braces_pair(text: str) -> bool:
    if "{" not in text and "}" not in text:
        return True
    depth = 0
    for brace in re.findall("[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before =, +, - and @.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


_WORD_JOINER = "\u2060"
_SUBJECT_SPECIAL = re.compile(
    r"(?P<before>@|\#(?=[0-9])|GH-(?=[0-9])|:(?=//)|\[(?=[^\]]*\b(?:ci|actions)\b))|(?<=skip)-(?=checks)",
    re.IGNORECASE,
)


def subject(text: str) -> str:
    """The text for a pull request's title: it looks the same, and does nothing there or in a commit.

    A word joiner, which shows nothing, breaks mentions, references, links, `[skip ci]` and its
    kin. https://docs.github.com/en/actions/managing-workflow-runs/skipping-workflow-runs

    >>> subject("[skip ci] fixes #3").replace(chr(0x2060), "~")
    '[~skip ci] fixes #~3'
    """
    return _SUBJECT_SPECIAL.sub(lambda found: found[0] + _WORD_JOINER, text)
