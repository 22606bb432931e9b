"""Run the site on two machines, and check that visitors and patients see one.

``make machines`` starts PostgreSQL, Redis and moto of its own, and on them what ``deploy/two_machines.py`` starts: two
web servers behind nginx, and two workers. An editor publishes on one machine, and the other is asked at once. Visitors
and patients come while one web server after the other is killed. Prints what happened. Ends with status 1 when a page
was old, a visitor saw an error, more posts failed than were under way, a booking was lost or doubled, or a message did
not arrive exactly once.
"""

import itertools
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from deploy.two_machines import Machine, start_nginx
from tests.browser.server import free_port
from tests.load.common import READING, SETTINGS, Visitor, database, demo_clinic
from tests.load.crashes import ADDRESS, Patient, times_to_pick, untrue
from tests.load.outage import Postgres, Redis, log_in
from tests.load.smtp_sink import Sink
from tests.s3 import Storage
from tests.sizes import size

PUBLICATIONS = size(6, 20)
KILLS = size(2, 6)
DOWN = 2.0  # seconds that a killed web server stays away
NOTICED = 1.5  # seconds after which nginx sends requests there again
CLIENTS, VISITORS = 6, 3
PATHS = ("/", "/treatments/", "/blog/", "/contact/", "/consultation/", "/search/?q=botox")
PROXY_AGE = 2.5  # seconds: what nginx has may be a second old, and is renewed behind the answer
DELIVERY_LIMIT = 120  # seconds
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Patients:
    """Count the posts that are under way."""

    def __init__(self) -> None:
        self.under_way, self.lock = 0, threading.Lock()

    def send(self, patient: Patient) -> None:
        while not patient.reference:
            with self.lock:
                self.under_way += 1
            try:
                outcome = patient.send()
            finally:
                with self.lock:
                    self.under_way -= 1
            patient.went[outcome] += 1
            time.sleep(0.2)


class Visitors:
    """Read one page after the other until the end of the block, and count the answers."""

    def __init__(self, url: str):
        self.url, self.answers, self.seconds, self.is_over = url, Counter(), [], threading.Event()
        self.threads = [threading.Thread(target=self.read) for _ in range(VISITORS)]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def read(self) -> None:
        visitor = Visitor(self.url)
        for path in itertools.cycle(PATHS):
            if self.is_over.is_set():
                break
            try:
                page, _path = visitor.ask(path)
                self.answers["200" if "</html>" in page else f"{path} cut off"] += 1
            except urllib.error.HTTPError as error:
                self.answers[f"{path} {error.code}"] += 1
            except OSError as error:
                self.answers[f"{path} {type(error).__name__}"] += 1
        self.seconds += visitor.seconds


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def publish_and_read(machines: list[Machine], url: str) -> Iterator[str]:
    """Publish on one machine, and read on the other at once, and behind nginx."""
    from clinic.models import StandardPage

    desks = [log_in(machine)[0] for machine in machines]
    waits = []
    with database():
        page = StandardPage.objects.live().first()
        path = page.url
    for machine in machines:
        Visitor(machine.url).ask(path)  # what is cached now must not be shown again
    for number in range(PUBLICATIONS):
        title = f"Title number {number} of the page"
        Visitor(url).ask(path)
        with database():
            page = StandardPage.objects.get(pk=page.pk)
            page.title = title
            page.save_revision()
        desk, reader = desks[number % 2], machines[1 - number % 2]
        action = f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}&next=/admin/"
        form, _path = desk.ask(action)
        started = time.monotonic()
        desk.ask(action, {"csrfmiddlewaretoken": TOKEN.search(form)[1]})
        waits.append(time.monotonic() - started)
        if title not in Visitor(reader.url).ask(path)[0]:
            yield f"Publication {number} is not on the other machine at once"
        time.sleep(PROXY_AGE / 2)
        Visitor(url).ask(path)
        time.sleep(PROXY_AGE / 2)
        if title not in Visitor(url).ask(path)[0]:
            yield f"Publication {number} is not behind nginx after {PROXY_AGE} s"
    say(f"{PUBLICATIONS} publications (median {statistics.median(waits):.2f} s), each read on the other machine")


