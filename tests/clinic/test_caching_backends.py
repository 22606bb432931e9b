"""Test that a cache that fails is an empty cache."""

import logging
import pickle
import socket
import threading
import time
from contextlib import closing

import pytest
from django.core.cache import caches
from django.urls import reverse

from clinic.caching import backends
from clinic.caching.backends import LOG_EVERY, PAUSE, FileCache, ShortRedisCache
from tests import factories

ANSWERS = {
    "get": (lambda cache: cache.get("key", "default"), "default"),
    "get_many": (lambda cache: cache.get_many(["key", "other"]), {}),
    "has_key": (lambda cache: cache.has_key("key"), False),
    "in": (lambda cache: "key" in cache, False),
    "set": (lambda cache: cache.set("key", 1), None),
    "set_many": (lambda cache: cache.set_many({"key": 1}), ["key"]),
    "touch": (lambda cache: cache.touch("key"), False),
    "delete": (lambda cache: cache.delete("key"), False),
    "delete_many": (lambda cache: cache.delete_many(["key"]), None),
    "get_or_set": (lambda cache: cache.get_or_set("key", lambda: "computed"), "computed"),
}
PAGES = ["/", "/consultation/", "/hours.json", "/search/?q=peel"]


@pytest.fixture(autouse=True)
def fresh_health(monkeypatch):
    monkeypatch.setattr(backends, "_health", {})


