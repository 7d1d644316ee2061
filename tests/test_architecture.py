"""The rules of the house: imports run one way, files stay small, public functions are explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.paths import PROJECT

CODE = ("index", "search", "nabo", "benchmarks", "training")
FILES = sorted(path for part in CODE for path in (PROJECT / part).rglob("*.py"))
LONGEST = 400  # lines
LONGER: dict[str, str] = {}  # file → why it may be


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Every module a file imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            found.add(str(node.module))
    return found


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        ("index", ("search", "nabo", "benchmarks", "training", "streamlit", "click")),
        ("search", ("nabo", "benchmarks", "training", "streamlit", "click")),
        ("nabo", ("benchmarks", "training", "tests")),
        ("nabo/cli", ("streamlit", "nabo.ui")),
        ("nabo/ui", ("nabo.cli",)),
    ],
)
def test_imports_run_one_way(part: str, forbidden: tuple[str, ...]) -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in (PROJECT / part).rglob("*.py")
        for module in imported(path)
        if any(module == name or module.startswith(f"{name}.") for name in forbidden)
    ]
    assert not wrong


def test_torch_waits_until_it_is_needed() -> None:
    """Only the reader of other models may import torch or sentence-transformers."""
    heavy = {"torch", "sentence_transformers"}
    parts = ("index", "search", "nabo")
    users = {
        name_of(path)
        for part in parts
        for path in (PROJECT / part).rglob("*.py")
        if {module.split(".")[0] for module in imported(path)} & heavy
    }
    assert users <= {"index/transformer_encoder.py"}


def test_files_stay_small() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    long = {name for name, lines in sizes.items() if lines > LONGEST}
    assert long <= set(LONGER), "split them, or say in LONGER why not"


def test_every_module_says_what_it_is() -> None:
    assert not [name_of(path) for path in FILES if not ast.get_docstring(tree(path))]


Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(path: Path) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Public classes and functions of a module, and the public methods of those classes."""
    for node in tree(path).body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        yield f"{name_of(path)}:{node.name}", node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    yield f"{name_of(path)}:{node.name}.{inner.name}", inner


def unexplained(node: ast.ClassDef | Function) -> bool:
    """Without a docstring, though its name and type do not say it all as a property's do."""
    if ast.get_docstring(node) is not None:
        return False
    if isinstance(node, ast.ClassDef):
        return True
    decorators = {getattr(decorator, "id", "") for decorator in node.decorator_list}
    return "property" not in decorators and len(node.body) > 1


@pytest.mark.parametrize("part", ["index", "search"])
def test_public_functions_are_typed_and_documented(part: str) -> None:
    wrong = []
    for path in sorted((PROJECT / part).rglob("*.py")):
        for name, node in public(path):
            if unexplained(node):
                wrong.append(f"{name} has no docstring")
            if isinstance(node, ast.ClassDef):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            untyped = [
                a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")
            ]
            if untyped or node.returns is None:
                wrong.append(f"{name} is not typed: {untyped or 'what it returns'}")
    assert not wrong
