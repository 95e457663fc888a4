"""Templates to text: whatever is not `Markdown` yet is escaped on its way in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import jinja2

from bot.core import escape
from bot.model import Markdown

if TYPE_CHECKING:
    from collections.abc import Callable


def page(template: str, **values: object) -> Markdown:
    """What the template `bot/templates/<template>` gives with these values.

    A name that the template uses and the values lack is an error, never an empty place.
    """
    return Markdown(_environment().get_template(template).render(values))


@cache
def macro(template: str, name: str) -> Callable[..., Markdown]:
    """A macro of a template, for what is made thousands of times: it costs a third of a page."""
    made = getattr(_environment().get_template(template).module, name)
    return lambda *values: Markdown(made(*values))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bot"),
        undefined=jinja2.StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The templates do not change while the program runs: looking for changes takes a stat a page.
        auto_reload=False,
        autoescape=False,  # noqa: S701 - not for Markdown: `finalize` escapes every value for that
    )
    filters: dict[str, Callable[[str], Markdown]] = {
        "code": escape.code,
        "destination": escape.destination,
        "sentence": escape.sentence,
        # For text from list.yaml, whose authors may write Markdown.
        "trusted": Markdown,
    }
    environment.filters.update(filters)
    return environment


_READY = (Markdown, int)


def _finalized(value: object) -> object:
    return value if isinstance(value, _READY) else escape.gfm(str(value))
