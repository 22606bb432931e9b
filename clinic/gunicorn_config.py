"""How gunicorn serves the site: ``gunicorn --config python:clinic.gunicorn_config clinic.wsgi``."""

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import connections
from gunicorn.glogging import Logger

logger = logging.getLogger(__name__)

threads = 4  # more of them only take the processor from each other
# What a worker takes beyond its threads waits there, while the other worker may have nothing to do.
worker_connections = threads + 1
# A connection that is kept open for more would keep one of those places. The proxy is on the same machine.
keepalive = 0
timeout = 60  # seconds
accesslog = "-"
# Neither the visitor's address nor a query string: both may tell who somebody is, and what she looks for.
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'

# Links that open a patient's page or her receipt: whoever reads them in a log could open them, too.
SECRET = re.compile(r"(/consultation/(?:visit|received)/)[^/]+")


class DiscreetLogger(Logger):
    """Leaves out of the access log what is in a link that only one person should have."""

    def atoms(self, *args, **kwargs) -> dict[str, Any]:
        atoms = super().atoms(*args, **kwargs)
        return {**atoms, "U": SECRET.sub(r"\1…", atoms["U"])}


logger_class = DiscreetLogger

FIRST_PAGES = ("/", "/consultation/")


def post_worker_init(worker) -> None:
    """A new worker has neither templates nor addresses read in. Half a second of that is not for the first patient."""
    for path in FIRST_PAGES:
        try:
            ask(worker.wsgi, path)
        except Exception:  # whatever is wrong, the worker itself has to say it to whoever asks next
            logger.exception("The page %s could not be made beforehand", path)


def ask(application: Callable, path: str) -> None:
    """Have the application answer a GET, as if it came through the proxy, and leave no connection open."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    environ = {
        "PATH_INFO": path,
        "HTTP_HOST": address.netloc,
        "HTTP_X_FORWARDED_PROTO": address.scheme,
        "wsgi.url_scheme": address.scheme,
    }
    setup_testing_defaults(environ)
    answer = application(environ, lambda *_status_and_headers: None)
    try:
        for _part in answer:
            pass
    finally:
        answer.close()
        connections.close_all()
