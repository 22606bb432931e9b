"""Limits are exact and store no name. The network of a visitor cannot be forged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from threading import Barrier

import pytest
import time_machine
from django.db import connection, transaction
from django.test import RequestFactory

from clinic import limits
from clinic.limits import Limit, get_network
from clinic.limits.middleware import parse_address
from clinic.models import LimitCount
from tests.opening_hours import utc

NOW = utc("2027-06-07 16:00")
THREE_AN_HOUR = Limit("test", 3, 3600)
OTHER = Limit("other", 3, 3600)
CDN = ip_network("198.51.100.0/24")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


# Counting


@pytest.mark.django_db
def test_fourth_use_is_over_the_limit():
    assert [limits.take(THREE_AN_HOUR, "ana") for _use in range(5)] == [True, True, True, False, False]


@pytest.mark.django_db
def test_each_value_and_limit_counts_apart():
    for _use in range(4):
        limits.take(THREE_AN_HOUR, "ana")
    assert limits.take(THREE_AN_HOUR, "ben")
    assert limits.take(OTHER, "ana")


@pytest.mark.django_db
def test_time_runs_from_the_first_use(clock):
    for _use in range(4):
        limits.take(THREE_AN_HOUR, "ana")
        clock.shift(timedelta(minutes=15))
    assert limits.take(THREE_AN_HOUR, "ana")
    assert LimitCount.objects.get().uses == 1


@pytest.mark.django_db
def test_looking_counts_nothing():
    for _use in range(3):
        assert not limits.is_over(THREE_AN_HOUR, "ana")
        limits.take(THREE_AN_HOUR, "ana")
    assert limits.is_over(THREE_AN_HOUR, "ana")
    assert LimitCount.objects.get().uses == 3


@pytest.mark.django_db
def test_count_is_not_over_after_its_time(clock):
    for _use in range(3):
        limits.take(THREE_AN_HOUR, "ana")
    clock.shift(timedelta(hours=1))
    assert not limits.is_over(THREE_AN_HOUR, "ana")


@pytest.mark.django_db
def test_count_from_a_clock_that_was_ahead_starts_anew(clock):
    clock.shift(timedelta(days=3650))
    for _use in range(5):
        limits.take(THREE_AN_HOUR, "ana")
    clock.shift(timedelta(days=-3650))
    assert not limits.is_over(THREE_AN_HOUR, "ana")
    assert [limits.take(THREE_AN_HOUR, "ana") for _use in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_use_that_is_given_back_is_free_again():
    limits.give_back(THREE_AN_HOUR, "ana")
    for _use in range(3):
        limits.take(THREE_AN_HOUR, "ana")
    limits.give_back(THREE_AN_HOUR, "ana")
    assert [limits.take(THREE_AN_HOUR, "ana") for _use in range(2)] == [True, False]


@pytest.mark.django_db
def test_empty_value_is_not_counted():
    assert all(limits.take(THREE_AN_HOUR, "") for _use in range(9))
    assert not limits.is_over(THREE_AN_HOUR, "")
    assert not LimitCount.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["ana@example.com", "\ud800", "a\x00b", "ü" * 10_000, "%s'; --", "🙂"])
def test_any_value_counts_and_none_is_stored(value):
    assert [limits.take(THREE_AN_HOUR, value) for _use in range(4)] == [True, True, True, False]
    assert value not in LimitCount.objects.get().key
    assert len(LimitCount.objects.get().key) == 64


@pytest.mark.django_db
def test_rollback_gives_the_use_back():
    with transaction.atomic():
        limits.take(THREE_AN_HOUR, "ana")
        transaction.set_rollback(True)
    assert not LimitCount.objects.exists()


@pytest.mark.django_db
def test_purge_deletes_only_what_is_over(clock):
    limits.take(THREE_AN_HOUR, "ana")
    clock.shift(timedelta(minutes=59))
    limits.take(THREE_AN_HOUR, "ben")
    limits.purge()
    assert LimitCount.objects.count() == 2
    clock.shift(timedelta(minutes=1))
    limits.purge()
    assert LimitCount.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("in_transaction", [False, True])
def test_parallel_uses_never_pass_the_limit(in_transaction):
    ten = Limit("parallel", 10, 3600)
    start = Barrier(20)

    def use(_number):
        try:
            start.wait(timeout=30)
            if not in_transaction:
                return limits.take(ten, "ana")
            with transaction.atomic():
                LimitCount.objects.exists()
                return limits.take(ten, "ana")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(use, range(20))) == [False] * 10 + [True] * 10
    assert LimitCount.objects.get().uses == 20


# Who the visitor is


def network_of(forwarded="", remote="127.0.0.1"):
    return get_network(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
        ("::FFFF:CB00:7109", "203.0.113.9"),
        ("64:ff9b::203.0.113.9", "203.0.113.9"),
        ("", "None"),
        ("unknown", "None"),
        ("203.0.113.999", "None"),
        ("[]:80", "None"),
        ("203.0.113.9:", "None"),
        ("203.0.113.9, 203.0.113.1", "None"),
        ("\x00", "None"),
    ],
)
def test_addresses_are_read_as_proxies_write_them(text, address):
    assert str(parse_address(text)) == address


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("127.8.8.8", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
    ],
)
def test_without_proxies_the_header_is_ignored(settings, remote, network):
    settings.TRUSTED_PROXIES = 0
    assert network_of("203.0.113.77", remote) == network


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:55", "203.0.113.9"),
        ("forged, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.1,203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("[2001:db8:1:2::1]:55", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("[::1]:55", ""),
        ("forged", ""),
        ("", ""),
    ],
)
def test_one_proxy_names_the_visitor(settings, forwarded, network):
    settings.TRUSTED_PROXIES = 1
    assert network_of(forwarded) == network


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("203.0.113.9, 198.51.100.7", "203.0.113.9"),
        ("forged, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        ("198.51.100.7", "198.51.100.7"),  # The second proxy was left out: what the first one saw counts.
        ("forged, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1, 198.51.100.7", "198.51.100.7"),
        ("127.8.9.10, 198.51.100.7", "198.51.100.7"),
        ("::1, 198.51.100.7", "198.51.100.7"),
        ("[::ffff:127.0.0.1]:80, 198.51.100.7", "198.51.100.7"),
    ],
)
def test_behind_two_proxies_patients_count_apart(settings, forwarded, network):
    settings.TRUSTED_PROXIES = 2
    assert network_of(forwarded) == network


@pytest.mark.parametrize(
    ("forwarded", "remote", "network"),
    [
        ("203.0.113.9, 198.51.100.7", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.9, 198.51.100.7", "", "203.0.113.9"),
        ("203.0.113.9, 198.51.100.7, 198.51.100.8", "::1", "203.0.113.9"),
        ("forged, 203.0.113.9, 198.51.100.7", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),  # Past the CDN, straight to the proxy.
        ("198.51.100.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.9", "203.0.113.50", "203.0.113.50"),  # Past both.
        ("forged, 198.51.100.7", "127.0.0.1", "198.51.100.7"),
        ("127.0.0.1, 198.51.100.7", "127.0.0.1", "198.51.100.7"),
        ("::ffff:203.0.113.9, ::ffff:198.51.100.7", "127.0.0.1", "203.0.113.9"),
        ("", "127.0.0.1", ""),
    ],
)
def test_trusted_networks_are_passed_from_the_right(settings, forwarded, remote, network):
    settings.TRUSTED_PROXIES = (CDN,)
    assert network_of(forwarded, remote) == network
