"""`list.yaml` as text -> Config, or every problem with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.config import Config
from bot.core import invalid, plainyaml

if TYPE_CHECKING:
    from bot.model import Problem

NAME = "list.yaml"

_EXAMPLES = {
    "title": "title: Awesome Federated Learning for LLMs",
    "short_title": "short_title: FedLLM",
    "introduction": "introduction: A collection of research papers.",
    "repository": "repository: owner/name",
    "sections": "sections: [{key: published, title: Published Papers, takes: venue}]",
    "topics": "topics: [{key: privacy, title: Privacy, group: Trust, about: What leaks.}]",
    "venues": "venues: [{name: ICML, full: International Conference on Machine Learning}]",
    "shown": "shown: {authors: 50}",
    "thresholds": "thresholds: {near_title: 90}",
    "limits": "limits: {open_submissions: 5}",
    "links": "links: {hosts: [{host: example.org, by: nobody, reason: It answers nobody.}]}",
}


def load(text: str) -> Config | tuple[Problem, ...]:
    """The list's configuration, or every problem with it."""
    fields = plainyaml.load(text, file=NAME)
    if isinstance(fields, tuple):
        return fields
    try:
        return Config.model_validate(fields)
    except ValidationError as error:
        return invalid.problems(error, file=NAME, examples=_EXAMPLES)
