"""Imports go one way: cli -> jobs -> edge -> core -> the values."""

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import bot

PACKAGE = Path(bot.__file__).parent
LAYERS = {"values": 0, "core": 1, "edge": 2, "standins": 2, "jobs": 3, "cli": 4}
VALUES = {"model", "plan", "config", "settings", "__init__", "__version__"}


def layer(module: str) -> str:
    parts = module.split(".")
    if len(parts) == 1 or parts[1] in VALUES:
        return "values"
    return "cli" if parts[1] in {"cli", "__main__"} else parts[1]


def module_of(path: Path) -> str:
    return ".".join(("bot", *path.relative_to(PACKAGE).with_suffix("").parts))


# Nothing of the bot runs here but what starts anew.
pytestmark = pytest.mark.untraced


@cache
def imports(path: Path) -> set[str]:
    """What a file imports, at its top or later: modules, and what it takes out of them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def own_imports(path: Path) -> set[str]:
    """The modules of the package that a file imports."""
    return {name for name in imports(path) if name.startswith("bot.")}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[module_of(path) for path in FILES])
def test_no_module_imports_from_a_layer_above_its_own(path: Path) -> None:
    own = layer(module_of(path))

    for imported in own_imports(path):
        assert LAYERS[layer(imported)] <= LAYERS[own], f"{module_of(path)} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=[module_of(path) for path in FILES])
def test_the_stand_ins_are_imported_only_by_the_demo(path: Path) -> None:
    if layer(module_of(path)) != "standins" and module_of(path) != "bot.jobs.demo":
        assert not any(layer(imported) == "standins" for imported in own_imports(path))


WORLD = {"socket", "ssl", "subprocess", "os", "httpx", "httpcore", "arxiv", "github", "time", "random",
         "tempfile", "shutil", "asyncio", "threading", "http", "urllib.request", "pathlib", "sys"}  # fmt: skip


@pytest.mark.parametrize(
    "path", [path for path in FILES if layer(module_of(path)) in {"core", "values"}], ids=str
)
def test_the_core_imports_nothing_that_touches_the_world(path: Path) -> None:
    assert not imports(path) & WORLD


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after this code, coverage's own apart."""
    plain = {name: value for name, value in os.environ.items() if "COV" not in name}
    code += "\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="",
        capture_output=True,
        text=True,
        check=True,
        env=plain,
    )
    return set(done.stderr.split())


def test_help_imports_no_job_and_no_library() -> None:
    loaded = loaded_by("from bot import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass")

    assert not loaded & {"pydantic", "httpx", "yaml", "jinja2", "arxiv", "dataclasses", "asyncio"}
    assert not any(name.startswith(("bot.jobs", "bot.edge", "bot.core")) for name in loaded)


def test_parse_imports_no_network_and_no_templates() -> None:
    loaded = loaded_by("from bot import cli\ncli.main(['parse', '-'])")

    assert not loaded & {"pydantic", "httpx", "jinja2", "arxiv", "asyncio"}
