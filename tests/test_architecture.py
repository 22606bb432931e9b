"""Reads every import and fails where an arrow points the wrong way (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest
import wagtail

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clinic", "treatments", "blog", "bookings")
FEATURES = ("bookings", "blog", "treatments")
PURE = (
    "clinic/hours/schedule.py",
    "clinic/hours/holidays.py",
    "clinic/hours/parsing.py",
    "clinic/hours/formatting.py",
    "clinic/hours/presentation.py",
    "clinic/seo/",
    "bookings/availability.py",
    "blog/reading.py",
    "blog/legacy/",
)
FRAMEWORKS = ("django", "wagtail", "modelcluster", "taggit", "crispy_forms")
# The project itself: it may import anything, and nothing imports it.
COMPOSITION = ("clinic/settings/", "clinic/urls.py", "clinic/wsgi.py", "clinic/demo/", "clinic/management/")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def absolute(node: ast.ImportFrom, path: Path) -> str:
    """The module a ``from … import`` names, with its leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parent.parts
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *(node.module.split(".") if node.module else [])])


def imports_of(path: Path) -> set[str]:
    """Every module that ``path`` imports, at its top or inside a function, with the names it takes from it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, path)
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def is_in(path: Path, places) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(tuple(places))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


SOURCES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def test_the_rules_see_the_code():
    assert len(SOURCES) > 40
    assert any(is_in(path, PURE) for path in SOURCES)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.relative_to(ROOT).parts[0] in FEATURES], ids=module_of)
def test_features_never_import_each_other(path):
    own = path.relative_to(ROOT).parts[0]
    others = [feature for feature in FEATURES if feature != own]
    assert not [module for module in imports_of(path) for other in others if within(module, other)]


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if is_in(p, ["clinic/"]) and not is_in(p, COMPOSITION)], ids=module_of
)
def test_foundation_never_imports_a_feature(path):
    assert not [module for module in imports_of(path) for feature in FEATURES if within(module, feature)]


@pytest.mark.parametrize("path", [p for p in SOURCES if is_in(p, PURE)], ids=module_of)
def test_pure_modules_know_no_framework(path):
    own_models = [f"{app}.models" for app in APPS]
    assert not [m for m in imports_of(path) for forbidden in (*FRAMEWORKS, *own_models) if within(m, forbidden)]


@pytest.mark.parametrize("path", [p for p in SOURCES if not is_in(p, COMPOSITION)], ids=module_of)
def test_nothing_imports_the_composition(path):
    composition = [place.removesuffix(".py").rstrip("/").replace("/", ".") for place in COMPOSITION]
    assert not [module for module in imports_of(path) for part in composition if within(module, part)]


def test_wagtail_is_not_pulled_back_by_a_package():
    assert wagtail.VERSION >= (8,)
