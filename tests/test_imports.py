"""Imports point one way: `webapp -> training (its torch-free half), roi`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]

TORCH_FAMILY = {"torch", "transformers", "peft", "trl", "datasets", "accelerate", "bitsandbytes", "safetensors", "gguf"}
TORCH_HALF = tuple(f"training.{name}" for name in ("models", "batches", "jobs", "inference"))
COMMANDS_THAT_LOAD_TORCH = {
    ("training.cli", "training.models.provision.prepare"),
    ("training.cli", "training.jobs.timing.measured"),
}
"""`python -m training prepare` converts a model in its own process, and `speed` measures; nothing else of the
torch-free half may cross."""


class Import(NamedTuple):
    """`module` imports `target`; `is_late` where that happens inside a function."""

    module: str
    target: str
    is_late: bool
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, relative ones made absolute; `from a import b` counts as `a.b`. Those for type checkers
    alone are left out."""
    module = module_name(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def walk(node: ast.AST, is_late: bool) -> Iterator[Import]:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, is_late, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            whole = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                yield Import(module, f"{whole}.{alias.name}", is_late, node.lineno)
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr):  # no expression holds an import
                yield from walk(child, is_late or is_function)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), False)


@cache
def all_imports(package: str) -> list[Import]:
    return [one for path in sorted((ROOT / package).rglob("*.py")) for one in imports_of(path)]


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_torch_half(module: str) -> bool:
    return is_in(module, *TORCH_HALF)


def named(wrong: list[Import]) -> str:
    return "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("roi", {"django", "training", "webapp", *TORCH_FAMILY}),
        ("training", {"django", "celery", "roi", "webapp"}),
        ("webapp", TORCH_FAMILY),
    ],
)
def test_packages_do_not_import_what_stands_above_or_beside_them(package: str, forbidden: set[str]) -> None:
    wrong = [one for one in all_imports(package) if one.target.split(".")[0] in forbidden]
    assert not wrong, named(wrong)


def test_torch_is_imported_in_the_torch_half_alone() -> None:
    wrong = [
        one
        for one in all_imports("training")
        if one.target.split(".")[0] in TORCH_FAMILY and not is_torch_half(one.module)
    ]
    assert not wrong, named(wrong)


def test_the_torch_free_half_does_not_reach_the_other() -> None:
    crossing = [one for one in all_imports("training") if not is_torch_half(one.module) and is_torch_half(one.target)]
    wrong = [one for one in crossing if not one.is_late or (one.module, one.target) not in COMMANDS_THAT_LOAD_TORCH]
    assert not wrong, named(wrong)


def test_the_site_uses_the_torch_free_half_alone() -> None:
    wrong = [one for one in all_imports("webapp") if is_torch_half(one.target)]
    assert not wrong, named(wrong)


def test_the_walk_sees_relative_and_late_imports() -> None:
    found = [str(one) for one in all_imports("training")]
    assert any("training.process:" in one and one.endswith("training.spec.parse_spec") for one in found)
    assert any(one.is_late and one.target == "training.process.run_job" for one in all_imports("training"))


def run_python(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


ASSERT_ABSENT = "import sys; loaded = {'torch', 'transformers', 'peft'} & set(sys.modules); assert not loaded, loaded"


def test_importing_the_torch_free_half_loads_no_torch() -> None:
    modules = [
        module_name(path)
        for path in sorted((ROOT / "training").rglob("*.py"))
        if not is_torch_half(module_name(path)) and path.stem != "__main__"
    ]
    assert len(modules) > 20
    run_python(f"import {', '.join(modules)}, roi\n{ASSERT_ABSENT}\nassert 'django' not in sys.modules")


def test_importing_the_site_loads_no_torch_and_no_library_of_exports() -> None:
    run_python(
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'webapp.settings')\n"
        f"import django; django.setup()\nimport webapp.urls\n{ASSERT_ABSENT}\n"
        "loaded = {'reportlab', 'xlsxwriter'} & set(sys.modules); assert not loaded, loaded"
    )
