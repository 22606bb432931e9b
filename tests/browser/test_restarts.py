"""Kill the processes of ``make serve`` by their ids.

``make restarts`` holds them to five seconds and prints the figures. In the suite other tests take the processor at the
same time, so the limit is wide.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from tests.sizes import size

LIMIT = size(60.0, 5.0, "IN_TIME")  # seconds until a killed process is back, and for a start with nothing changed
ROUNDS = size(1, 5, "IN_TIME")


def children(pid):
    """Return the command line of each child process by its id."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listing.splitlines()]
    return {int(child): args for child, parent, args in rows if int(parent) == pid}


def is_running(pid):
    """Return whether the process runs. An orphan may stay in the list as a zombie where nothing takes its status."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state.strip()[:1] not in ("", "Z")


def find(site, word):
    return next((pid for pid, args in children(site.process.pid).items() if word in args), None)


def answers(site):
    try:
        with urllib.request.urlopen(f"{site.url}/", timeout=LIMIT) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def seconds_until(is_true):
    started = time.monotonic()
    while not is_true():
        assert time.monotonic() - started < LIMIT
        time.sleep(0.02)
    return time.monotonic() - started


def report(what, seconds):
    print(f"{what}: {', '.join(f'{one:.1f}' for one in sorted(seconds))} s")  # noqa: T201


def test_killed_web_server_is_back_and_worker_stays(production):
    seconds = []
    for _round in range(ROUNDS):
        web, worker = find(production, "gunicorn"), find(production, "run_worker")
        os.kill(web, signal.SIGKILL)
        seconds.append(seconds_until(lambda: find(production, "gunicorn") not in (None, web) and answers(production)))  # noqa: B023
        assert find(production, "run_worker") == worker
        assert "in use" not in production.log.read_text()
    report("web server back after kill -9", seconds)


def test_killed_worker_is_back_and_web_server_answers(production):
    seconds = []
    for _round in range(ROUNDS):
        web, worker = find(production, "gunicorn"), find(production, "run_worker")
        os.kill(worker, signal.SIGKILL)
        assert answers(production)
        seconds.append(seconds_until(lambda: find(production, "run_worker") not in (None, worker)))  # noqa: B023
        assert answers(production)
        assert find(production, "gunicorn") == web
        if ROUNDS > 1:
            time.sleep(1.5)  # What ends within a second of its start waits before it starts again.
    report("worker back after kill -9", seconds)


def test_killed_gunicorn_process_costs_no_answer(production):
    web = find(production, "gunicorn")
    first = min(children(web))
    os.kill(first, signal.SIGKILL)
    assert all(answers(production) for _ in range(20))
    seconds_until(lambda: len(children(web)) == 2)


def test_nothing_outlives_a_killed_supervisor(production):
    processes = [*children(production.process.pid), *children(find(production, "gunicorn"))]
    assert len(processes) == 4
    production.process.kill()
    production.process.wait()
    seconds_until(lambda: not any(map(is_running, processes)))
    production.start()
    assert answers(production)
    assert "in use" not in production.log.read_text()


def test_start_with_nothing_changed_is_quick(production):
    seconds = []
    for _round in range(ROUNDS):
        production.__exit__()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", production.port)).close()
        started = time.monotonic()
        production.prepare()
        production.start()
        assert answers(production)
        seconds.append(time.monotonic() - started)
        assert seconds[-1] < LIMIT
        assert "in use" not in production.log.read_text()
    report("start, from the command to the first page", seconds)


def test_interrupt_ends_all_processes(production):
    processes = [*children(production.process.pid), *children(find(production, "gunicorn"))]
    production.process.send_signal(signal.SIGINT)
    production.process.wait(timeout=60)
    assert not any(map(is_running, processes))
    production.start()  # for the fixture, which ends it
