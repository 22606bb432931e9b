import os
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.template import Context, Template

from clinic.site import staticfiles

PRODUCTION = {"staticfiles": {"BACKEND": "clinic.site.staticfiles.StaticFilesStorage"}}


@pytest.fixture
def root(settings, tmp_path):
    """Serve one source folder with production's storage. Return the folder of collected files."""
    source, root = tmp_path / "source", tmp_path / "static"
    source.mkdir()
    (source / "base.css").write_text("body { background: url(mark.svg) }")
    (source / "mark.svg").write_text("<svg/>")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = str(root)
    settings.STORAGES = settings.STORAGES | PRODUCTION
    return root


@pytest.fixture
def collected(monkeypatch):
    """Return the list of runs of collectstatic."""
    runs, call = [], staticfiles.call_command

    def spy(*args, **options):
        runs.append(args)
        call(*args, **options)

    monkeypatch.setattr(staticfiles, "call_command", spy)
    return runs


def url(name="base.css"):
    return Template("{% load static %}{% static name %}").render(Context({"name": name}))


def test_page_renders_before_files_are_collected(root):
    assert url() == "/static/base.css"


def test_missing_file_costs_no_page(root):
    staticfiles.collect_changed()
    assert url() != "/static/base.css"
    assert url("typo.css") == "/static/typo.css"


def test_unchanged_files_are_collected_once(root, collected):
    for _ in range(3):
        staticfiles.collect_changed()
    assert len(collected) == 1


OPTIONS = {"staticfiles": PRODUCTION["staticfiles"] | {"OPTIONS": {"base_url": "/x/"}}}
CHANGES = {
    "new file": lambda source, root, settings: (source / "new.js").write_text("1"),
    "new folder": lambda source, root, settings: (source / "a").mkdir() or (source / "a" / "b.js").write_text("1"),
    "other size": lambda source, root, settings: (source / "mark.svg").write_text("<svg></svg>"),
    "other time": lambda source, root, settings: os.utime(source / "mark.svg", (1, 1)),
    "renamed": lambda source, root, settings: (source / "base.css").rename(source / "base2.css"),
    "removed": lambda source, root, settings: (source / "base.css").unlink(),
    "other address": lambda source, root, settings: setattr(settings, "STATIC_URL", "/files/"),
    "other options": lambda source, root, settings: setattr(settings, "STORAGES", settings.STORAGES | OPTIONS),
    "result removed": lambda source, root, settings: [path.unlink() for path in root.iterdir()],
    "stamp cut off": lambda source, root, settings: (root / staticfiles.STAMP).write_text("0"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_is_collected(root, collected, settings, change):
    staticfiles.collect_changed()
    change(settings.STATICFILES_DIRS[0], root, settings)
    staticfiles.collect_changed()
    staticfiles.collect_changed()
    assert len(collected) == 2


def test_new_version_of_a_package_is_collected(root, collected, monkeypatch):
    staticfiles.collect_changed()
    monkeypatch.setattr(staticfiles, "version", lambda package: "99")
    staticfiles.collect_changed()
    assert len(collected) == 2


def test_failed_collection_is_tried_again(root, collected, settings):
    staticfiles.collect_changed()
    broken = Path(settings.STATICFILES_DIRS[0]) / "broken.css"
    broken.write_text("body { background: url(gone.svg) }")
    for _ in range(2):
        with pytest.raises((ValueError, CommandError), match=r"gone\.svg"):  # Django 6.1 raises CommandError
            staticfiles.collect_changed()
    broken.unlink()
    staticfiles.collect_changed()
    assert len(collected) == 4
