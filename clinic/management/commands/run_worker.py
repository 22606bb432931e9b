import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from django.apps import apps
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Revision

from bookings import services
from bookings.messaging import outbox
from clinic import limits
from clinic.accounts import mail as staff_mail
from clinic.addresses import missing
from clinic.caching import warming
from clinic.caching.version import content_version
from clinic.indexnow import sending as indexnow
from clinic.keywords import page_reading
from clinic.logging import log_uncaught
from clinic.models import AccountEvent, KeptRequest, WorkerHeartbeat
from clinic.processes import end_with_supervisor
from clinic.search import log as search_log
from clinic.search.index import get_index
from clinic.seo.sharing import draw_sharing_pictures
from clinic.sitecheck import running as site_check
from clinic.undo.trash import empty_trash
from clinic.wsgi import application

logger = logging.getLogger(__name__)

BACK_OFF = 5  # seconds, doubled with each failure
MAX_BACK_OFF = 120
NAP = 0.5  # seconds: how late a signal may be noticed


class Job:
    """Run a function again and again, less often while it fails."""

    failing: ClassVar[set[str]] = set()  # names of the jobs whose last run failed

    def __init__(self, function: Callable[[], Any], every: float = 0, name: str = ""):
        self.function, self.every, self.name = function, every, name or function.__name__
        self.due = time.monotonic()
        self.failures = 0

    def run(self) -> None:
        """Run the function once and plan the next run.

        It is planned for now when the function returned true.
        """
        try:
            wait = 0 if self.function() else self.every
            self.failures = 0
            self.failing.discard(self.name)
        except Exception:
            self.failures += 1
            self.failing.add(self.name)
            wait = min(BACK_OFF * 2 ** min(self.failures - 1, 10), MAX_BACK_OFF)
            logger.exception("%s failed %s times in a row", self.name, self.failures)
        finally:
            with suppress(Exception):  # to close a connection that broke may fail as well
                close_old_connections()  # the next query opens a new one
        self.due = time.monotonic() + wait


def record_heartbeat() -> None:
    """Record that the worker is alive, and what it cannot do."""
    WorkerHeartbeat.record(failing=sorted(Job.failing))


def send_message() -> bool:
    """Send one due message. Return whether there may be more."""
    return outbox.send_next() is not None


def expire_holds() -> None:
    """Expire held times. Resources are locked only when one is overdue."""
    if services.expired_holds(timezone.now()).exists():
        services.expire_holds()


def escalate_complaints() -> None:
    """Tell the managers and the physician of complaints that nobody has answered in time."""
    services.escalate_complaints()


def retime_tasks() -> None:
    """Compute anew when everything is due.

    A year later the dates of more public holidays are known. A failure after a change of the hours is made up for.
    """
    services.retime_all()


def forget_networks() -> None:
    """Delete what says from which network old requests came."""
    services.forget_networks(timezone.now())


def extend_block_rules() -> None:
    """Block the repeated blocked times of one more day ahead."""
    services.extend_block_rules()


# One job for each page that is due and could not be published or unpublished.
_put_off: dict[str, Job] = {}


