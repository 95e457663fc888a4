from __future__ import annotations

from bot.core import listlinks
from tests.making import listed

CODE = "https://github.com/ada/fed"


def test_a_link_stands_once_with_every_place_where_it_is() -> None:
    one = listed("entries/2024/a.yaml", ids={"arxiv": "2405.90001", "doi": "10.1145/1"}, links={"code": CODE})  # fmt: skip
    two = listed("entries/2024/b.yaml", ids={"arxiv": "2405.90002"}, links={"page": CODE})

    found = {link.url: link for link in listlinks.found([one, two])}

    assert list(found) == [
        "https://arxiv.org/abs/2405.90001", "https://doi.org/10.1145/1", CODE,
        "https://arxiv.org/abs/2405.90002",
    ]  # fmt: skip
    assert [(it.path, it.key, it.field) for it in found[CODE].places] == [
        ("entries/2024/a.yaml", "a", "code"), ("entries/2024/b.yaml", "b", "page"),
    ]  # fmt: skip
    assert found[CODE].doi == "10.1145/1"
    assert found["https://arxiv.org/abs/2405.90002"].doi is None


def test_an_id_that_is_a_link_counts_as_the_field_of_the_id() -> None:
    [link] = listlinks.found([listed(ids={"url": "https://example.org/p"})])

    assert (link.url, link.places[0].field) == ("https://example.org/p", "ids.url")
