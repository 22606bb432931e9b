"""The WSGI entry point that gunicorn loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.production")
django_application = get_wsgi_application()

from clinic.caching.pages import PageCache  # noqa: E402  it has models, so Django has to be set up first

application = PageCache(django_application)