def publish_scheduled() -> None:
    """Publish and unpublish the pages whose time has come.

    Wagtail's command for this ends at the first page that fails, and then forgets when that page was due. Here each
    page stands for itself, and one that fails is put off. Of two workers, one does it.
    """
    changes = {}
    drafts = [model for model in apps.get_models() if issubclass(model, DraftStateMixin)]
    for model in (Page, *(model for model in drafts if not issubclass(model, Page))):
        for live in model.objects.filter(live=True, expire_at__lt=timezone.now()).order_by("expire_at"):
            unpublish = partial(live.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")
            still_live = model.objects.filter(pk=live.pk, live=True)
            changes[f"unpublish {model.__name__} {live.pk}"] = partial(do_once, still_live, unpublish)
    for revision in Revision.objects.filter(approved_go_live_at__lt=timezone.now()).order_by("approved_go_live_at"):
        publish = partial(revision.publish, log_action="wagtail.publish.scheduled")
        still_due = Revision.objects.filter(pk=revision.pk, approved_go_live_at__isnull=False)
        changes[f"publish revision {revision.pk}"] = partial(do_once, still_due, publish)
    for name in _put_off.keys() - changes.keys():  # an editor has changed the page or its time
        del _put_off[name]
        Job.failing.discard(name)
    for name, change in changes.items():
        job = _put_off.get(name) or Job(transaction.atomic(change), name=name)
        if job.due <= time.monotonic():
            job.run()
        if job.failures:
            _put_off[name] = job
        else:
            _put_off.pop(name, None)


def do_once(due: QuerySet, change: Callable[[], Any]) -> None:
    """Make the change if its row is still due. The lock lasts until the end of the transaction."""
    if due.select_for_update().order_by().values_list("pk").first():
        change()


def send_staff_mail() -> bool:
    """Send one due email to staff. Return whether there may be more."""
    return staff_mail.send_next()


def recover_staff_mail() -> None:
    """Make due what a clock that was set back keeps waiting."""
    staff_mail.recover_from_clock_change()


def purge_account_events() -> None:
    """Delete old sign-ins, what nobody sent again, and sessions that are over."""
    AccountEvent.objects.purge()
    KeptRequest.objects.purge()
    call_command("clearsessions")


def purge_visitor_logs() -> None:
    """Delete searches and missing addresses that are 13 months old."""
    search_log.purge()
    missing.purge()


def tell_search_engines() -> bool:
    """Send changed addresses to search engines. Return whether there may be more."""
    return indexnow.send_due()


def warm_pages() -> bool:
    """Render the pages that are read most, if the content changed. Return whether there may be more."""
    return warming.warm_pages(application)


def warm_search() -> None:
    """Put the index of the site search together again, if the content changed."""
    get_index(content_version())


def check_site() -> bool:
    """Work a second at the check of all pages, if one is due. Return whether there is more to do."""
    return site_check.work()


def finish_site_check() -> None:
    while check_site():
        pass


# Each job, and how many seconds lie between two runs.
JOBS: dict[Callable[[], Any], float] = {
    record_heartbeat: 30,
    send_message: 5,
    expire_holds: 60,
    escalate_complaints: 60,
    publish_scheduled: 60,
    send_staff_mail: 5,
    limits.purge: 3600,
    purge_account_events: 3600,
    retime_tasks: 24 * 3600,
    forget_networks: 24 * 3600,
    extend_block_rules: 24 * 3600,
    draw_sharing_pictures: 300,
    empty_trash: 3600,
    page_reading.read_pages: 10,
    purge_visitor_logs: 24 * 3600,
    tell_search_engines: 60,
    check_site: 30,
    warm_pages: 1,
    warm_search: 1,
    outbox.recover_from_clock_change: 60,
    recover_staff_mail: 60,
}


class Command(BaseCommand):
    """Run all jobs until SIGTERM or SIGINT. The job in hand is finished first."""

    help = "Send messages, expire held times and publish scheduled pages, until stopped."
    is_stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *, once: bool, **options: Any) -> None:
        log_uncaught()
        end_with_supervisor()
        if once:
            self.run_once()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        jobs = [Job(function, every) for function, every in JOBS.items()]
        while not self.is_stopping:
            job = min(jobs, key=lambda job: job.due)
            pause = job.due - time.monotonic()
            if pause > 0:
                time.sleep(min(pause, NAP))
            else:
                job.run()

    def stop(self, *_signal_and_frame: Any) -> None:
        self.is_stopping = True

    def run_once(self) -> None:
        once = (
            record_heartbeat,
            outbox.recover_from_clock_change,
            escalate_complaints,
            outbox.send_due,
            recover_staff_mail,
            staff_mail.send_due,
            expire_holds,
            retime_tasks,
            publish_scheduled,
            limits.purge,
            purge_account_events,
            forget_networks,
            extend_block_rules,
            draw_sharing_pictures,
            empty_trash,
            page_reading.read_everything_due,
            purge_visitor_logs,
            tell_search_engines,
            finish_site_check,
            warm_pages,
            warm_search,
        )
        jobs = [Job(function) for function in once]
        for job in jobs:
            job.run()
        if failed := [job.name for job in (*jobs, *_put_off.values()) if job.failures]:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why.")
