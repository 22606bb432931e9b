"""Answer with the bytes of one file, compressed: what gunicorn takes for itself. ``BODY`` names the file."""

import os
from pathlib import Path

import brotli

from clinic import gunicorn_config as ours

BODY = brotli.compress(Path(os.environ["BODY"]).read_bytes(), quality=10)
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Encoding", "br"),
    ("Content-Length", str(len(BODY))),
]

wsgi_app = "tests.performance.constant:application"
preload_app = True
workers, threads, worker_connections = ours.workers, ours.threads, ours.worker_connections
keepalive, control_socket_disable = ours.keepalive, ours.control_socket_disable
accesslog, access_log_format, logger_class = ours.accesslog, ours.access_log_format, ours.logger_class


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
