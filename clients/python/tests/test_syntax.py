"""What the package promises to those who install it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import grantkeep

SOURCES = Path(__file__).parents[1] / "src" / "grantkeep"
EXAMPLE = Path(__file__).parents[3] / "examples" / "reviewer-python"


@pytest.mark.parametrize("file", sorted([*SOURCES.glob("*.py"), *EXAMPLE.glob("*.py")]), ids=str)
def test_every_module_has_the_syntax_of_python_3_9(file: Path) -> None:
    ast.parse(file.read_text(), feature_version=(3, 9))


def test_the_package_says_that_it_is_typed() -> None:
    assert (SOURCES / "py.typed").is_file()


def test_every_public_name_is_documented() -> None:
    for name in grantkeep.__all__:
        assert (getattr(grantkeep, name).__doc__ or "").strip(), name
