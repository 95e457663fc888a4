"""What people paste: which paper it names, and what is refused with which words."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import ids
from bot.model import KINDS, Identity, Problem

if TYPE_CHECKING:
    from bot.model import Kind

HASH = "0123456789abcdef0123456789abcdef"
NEURIPS = "https://proceedings.neurips.cc/paper_files/paper"
ROUNDS = "https://datasets-benchmarks-proceedings.neurips.cc/paper_files/paper"


def paper(pasted: str, *, allows_private: bool = False) -> Identity:
    found = ids.read(pasted, allows_private=allows_private)
    assert isinstance(found, Identity), found
    return found


def refusal(pasted: str) -> Problem:
    found = ids.read(pasted)
    assert isinstance(found, Problem), found
    return found


@pytest.mark.parametrize(
    ("pasted", "id_", "version"),
    [
        ("2208.12268", "2208.12268", None),
        ("  2208.12268\n", "2208.12268", None),
        ("2208.12268v1", "2208.12268", 1),
        ("2208.12268V12", "2208.12268", 12),
        ("2208.12268.pdf", "2208.12268", None),
        ("2208.12268v3.pdf", "2208.12268", 3),
        ("0704.0001", "0704.0001", None),
        ("1412.9999", "1412.9999", None),
        ("1501.00001", "1501.00001", None),
        ("2310.10040", "2310.10040", None),
        ("arXiv:2208.12268", "2208.12268", None),
        ("ARXIV:2208.12268", "2208.12268", None),
        ("arxiv: 2208.12268", "2208.12268", None),
        ("arXiv:abs/2208.12268", "2208.12268", None),
        ("arXiv:2208.12268v2 [cs.CL]", "2208.12268", 2),
        ("arXiv:2208.12268v2[cs.CL]", "2208.12268", 2),
        ("arXiv:2208.12268v2 [cs.CL] 27 Aug 2022", "2208.12268", 2),
        ("arXiv preprint arXiv:2208.12268 (2022).", "2208.12268", None),
        ("https://arxiv.org/abs/2208.12268", "2208.12268", None),
        ("http://arxiv.org/abs/2208.12268v4", "2208.12268", 4),
        ("arxiv.org/abs/2208.12268", "2208.12268", None),
        ("www.arxiv.org/abs/2208.12268", "2208.12268", None),
        ("//arxiv.org/abs/2208.12268", "2208.12268", None),
        ("HTTPS://ArXiv.ORG/ABS/2208.12268", "2208.12268", None),
        ("https://arxiv.org/abs/2208.12268/", "2208.12268", None),
        ("https://arxiv.org/abs/2208.12268?context=cs.LG", "2208.12268", None),
        ("https://arxiv.org/abs/2208.12268#comments", "2208.12268", None),
        ("https://arxiv.org:443/abs/2208.12268", "2208.12268", None),
        ("https://arxiv.org./abs/2208.12268", "2208.12268", None),
        ("https://arxiv.org/pdf/2208.12268", "2208.12268", None),
        ("https://arxiv.org/pdf/2208.12268v2.pdf#page=3", "2208.12268", 2),
        ("https://arxiv.org/html/2208.12268v1/", "2208.12268", 1),
        ("https://arxiv.org/format/2208.12268", "2208.12268", None),
        ("https://arxiv.org/e-print/2208.12268", "2208.12268", None),
        ("https://arxiv.org/abs/arXiv:2208.12268", "2208.12268", None),
        ("https://arxiv.org/2208.12268", "2208.12268", None),
        ("http://export.arxiv.org/abs/2208.12268", "2208.12268", None),
        ("https://ar5iv.org/abs/2208.12268", "2208.12268", None),
        ("https://ar5iv.labs.arxiv.org/html/2208.12268", "2208.12268", None),
        ("https://www.alphaxiv.org/abs/2208.12268v2", "2208.12268", 2),
        ("https://alphaxiv.org/overview/2208.12268", "2208.12268", None),
        ("https://huggingface.co/papers/2208.12268", "2208.12268", None),
        ("hf.co/papers/2208.12268", "2208.12268", None),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", "hep-th/9901001", None),
        ("math/0309136", "math/0309136", None),
        ("math.GT/0309136", "math/0309136", None),
        ("math.GT/0309136v2", "math/0309136", 2),
        ("MATH/0309136", "math/0309136", None),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("hep-th/9108001", "hep-th/9108001", None),
        ("cs/0703999", "cs/0703999", None),
        ("cond-mat.mtrl-sci/9910332", "cond-mat/9910332", None),
        ("arXiv:cmp-lg/9404001v1", "cmp-lg/9404001", 1),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136", None),
        ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001", None),
        ("arxiv.org/pdf/hep-th/9901001.pdf", "hep-th/9901001", None),
        ("10.48550/arXiv.2208.12268", "2208.12268", None),
        ("doi:10.48550/ARXIV.2208.12268v2", "2208.12268", 2),
        ("https://doi.org/10.48550/arXiv.2208.12268", "2208.12268", None),
        ("https://doi.org/10.48550/arxiv.math/0309136", "math/0309136", None),
    ],
)
def test_arxiv_papers_are_read(pasted: str, id_: str, version: int | None) -> None:
    assert paper(pasted) == Identity(kind="arxiv", id=id_, version=version)


@pytest.mark.parametrize(
    ("pasted", "id_"),
    [
        ("10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("doi:10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("DOI: 10.1145/3580305.3599238.", "10.1145/3580305.3599238"),
        ("https://doi.org/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://doi.org/doi:10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("http://dx.doi.org/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://www.doi.org/10.1145%2F3580305.3599238", "10.1145/3580305.3599238"),
        ("doi.org/10.1145/3580305.3599238?ref=x#top", "10.1145/3580305.3599238"),
        ("10.1145/3580305.3599238?download=true", "10.1145/3580305.3599238"),
        ("10.1016/S0169-7552(98)00110-X", "10.1016/s0169-7552(98)00110-x"),
        ("(10.1016/S0169-7552(98)00110-X)", "10.1016/s0169-7552(98)00110-x"),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
            "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
        ),
        (
            "https://doi.org/10.1002/(SICI)1097-0142(2001)92:1%3C1::AID-X%3E3.0.CO;2-%23",
            "10.1002/(sici)1097-0142(2001)92:1<1::aid-x>3.0.co;2-#",
        ),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1145/3580305.3599238/.", "10.1145/3580305.3599238"),
        ("10.3115/1073083.1073135", "10.3115/1073083.1073135"),
        ("https://dl.acm.org/doi/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://dl.acm.org/doi/abs/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://dl.acm.org/doi/pdf/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("dl.acm.org/doi/full/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://dl.acm.org/doi/fullHtml/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://link.springer.com/article/10.1007/s10994-021-06119-y", "10.1007/s10994-021-06119-y"),
        ("https://link.springer.com/chapter/10.1007/978-3-031-26390-3_5", "10.1007/978-3-031-26390-3_5"),
        ("https://link.springer.com/content/pdf/10.1007/978-3-031-26390-3_5.pdf", "10.1007/978-3-031-26390-3_5"),
        ("https://link.springer.com/article/10.1007/s10994-021-06119-y/fulltext.html", "10.1007/s10994-021-06119-y"),
        ("https://onlinelibrary.wiley.com/doi/10.1002/int.22818", "10.1002/int.22818"),
        ("https://onlinelibrary.wiley.com/doi/epdf/10.1002/int.22818", "10.1002/int.22818"),
        ("https://ietresearch.onlinelibrary.wiley.com/doi/full/10.1049/x.12345", "10.1049/x.12345"),
        ("https://onlinelibrary.wiley.com/doi/10.1002/int.22818/abstract", "10.1002/int.22818"),
        ("https://www.tandfonline.com/doi/full/10.1080/0952813X.2020.1", "10.1080/0952813x.2020.1"),
    ],
)  # fmt: skip
def test_dois_are_read(pasted: str, id_: str) -> None:
    assert paper(pasted) == Identity(kind="doi", id=id_)


@pytest.mark.parametrize(
    ("pasted", "id_"),
    [
        ("https://openreview.net/forum?id=B1xTaJHYwS", "B1xTaJHYwS"),
        ("openreview.net/forum?id=B1xTaJHYwS", "B1xTaJHYwS"),
        ("http://www.openreview.net/pdf?id=B1xTaJHYwS", "B1xTaJHYwS"),
        ("https://openreview.net/forum?id=B1xTaJHYwS&noteId=abc&referrer=%5Bx%5D", "B1xTaJHYwS"),
        ("https://openreview.net/forum?noteId=abc&id=-x8Ma_9iQ_", "-x8Ma_9iQ_"),
        ("https://openreview.net/attachment?id=B1xTaJHYwS&name=pdf", "B1xTaJHYwS"),
        ("<https://openreview.net/forum?id=B1xTaJHYwS#discussion>", "B1xTaJHYwS"),
    ],
)
def test_openreview_papers_are_read(pasted: str, id_: str) -> None:
    assert paper(pasted) == Identity(kind="openreview", id=id_)


@pytest.mark.parametrize(
    ("pasted", "id_"),
    [
        ("P19-1001", "P19-1001"),
        ("p19-1001", "P19-1001"),
        ("W18-6301", "W18-6301"),
        ("C65-1001", "C65-1001"),
        ("2023.findings-acl.632", "2023.findings-acl.632"),
        ("2023.Findings-ACL.632", "2023.findings-acl.632"),
        ("https://aclanthology.org/2023.findings-acl.632", "2023.findings-acl.632"),
        ("https://aclanthology.org/2023.findings-acl.632/", "2023.findings-acl.632"),
        ("https://aclanthology.org/2023.findings-acl.632.pdf", "2023.findings-acl.632"),
        ("https://aclanthology.org/2023.findings-acl.632.bib", "2023.findings-acl.632"),
        ("http://www.aclanthology.org/P19-1001v2.pdf", "P19-1001"),
        ("aclanthology.org/2022.tacl-1.3v1.pdf", "2022.tacl-1.3"),
        ("https://www.aclweb.org/anthology/P19-1001/", "P19-1001"),
        ("http://aclweb.org/anthology/P/P19/P19-1001.pdf", "P19-1001"),
        ("https://aclanthology.info/papers/P18-1007/p18-1007", "P18-1007"),
        ("10.18653/v1/2023.findings-acl.632", "2023.findings-acl.632"),
        ("https://doi.org/10.18653/v1/P19-1001", "P19-1001"),
        ("doi:10.3115/v1/W14-4012", "W14-4012"),
    ],
)
def test_acl_papers_are_read(pasted: str, id_: str) -> None:
    assert paper(pasted) == Identity(kind="acl", id=id_)


@pytest.mark.parametrize(
    ("pasted", "kind", "id_"),
    [
        ("https://proceedings.mlr.press/v235/hou24a.html", "pmlr", "v235/hou24a"),
        ("http://proceedings.mlr.press/v235/hou24a/hou24a.pdf", "pmlr", "v235/hou24a"),
        ("proceedings.mlr.press/v235/hou24a/", "pmlr", "v235/hou24a"),
        ("proceedings.mlr.press/v97/van-den-berg19ab.html", "pmlr", "v97/van-den-berg19ab"),
        ("proceedings.mlr.press/v28/cheng13.pdf", "pmlr", "v28/cheng13"),
        (
            "https://raw.githubusercontent.com/mlresearch/v235/main/assets/hou24a/hou24a.pdf",
            "pmlr",
            "v235/hou24a",
        ),
        (f"{NEURIPS}/2023/hash/{HASH}-Abstract-Conference.html", "neurips", f"2023/{HASH}"),
        (f"{NEURIPS}/2023/file/{HASH}-Paper-Conference.pdf", "neurips", f"2023/{HASH}"),
        (f"{NEURIPS}/2019/hash/{HASH}-Abstract.html", "neurips", f"2019/{HASH}"),
        (f"https://papers.nips.cc/paper/2019/file/{HASH}-Paper.pdf", "neurips", f"2019/{HASH}"),
        (
            f"{NEURIPS}/2023/file/{HASH}-Paper-Datasets_and_Benchmarks.pdf",
            "neurips",
            f"2023/{HASH}",
        ),
        (
            f"{NEURIPS}/2024/hash/{HASH}-Abstract-Datasets_and_Benchmarks_Track.html",
            "neurips",
            f"2024/{HASH}",
        ),
        (f"{ROUNDS}/2021/file/{HASH}-Paper-round2.pdf", "neurips", f"2021/{HASH}"),
    ],
)
def test_proceedings_papers_are_read(pasted: str, kind: str, id_: str) -> None:
    found = paper(pasted)

    assert (found.kind, found.id) == (kind, id_)


@pytest.mark.parametrize(
    ("pasted", "id_"),
    [
        ("https://example.org/paper.pdf", "https://example.org/paper.pdf"),
        ("http://example.org:80/paper.pdf", "http://example.org/paper.pdf"),
        ("example.org/paper", "https://example.org/paper"),
        ("example.org/1234567", "https://example.org/1234567"),
        ("www.example.org", "https://www.example.org/"),
        ("http://github.com/ada/x", "https://github.com/ada/x"),
        ("https://huggingface.co/datasets/glue", "https://huggingface.co/datasets/glue"),
        ("https://dl.acm.org/doi/10.5555/1.2", "https://dl.acm.org/doi/10.5555/1.2"),
        ("https://dl.acm.org/profile/1", "https://dl.acm.org/profile/1"),
        ("https://raw.githubusercontent.com/ada/x/y", "https://raw.githubusercontent.com/ada/x/y"),
        ("https://neurips.cc/virtual/2023/poster/1", "https://neurips.cc/virtual/2023/poster/1"),
        ("See https://example.org/a_(b).", "https://example.org/a_(b)"),
        ("http://8.8.8.8/p", "http://8.8.8.8/p"),
    ],
)
def test_any_other_link_is_its_own_identity(pasted: str, id_: str) -> None:
    assert paper(pasted) == Identity(kind="url", id=id_)


@pytest.mark.parametrize(
    "pasted",
    [
        "<https://arxiv.org/abs/2208.12268>",
        "[the paper](https://arxiv.org/abs/2208.12268)",
        "[2208.12268](https://arxiv.org/abs/2208.12268).",
        '[paper](https://arxiv.org/abs/2208.12268 "FedPrompt")',
        "**https://arxiv.org/abs/2208.12268**",
        "`2208.12268`",
        '"https://arxiv.org/abs/2208.12268"',
        "“2208.12268”",
        "(see https://arxiv.org/abs/2208.12268, page 3)",
        "FedPrompt: https://arxiv.org/abs/2208.12268!",
        "2208.12268 2208.12268",
        "https://arxiv.org/abs/2208.12268 https://doi.org/10.48550/arXiv.2208.12268",
        "2208.12268。",
        "22\u200b08.12268\ufeff",
        "arxiv.org: 2208.12268",
    ],
)
def test_words_and_marks_around_an_identifier_are_ignored(pasted: str) -> None:
    assert paper(pasted) == Identity(kind="arxiv", id="2208.12268")


def test_a_version_counts_only_where_nothing_contradicts_it() -> None:
    assert paper("2208.12268 arXiv:2208.12268v2").version == 2
    assert paper("2208.12268v1 arXiv:2208.12268v2").version is None


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("\u200b", "empty"),
        ('"."', "empty"),
        ("FedPrompt", "no paper"),
        ("example.org", "no paper"),
        ("and/or", "no paper"),
        ("B1xTaJHYwS", "no paper"),
        ("12345678", "no paper"),
        ("2208.1", "no paper"),
        ("2208.122680", "no paper"),
        ("10.1145", "no paper"),
        ("foo:bar", "no paper"),
        ("ada@example.org", "no paper"),
        ("v235/hou24a", "no paper"),
        ("arXiv:FedPrompt", "no arXiv id"),
        ("2213.12268", "13 is not a month"),
        ("2200.12268", "00 is not a month"),
        ("https://arxiv.org/abs/2213.12268", "13 is not a month"),
        ("hep-th/9913001", "13 is not a month"),
        ("0703.0001", "April 2007"),
        ("0001.0001", "April 2007"),
        ("0000.0000", "month"),
        ("2208.00000", "start at 1"),
        ("0704.0000", "start at 1"),
        ("hep-th/9901000", "start at 1"),
        ("2208.12268v0", "v1"),
        ("2310.1004", "last zero"),
        ("1412.12345", "four digits"),
        ("hep-xx/9901001", "hep-xx"),
        ("stat/0703001", "no archive stat"),
        ("hep-th/0704001", "March 2007"),
        ("hep-th/9107001", "August 1991"),
        ("10.48550/arXiv.2213.12268", "13 is not a month"),
        ("10.48550/arXiv.x", "no arXiv id"),
        ("https://arxiv.org", "not the page of one paper"),
        ("https://arxiv.org/list/cs.CL/recent", "not the page of one paper"),
        ("https://arxiv.org/search/?query=2208.12268", "not the page of one paper"),
        ("https://arxiv.org/a/lovelace_a_1", "not the page of one paper"),
        ("https://info.arxiv.org/help", "not the page of one paper"),
        ("https://arxiv.org/abs/2208.12268,2208.12269", "two papers"),
        ("https://openreview.net/group?id=ICML.cc/2024", "not the page of one paper"),
        ("https://openreview.net/profile?id=~Ada_Lovelace1", "not the page of one paper"),
        ("https://openreview.net/forum", "not the page of one paper"),
        ("https://openreview.net/forum?id=B1xTaJHYwS&id=other-one", "not the page of one paper"),
        ("https://openreview.net/forum?id=B1x%20TaJHYwS", "not the page of one paper"),
        (f"https://openreview.net/pdf/{HASH}.pdf", "not the page of one paper"),
        ("https://aclanthology.org/volumes/2023.findings-acl/", "not the page of one paper"),
        ("https://aclanthology.org/people/a/ada-lovelace/", "not the page of one paper"),
        ("https://proceedings.mlr.press/v235/", "not the page of one paper"),
        ("https://papers.nips.cc/paper/8523-some-title.pdf", "not the page of one paper"),
        ("P19-1000", "front matter"),
        ("W18-6300", "front matter"),
        ("2023.acl-long.0", "front matter"),
        ("P23-1001", "2020"),
        ("10.18653/v1/2023.acl-long", "volume"),
        ("https://doi.org", "without a DOI"),
        ("https://doi.org/", "without a DOI"),
        ("https://doi.org/10/abcd", "no DOI"),
        ("https://doi.org/FedPrompt", "no DOI"),
        ("10.1145/3580305.359\u00e9", "no DOI"),
        ("10.1145/\u017f1", "no DOI"),
        ("10.1145/a%25252541", "no DOI"),
        ("https://arxiv.org.evil.com/abs/2208.12268", "looks like arxiv.org"),
        ("https://arxiv.org-evil.com/abs/2208.12268", "looks like arxiv.org"),
        ("https://doi.org.proxy.example.edu/10.1145/1", "looks like doi.org"),
        ("https://arxlv.org/abs/2208.12268", "looks like arxiv.org"),
        ("arx1v.org/abs/2208.12268", "looks like arxiv.org"),
        ("https://axriv.org/abs/2208.12268", "looks like arxiv.org"),
        ("https://arrxivv.org/abs/2208.12268", "looks like arxiv.org"),
        ("https://arxiv.orq/abs/2208.12268", "looks like arxiv.org"),
        ("https://d0i.org/10.1145/1", "looks like doi.org"),
        ("https://openrevlew.net/forum?id=B1xTaJHYwS", "looks like openreview.net"),
        ("https://open-review.net/forum?id=B1xTaJHYwS", "looks like openreview.net"),
        ("https://aclantology.org/P19-1001", "looks like aclanthology.org"),
        ("https://githubb.com/ada/x", "looks like github.com"),
        ("https://\u0430rxiv.org/abs/2208.12268", "xn--rxiv-43d.org"),
        ("\u0430rxiv.org/abs/2208.12268", "xn--rxiv-43d.org"),
        ("https://xn--rxiv-43d.org/abs/2208.12268", "looks like arxiv.org"),
        ("https://xn--arxv-zpa.org/abs/2208.12268", "looks like arxiv.org"),
        ("https://arxiv\u3002org/abs/2208.12268", "other scripts"),
        ("https://\uff41rxiv.org/abs/2208.12268", "other scripts"),
        ("https://arxiv.org@evil.com/abs/2208.12268", "user name"),
        ("https://ada:secret@arxiv.org/abs/2208.12268", "user name"),
        ("https://arxiv.org\\@evil.com/2208.12268", "backslash"),
        ("https:\\\\arxiv.org\\abs\\2208.12268", "backslash"),
        ("2208.12268 2307.02779", "two papers"),
        ("2208.12268,2307.02779", "two papers"),
        ("https://arxiv.org/abs/2208.12268;https://arxiv.org/abs/2307.02779", "two papers"),
        ("[2307.02779](https://arxiv.org/abs/2208.12268)", "two papers"),
        ("https://arxiv.org/abs/2208.12268 https://github.com/ada/x", "two papers"),
        ("arXiv:2208.12268 doi:10.1145/3580305.3599238", "two papers"),
        ("https://arxiv.org/abs/2208\x0012268", "U+0000"),
        ("2208.12268\n2307.02779", "U+000A"),
        ("https://arxiv.org/abs/\t2208.12268", "U+0009"),
        ("2208.\x1b12268", "U+001B"),
        ("2208.12268\udc80x", "U+DC80"),
        ("javascript:alert(1)", "not a web link"),
        ("JavaScript://arxiv.org/abs/2208.12268", "not a web link"),
        ("file:///etc/passwd", "not a web link"),
        ("data:text/html,2208.12268", "not a web link"),
        ("ftp://arxiv.org/abs/2208.12268", "not a web link"),
        ("gopher://arxiv.org/abs/2208.12268", "not a web link"),
        ("mailto:ada@example.org", "not a web link"),
        ("https:/arxiv.org/abs/2208.12268", "not a web link"),
        ("https://https://arxiv.org/abs/2208.12268", "not on the public internet"),
        ("https://" + "a" * 2000, "2,008 characters"),
        ("https://example.org/" + "\u00e9" * 1000, "characters with its escapes"),
        ("\uff12\uff12\uff10\uff18.12268", "digits 0 to 9: 2208.12268"),
        ("\u0662\u0662\u0660\u0668.12268", "digits 0 to 9: 2208.12268"),
        ("https://example.org/my paper.pdf", "where the link ends"),
        ("http://127.0.0.1/paper.pdf", "not on the public internet"),
        ("http://localhost:8000/paper.pdf", "not on the public internet"),
        ("http://192.168.0.1/paper.pdf", "not on the public internet"),
        ("http://169.254.169.254/latest/meta-data", "not on the public internet"),
        ("http://[::1]/paper.pdf", "not on the public internet"),
        ("https://example.org:port/", "not a well-formed link"),
        ("https:///abs/2208.12268", "not a well-formed link"),
        ("https://[arxiv.org/abs/2208.12268", "not a well-formed link"),
    ],
)
def test_what_is_no_trustworthy_paper_is_refused_with_the_reason(pasted: str, word: str) -> None:
    problem = refusal(pasted)

    assert word in f"{problem.what}. {problem.fix}"
    assert problem.what
    assert problem.fix
    assert problem.field == "paper"


def test_the_problem_names_the_field() -> None:
    found = ids.read("", field="link")

    assert isinstance(found, Problem)
    assert found.field == "link"


def test_a_message_shows_only_clean_and_short_text() -> None:
    problem = refusal("\u202e" + "x" * 1500)

    assert "\u202e" not in problem.what
    assert len(problem.what) < 200


def test_private_hosts_are_read_where_that_is_allowed() -> None:
    found = paper("http://127.0.0.1:8123/paper.pdf", allows_private=True)

    assert found == Identity(kind="url", id="http://127.0.0.1:8123/paper.pdf")


@pytest.mark.parametrize(
    ("kind", "id_", "link"),
    [
        ("arxiv", "2208.12268", "https://arxiv.org/abs/2208.12268"),
        ("arxiv", "math/0309136", "https://arxiv.org/abs/math/0309136"),
        ("doi", "10.1145/1.2", "https://doi.org/10.1145/1.2"),
        ("doi", "10.1002/(a)1<2>3;4-#", "https://doi.org/10.1002/(a)1%3C2%3E3;4-%23"),
        ("openreview", "B1xTaJHYwS", "https://openreview.net/forum?id=B1xTaJHYwS"),
        ("acl", "P19-1001", "https://aclanthology.org/P19-1001/"),
        ("pmlr", "v235/hou24a", "https://proceedings.mlr.press/v235/hou24a.html"),
        ("neurips", f"2023/{HASH}", f"{NEURIPS}/2023/hash/{HASH}-Abstract-Conference.html"),
        ("neurips", f"2020/{HASH}", f"{NEURIPS}/2020/hash/{HASH}-Abstract.html"),
        ("url", "https://example.org/a?b#c", "https://example.org/a?b#c"),
    ],
)
def test_every_kind_has_its_canonical_link(kind: Kind, id_: str, link: str) -> None:
    assert ids.url(Identity(kind=kind, id=id_)) == link


@pytest.mark.parametrize(
    ("kind", "written", "fix"),
    [
        ("arxiv", "2208.12268v2", "Write 2208.12268"),
        ("arxiv", "arXiv:2208.12268", "Write 2208.12268"),
        ("arxiv", "https://arxiv.org/pdf/2208.12268", "Write 2208.12268"),
        ("arxiv", "math.GT/0309136", "Write math/0309136"),
        ("arxiv", "2213.12268", "Write an id such as 2208.12268 or math/0309136"),
        ("arxiv", "", "Write an id such as 2208.12268 or math/0309136"),
        ("arxiv", "10.1145/1.2", "Write doi: 10.1145/1.2"),
        ("doi", "10.1145/ABC", "Write 10.1145/abc"),
        ("doi", "https://doi.org/10.1145/abc", "Write 10.1145/abc"),
        ("doi", "10.48550/arxiv.2208.12268", "Write arxiv: 2208.12268"),
        ("openreview", "a b", "Write an id such as B1xTaJHYwS"),
        ("acl", "2023.Findings-ACL.632", "Write 2023.findings-acl.632"),
        ("pmlr", "v235", "Write an id such as v235/hou24a"),
        ("url", "http://github.com/ada", "Write https://github.com/ada"),
        ("url", "https://arxiv.org/abs/2208.12268", "Write arxiv: 2208.12268"),
    ],
)
def test_an_entry_keeps_an_id_in_one_form(kind: Kind, written: str, fix: str) -> None:
    found = ids.identity(kind, written)

    assert isinstance(found, Problem)
    assert found.fix == fix
    assert found.field == "ids"


@pytest.mark.parametrize(
    ("kind", "id_", "year"),
    [
        ("arxiv", "2307.02779", 2023),
        ("arxiv", "0704.0001", 2007),
        ("arxiv", "math/0309136", 2003),
        ("arxiv", "hep-th/9901001", 1999),
        ("acl", "2023.findings-acl.632", 2023),
        ("acl", "P19-1001", 2019),
        ("acl", "C65-1001", 1965),
        ("neurips", f"2021/{HASH}", 2021),
        ("doi", "10.1145/2023.1", None),
        ("openreview", "B1xTaJHYwS", None),
        ("pmlr", "v235/hou24a", 2024),
        ("pmlr", "v28/cheng13", 2013),
        ("pmlr", "r0/cheng97a", 1997),
        ("url", "https://example.org/2023", None),
    ],
)
def test_an_id_may_tell_the_year(kind: Kind, id_: str, year: int | None) -> None:
    assert ids.year_hint(Identity(kind=kind, id=id_)) == year


def test_an_impossible_id_in_an_entry_is_refused_with_the_reason() -> None:
    found = ids.identity("arxiv", "2213.12268", field="ids.arxiv")

    assert isinstance(found, Problem)
    assert found.field == "ids.arxiv"
    assert "13 is not a month" in found.what


ASCII_WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _number(first: int, last: int, digits: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(lambda number: f"{number:0{digits}}")


MONTH = _number(1, 12, 2)
IDENTITIES = st.one_of(
    st.builds(
        Identity,
        kind=st.just("arxiv"),
        id=st.one_of(
            _joined(_number(8, 14, 2), MONTH, st.just("."), _number(1, 9999, 4)),
            _joined(_number(15, 90, 2), MONTH, st.just("."), _number(1, 99999, 5)),
            _joined(
                st.sampled_from(["math/", "hep-th/", "cmp-lg/", "cs/"]),
                _number(92, 99, 2) | _number(0, 6, 2),
                MONTH,
                _number(1, 999, 3),
            ),
        ),
    ),
    st.builds(
        Identity,
        kind=st.just("doi"),
        id=_joined(
            st.integers(1000, 2999).map("10.{}/".format),
            st.text("abcxyz0189-._;:/#+&,'!*@=$~", max_size=30),
            ASCII_WORDS,
        ),
    ),
    st.builds(
        Identity,
        kind=st.just("openreview"),
        id=st.from_regex(r"[A-Za-z0-9_-]{8,14}", fullmatch=True),
    ),
    st.builds(
        Identity,
        kind=st.just("acl"),
        id=st.one_of(
            _joined(st.sampled_from("PDNW"), _number(0, 19, 2), st.just("-"), _number(1, 99, 4)),
            _joined(
                _number(2020, 2030, 4), st.just("."), ASCII_WORDS, st.just("-"), ASCII_WORDS,
                st.integers(1, 9999).map(".{}".format),
            ),
        ),
    ),
    st.builds(Identity, kind=st.just("pmlr"), id=_joined(
        st.integers(1, 400).map("v{}/".format), st.from_regex(r"[a-z][a-z-]{1,12}[0-9]{2}[a-z]{0,2}", fullmatch=True),
    )),
    st.builds(Identity, kind=st.just("neurips"), id=_joined(
        _number(1987, 2030, 4), st.just("/"), st.text("0123456789abcdef", min_size=32, max_size=32),
    )),
    st.builds(Identity, kind=st.just("url"), id=_joined(
        st.sampled_from(["http://example.org/", "https://ada.example.org:8443/"]),
        st.text("abcXYZ019-_~/", max_size=30),
    )),
)  # fmt: skip


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        (f"{NEURIPS}/2023/file/{HASH}-Paper-T_1.pdf", f"{NEURIPS}/2023/hash/{HASH}-Abstract-T_1.html"),
        (f"{ROUNDS}/2021/file/{HASH}-Paper-round1.pdf", f"{ROUNDS}/2021/hash/{HASH}-Abstract-round1.html"),
    ],
)  # fmt: skip
def test_the_link_of_a_neurips_paper_keeps_its_track_which_is_part_of_its_address(
    pasted: str, link: str
) -> None:
    assert ids.url(paper(pasted)) == link


def test_a_track_is_no_part_of_a_neurips_id() -> None:
    wrong = ids.identity("neurips", f"2023/{HASH}-Datasets_and_Benchmarks")

    assert isinstance(wrong, Problem)
    assert wrong.fix == f"Write 2023/{HASH}"


@given(IDENTITIES)
def test_the_canonical_link_of_a_paper_names_that_paper(known: Identity) -> None:
    assert ids.read(ids.url(known)) == known
    assert ids.identity(known.kind, known.id) == known


TRAPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["https://", "http://", "//", "arxiv.org", "/abs/", "2208.12268", "v2", "@", ":", "\\",
             "doi.org/", "10.1145/", "%", "%2F", "[", "]", "](", "(", ")", "?id=", "#", ".", "xn--",
             "openreview.net/forum", "0x7f.1", "::1", " ", "\u0430", "\uff0f", "\ud800", "P19-1001"]
        ),
        st.characters(),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.text() | TRAPS)
def test_reading_never_fails(pasted: str) -> None:
    found = ids.read(pasted)

    if isinstance(found, Problem):
        assert found.what
        assert found.fix
    else:
        assert found.kind in KINDS
        assert ids.read(ids.url(found)) == replace(found, version=None)


@given(st.sampled_from(KINDS), st.text() | TRAPS)
def test_an_id_is_itself_or_a_problem(kind: Kind, written: str) -> None:
    found = ids.identity(kind, written)

    assert isinstance(found, Problem) or found == Identity(kind=kind, id=written)


@pytest.mark.parametrize(
    "pasted",
    [
        "(" * 2000, ")" * 2000, "," * 2000, "a." * 1000, "[](" * 600, "a-" * 1000, "%25" * 600,
        "https://" + "a." * 900, "10.1145/" + "(" * 1900, "https://example.org/" + ")" * 1900,
        "x " * 1000, "#" * 2000, "https://a.b/" + "#" * 1900, "x" * 1_000_000,
    ],
    ids=range(14),
)  # fmt: skip
def test_hostile_text_takes_no_time(pasted: str) -> None:
    started = time.process_time()
    ids.read(pasted)
    ids.link(pasted, field="code")

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("author", "year", "title", "key"),
    [
        ("Haodong Zhao", 2023, "FedPrompt: Communication-Efficient Tuning", "zhao2023fedprompt"),
        ("Zhuo Zhang", 2023, "FedPETuning: When Federated Learning", "zhang2023fedpetuning"),
        ("Charlie Hou", 2024, "PrE-Text: Training Language Models", "hou2024pretext"),
        ("Jie Wang", 2024, "Save It All: Enabling Full Tuning", "wang2024save"),
        ("Ada Wu", 2024, "On the Prompt", "wu2024prompt"),
        ("Ada Wu", 2024, "“Federated” Learning", "wu2024federated"),
        ("Ada Wu", 2024, "A $\\lambda$-FL of --- Things", "wu2024lambdafl"),
        ("Ada Wu", 2024, "Why How What", "wu2024why"),
        ("Ada Wu", 2024, "", "wu2024untitled"),
        ("Ada Wu", 2024, "联邦学习", "wu2024untitled"),
        ("Jürgen Müller", 2024, "Étude", "muller2024etude"),
        ("Juan de la Cruz", 2024, "Tea", "cruz2024tea"),
        ("Sam Davis Jr.", 2024, "Tea", "davis2024tea"),
        ("Sam Davis, Jr.", 2024, "Tea", "davis2024tea"),
        ("Sam Davis III", 2024, "Tea", "davis2024tea"),
        ("Zhao, Haodong", 2024, "Tea", "zhao2024tea"),
        ("Jr", 2024, "Tea", "jr2024tea"),
        ("Anne O'Neil-Smith", 2024, "Tea", "oneilsmith2024tea"),
        ("王伟 (Wei Wang)", 2024, "Tea", "wang2024tea"),
        ("王伟, Wei", 2024, "Tea", "wei2024tea"),
        ("王伟", 2024, "Tea", "anon2024tea"),
        ("", 2024, "Tea", "anon2024tea"),
        ("x" * 99, 2024, "y" * 99, "x" * 40 + "2024" + "y" * 40),
    ],
)
def test_a_key_is_surname_year_and_first_significant_word(
    author: str, year: int, title: str, key: str
) -> None:
    assert ids.citation_key(authors=[author, "B C"], year=year, title=title, taken=()) == key


def test_a_paper_without_authors_has_a_key() -> None:
    assert ids.citation_key(authors=(), year=2024, title="Tea", taken=()) == "anon2024tea"


def test_a_taken_key_gets_the_next_letters() -> None:
    taken: set[str] = set()
    for _ in range(60):
        taken.add(ids.citation_key(authors=["Ada Wu"], year=2024, title="Tea", taken=taken))

    suffixes = {key.removeprefix("wu2024tea") for key in taken}
    assert len(suffixes) == 60
    assert {"", "b", "c", "z", "ba", "bb", "ch"} <= suffixes


@given(st.lists(st.text(), max_size=2), st.integers(1900, 2100), st.text())
def test_a_key_has_only_small_letters_and_digits(authors: list[str], year: int, title: str) -> None:
    key = ids.citation_key(authors=authors, year=year, title=title, taken=())

    assert re.fullmatch(r"[a-z0-9]+", key)
    assert len(key) <= 84


@pytest.mark.parametrize("kind", list(ids._PLAIN))  # noqa: SLF001 - the short way must be the long one
@given(data=st.data())
def test_an_id_that_is_plainly_canonical_is_so_by_reading_it_too(
    kind: Kind, data: st.DataObject
) -> None:
    written = data.draw(st.from_regex(ids._PLAIN[kind], fullmatch=True))  # noqa: SLF001 - whatever the pattern takes is tried

    assert ids.read(ids.url(Identity(kind=kind, id=written))) == Identity(kind=kind, id=written)


@pytest.mark.parametrize(
    "host",
    [
        "arxiv.com", "arxivorg.com", "arxiv-org.com", "notarxiv.org", "export-arxiv.org",
        "www.arx1v-papers.net", "arxiv.co.uk", "openreview.com", "openreview-net.org",
        "aclanthology.com", "acl-anthology.org",
    ],
)  # fmt: skip
def test_the_name_of_a_paper_site_in_anothers_domain_is_refused(host: str) -> None:
    refused = ids.read(f"https://{host}/abs/2208.12268")

    assert isinstance(refused, Problem)
    assert "looks like" in refused.what


@pytest.mark.parametrize(
    "link",
    [
        "https://arxiv.cs.example.edu/p", "https://example.org/arxiv.com/p",
        "https://paperswithcode.com/paper/x", "https://chinaxiv.org/abs/202401.00001",
        "https://www.medrxiv.org/content/x", "https://www.biorxiv.org/content/x",
        "https://openreview.github.io/p", "https://psyarxiv.com/abcde/", "https://osf.io/p",
    ],
)  # fmt: skip
def test_hosts_that_are_nobodys_look_alikes_stay_allowed(link: str) -> None:
    assert paper(link).id == link


@pytest.mark.parametrize(
    "link",
    [
        "https://ar5iv.labs.arxiv.org/html/2208.12268", "https://www.alphaxiv.org/abs/2208.12268",
        "https://export.arxiv.org/abs/2208.12268",
    ],
)  # fmt: skip
def test_mirrors_of_arxiv_are_read_as_arxiv(link: str) -> None:
    assert paper(link) == Identity(kind="arxiv", id="2208.12268")


def test_an_old_address_of_the_acl_anthology_is_read() -> None:
    assert paper("https://aclanthology.info/papers/P19-1001").id == "P19-1001"
