"""Configure gunicorn.

Used as ``python -m gunicorn --config python:clinic.gunicorn_config``.
"""

import gc
import logging
import os
import signal
from urllib.parse import urljoin

from django.conf import settings
from django.db import connections
from gunicorn.glogging import Logger

from clinic.logging import RedactingFormatter, log_uncaught
from clinic.processes import end_with_parent, end_with_supervisor

logger = logging.getLogger(__name__)

wsgi_app = "clinic.wsgi"
preload_app = True  # the site is imported once, so a start, and a worker in place of one that died, takes less time
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4  # more threads would only compete for the processor
# A request beyond a worker's threads waits there, while the other worker may be idle.
worker_connections = threads + 1
# An idle connection would hold one of those places. The proxy is on the same machine, so opening one is cheap.
keepalive = 0
timeout = 60  # seconds
control_socket_disable = True  # gunicorn would write it under $HOME
accesslog = "-"
# The visitor's address and the query string are left out: both may tell who the visitor is.
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'


class RedactingLogger(Logger):
    """Keep patients' data and forged lines out of the access log and the error log."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(RedactingFormatter(handler.formatter._fmt, handler.formatter.datefmt))


logger_class = RedactingLogger

# A query of a page takes a fraction of a second. This leaves time to wait for a lock that others hold.
ANSWER_SECONDS = 10

FIRST_PAGES = ("/", "/consultation/")


def on_starting(server) -> None:
    end_with_supervisor()
    log_uncaught()


def post_fork(server, worker) -> None:
    """Let no worker outlive the arbiter, whose successor needs the port, and no page wait for the database for ever."""
    end_with_parent(signal.SIGKILL, server.pid)
    connections.settings["default"]["ANSWER_SECONDS"] = ANSWER_SECONDS


def when_ready(server) -> None:
    """Render the first pages once, before any patient asks for them.

    Loading templates takes half a second. The workers are forked from this process, so they have them from the start.
    """
    from clinic.caching.warming import request_page  # this file is read before Django is set up

    for path in FIRST_PAGES:
        try:
            request_page(server.app.wsgi(), urljoin(settings.WAGTAILADMIN_BASE_URL, path))
        except Exception:  # the site starts all the same, and answers the next request with the error
            logger.exception("Could not render %s ahead of its first visitor", path)
    close_connections()
    # What all workers share is never garbage. The collector would look through it while a page waits.
    gc.collect()
    gc.freeze()


def close_connections() -> None:
    """Close every connection to the database, since no two processes may share one."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql":
            connection.close_pool()