@pytest.fixture
def clock(monkeypatch):
    """Stop the clock of the backends, and return how to move it."""
    now = [1000.0]
    monkeypatch.setattr(backends.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


@pytest.fixture
def listener():
    """Return a function that answers each connection in one way, and gives the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        connections = []

        def serve(answer):
            def run():
                while True:
                    try:
                        connection, _address = server.accept()
                    except OSError:
                        return
                    connections.append(connection)
                    answer(connection)

            threading.Thread(target=run, daemon=True).start()
            return server.getsockname()[1]

        yield serve
        server.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            connection.close()


def closed_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


def redis_at(port):
    return ShortRedisCache(f"redis://127.0.0.1:{port}/0", {})


def reset(connection):
    connection.close()


def talk_nonsense(connection):
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


def stay_silent(connection):
    pass


def file_in_the_way(tmp_path):
    """Return a cache whose folder is a file, which fails for root as well."""
    (tmp_path / "cache").write_text("")
    return FileCache(str(tmp_path / "cache"), {})


def full_disk(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileCache, "_write_content", fail)
    return FileCache(str(tmp_path / "cache"), {})


@pytest.mark.parametrize("name", ANSWERS)
def test_stopped_redis_is_an_empty_cache(name):
    ask, expected = ANSWERS[name]
    assert ask(redis_at(closed_port())) == expected


@pytest.mark.parametrize("name", ANSWERS)
def test_unusable_folder_is_an_empty_cache(tmp_path, name):
    ask, expected = ANSWERS[name]
    assert ask(file_in_the_way(tmp_path)) in (expected, [])  # the folder's set_many names no key


@pytest.mark.parametrize("name", ["set", "get_or_set", "get"])
def test_full_disk_is_an_empty_cache(tmp_path, monkeypatch, name):
    ask, expected = ANSWERS[name]
    assert ask(full_disk(tmp_path, monkeypatch)) == expected
    assert not list(tmp_path.glob("cache/*"))


@pytest.mark.parametrize("answer", [reset, talk_nonsense])
def test_broken_connection_is_a_miss(listener, answer):
    assert redis_at(listener(answer)).get("key", "default") == "default"


def test_silent_redis_is_waited_for_once(listener):
    cache = redis_at(listener(stay_silent))
    started = time.monotonic()
    assert [cache.get("key") for _ in range(5)] == [None] * 5
    assert time.monotonic() - started < 2 * backends.TIMEOUT + 0.3


def test_failed_cache_is_left_alone_for_a_while(clock, monkeypatch):
    asked = []

    def fail(*args):
        asked.append(1)
        raise ConnectionResetError

    monkeypatch.setattr(backends.RedisCache, "get", fail)
    cache, other_thread = (redis_at(1) for _ in range(2))
    for seconds, expected in ((0, 1), (PAUSE - 1, 1), (1, 2)):
        clock(seconds)
        cache.get("key")
        other_thread.get("key")
        assert len(asked) == expected


def test_cache_is_used_again_once_it_works(clock, tmp_path):
    cache = file_in_the_way(tmp_path)
    cache.set("key", "lost")
    (tmp_path / "cache").unlink()
    clock(PAUSE)
    cache.set("key", "value")
    assert cache.get("key") == "value"


def test_failure_is_logged_once_a_minute(clock, caplog):
    cache = redis_at(closed_port())
    for seconds, expected in ((0, 1), (PAUSE, 1), (PAUSE, 1), (LOG_EVERY, 2)):
        clock(seconds)
        cache.get("key")
        assert len(caplog.records) == expected
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


@pytest.mark.parametrize(
    "content",
    [b"junk", b"\x80\x05", b"\x80\x05K\x01.", b"\x80\x05N.junk", b"\x00" * 64, b"cnowhere\nThing\n."],
    ids=["text", "cut off", "expiry only", "not compressed", "zeros", "unknown class"],
)
def test_corrupt_file_is_a_miss_and_replaced(tmp_path, content):
    cache = FileCache(str(tmp_path), {})
    cache.set("key", "before")
    (entry,) = tmp_path.glob("*.djcache")
    entry.write_bytes(content)
    assert cache.get("key", "default") == "default"
    assert cache.get_or_set("key", "value") == "value"
    assert cache.get("key") == "value"


def test_corrupt_entry_of_redis_is_deleted(monkeypatch):
    deleted = []
    monkeypatch.setattr(backends.RedisCache, "get", lambda *args: pickle.loads(b"junk"))  # noqa: S301
    monkeypatch.setattr(backends.RedisCache, "delete_many", lambda cache, keys, version: deleted.extend(keys))
    assert redis_at(1).get("key", "default") == "default"
    assert deleted == ["key"]


@pytest.mark.parametrize("make", [lambda path: redis_at(closed_port()), file_in_the_way], ids=["redis", "folder"])
def test_counting_a_missing_key_raises_value_error(tmp_path, make):
    with pytest.raises(ValueError, match="not found"):
        make(tmp_path).incr("key")


def test_file_cache_counts(tmp_path):
    cache = FileCache(str(tmp_path), {})
    cache.set("key", 1)
    assert cache.incr("key") == 2


# The site without its cache


@pytest.fixture(params=["stopped", "silent", "reset", "folder", "full"])
def broken_cache(request, settings, tmp_path, monkeypatch, listener):
    """Give the site a cache that fails."""
    if request.param == "folder":
        (tmp_path / "cache").write_text("")
    if request.param == "full":
        full_disk(tmp_path, monkeypatch)
    if request.param in ("folder", "full"):
        backend = {"BACKEND": "clinic.caching.backends.FileCache", "LOCATION": str(tmp_path / "cache")}
    else:
        answers = {"silent": stay_silent, "reset": reset}
        port = listener(answers[request.param]) if request.param in answers else closed_port()
        backend = {"BACKEND": "clinic.caching.backends.ShortRedisCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}
    settings.CACHES = {"default": backend}
    assert caches["default"].get("key", "default") == "default"


def test_pages_need_no_cache(broken_cache, client, profile, consultation_settings):
    factories.opening_hours()
    factories.make_treatment("Peel")
    assert [client.get(path).status_code for path in PAGES] == [200] * len(PAGES)


def test_admin_needs_no_cache(broken_cache, client, profile):
    client.force_login(factories.make_user("frontdesk"))
    assert [client.get(path).status_code for path in ("/admin/", "/admin/case/")] == [200, 200]


def test_desk_saves_without_a_cache(broken_cache, client, profile):
    case = factories.make_case()
    client.force_login(factories.make_user("frontdesk"))
    sent = {"note": "Call back.", "action": "note", "expected_version": case.version}
    assert client.post(reverse("case:inspect", args=[case.pk]), sent).status_code == 302
    assert case.events.filter(data__note="Call back.").exists()


def test_published_change_is_seen_once_the_cache_is_back(
    client, home, profile, settings, tmp_path, clock, django_capture_on_commit_callbacks
):
    """The cache is away only while the editor publishes."""
    folder = tmp_path / "cache"
    settings.CACHES = {"default": {"BACKEND": "clinic.caching.backends.FileCache", "LOCATION": str(folder)}}
    assert "Another Clinic" not in client.get("/").text
    folder.rename(tmp_path / "away")
    folder.write_text("")
    with django_capture_on_commit_callbacks(execute=True):
        profile.name = "Another Clinic"
        profile.save()
    folder.unlink()
    (tmp_path / "away").rename(folder)
    clock(PAUSE)
    assert "Another Clinic" in client.get("/").text