def read_files(machines: list[Machine]) -> Iterator[str]:
    """Read a picture and a document that another process has stored."""
    from django.core.files.base import ContentFile
    from wagtail.documents.models import Document

    with database():
        document = Document.objects.create(title="Prices", file=ContentFile(b"Prices\n", name="prices.txt"))
        path = document.url
    for machine in machines:
        page, _path = Visitor(machine.url).ask("/")
        picture = re.search(r'<img[^>]* src="(http[^"]+)"', page)
        if not picture or urllib.request.urlopen(picture[1], timeout=10).status != 200:  # noqa: S310
            yield f"{machine.url} shows no picture of the storage"
        if Visitor(machine.url).ask(path)[0] != "Prices\n":
            yield f"{machine.url} has no document"
    say("A picture and a document are on both machines")


def kill_under_load(machines: list[Machine], url: str) -> Iterator[str]:
    with database():
        everyone = [Patient(number, url, start) for number, start in enumerate(times_to_pick())]
    patients, under_way = Patients(), 0
    with ThreadPoolExecutor(CLIENTS) as clients, Visitors(url) as visitors:
        list(clients.map(Patient.open_form, everyone))
        time.sleep(READING)
        started = time.monotonic()
        sent = [clients.submit(patients.send, patient) for patient in everyone]
        for number in range(1, KILLS + 1):
            while sum(one.done() for one in sent) < len(sent) * number // (KILLS + 1):
                time.sleep(0.01)
            under_way += patients.under_way
            machines[number % 2].kill_web()
            time.sleep(DOWN)
            machines[number % 2].start_web()
            time.sleep(NOTICED)
        for one in sent:
            one.result()
        seconds = time.monotonic() - started
    went = sum((patient.went for patient in everyone), Counter())
    failed = went.total() - len(everyone)
    answers = visitors.answers
    say(f"{len(everyone)} requests in {seconds:.0f} s and {KILLS} kills; posts: {dict(went)}")
    say(f"Posts under way when a web server was killed: {under_way}; failed, then sent again: {failed}")
    say(f"Pages read meanwhile: {dict(answers)}, slowest {max(visitors.seconds):.1f} s")
    if failed > under_way:
        yield f"{failed} posts failed, and {under_way} were under way"
    if answers.total() != answers["200"]:
        yield f"Visitors saw errors: {dict(answers)}"
    with database():
        yield from untrue(everyone)


def count_messages(sink: Sink) -> Iterator[str]:
    """Wait until both workers have sent everything."""
    from bookings.messaging.outbox import as_email
    from bookings.models import Message

    end = time.monotonic() + DELIVERY_LIMIT
    with database():
        ours = Message.objects.filter(case__email__endswith=ADDRESS)
        while ours.exclude(state="sent").exists() and time.monotonic() < end:
            time.sleep(1)
        wanted = Counter((as_email(message).extra_headers["Message-ID"], message.recipient) for message in ours)
    arrived = Counter(one for one in sink.arrived if one in wanted)
    say(f"{wanted.total()} messages of two workers: {arrived.total()} arrived, of them {len(arrived)} different ones")
    if wanted != arrived:
        yield f"Messages that did not arrive exactly once: {len((wanted - arrived) | (arrived - wanted))}"


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres, redis, storage, sink = Postgres(folder), Redis(folder), Storage(), Sink()
        for server in (postgres, redis, storage):
            server.start()
            stack.callback(server.stop)
        sink.open()
        stack.callback(sink.close)
        shared = {"DATABASE_URL": postgres.url, "CACHE_URL": redis.url, "S3_URL": storage.url}
        os.environ |= shared
        demo = stack.enter_context(demo_clinic("machines"))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        shared |= {"DATABASE_URL": f"{demo.environment['DATABASE_URL']}?pool=True", "SITE_URL": url}
        shared |= SETTINGS | {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
        machines = [Machine(folder / name, free_port(), os.environ | shared) for name in ("one", "two")]
        for machine in machines:
            stack.callback(machine.stop)
            machine.start()
        nginx = start_nginx(folder, port, machines)
        stack.callback(nginx.wait)
        stack.callback(nginx.terminate)
        time.sleep(1)
        wrong = [
            *read_files(machines),
            *publish_and_read(machines, url),
            *kill_under_load(machines, url),
            *count_messages(sink),
        ]
        if wrong and (kept := os.environ.get("KEEP_LOGS")):
            for machine in machines:
                Path(kept, f"{machine.folder.name}.log").write_text((machine.folder / "log").read_text())
    say("\n".join(["Wrong:", *wrong] if wrong else ["One site on two machines."]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
