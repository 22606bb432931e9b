"""Keep the HTML of fields while nobody has typed anything into them: rendering takes most of the time of the form."""

import re
from collections.abc import Callable, Hashable
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.forms import Form
from django.utils.safestring import SafeString

from clinic.caching.version import CACHE_SECONDS
from clinic.site.context import get_fragment_version

FRAGMENTS = "template_fragments"  # as for Django's and Wagtail's tags
INDENTATION = re.compile(r"\n\s+")  # nobody has typed anything that contains one


class KeptFields(LayoutObject):
    """Render its fields once for each content version, site and value of ``depends_on``, if the form is fresh.

    ``depends_on`` takes the form and returns what else the HTML depends on. ``prepare`` gets the form ready for it.
    """

    def __init__(
        self,
        name: str,
        *fields: Any,
        depends_on: Callable[[Form], Hashable],
        prepare: Callable[[], None] = lambda: None,
    ):
        self.name, self.fields, self.depends_on, self.prepare = name, list(fields), depends_on, prepare

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        if not form.is_fresh:
            self.prepare()
            return self.get_rendered_fields(form, context, template_pack, **kwargs)
        cache = caches[FRAGMENTS if FRAGMENTS in settings.CACHES else DEFAULT_CACHE_ALIAS]
        key = f"form:{self.name}:{get_fragment_version(context['request'])}:{hash(self.depends_on(form))}"
        html = cache.get(key)
        if html is None:
            self.prepare()
            html = self.get_rendered_fields(form, context, template_pack, **kwargs)
            html = SafeString(INDENTATION.sub("\n", html))  # what a server sends at once is nearly full
            cache.set(key, html, CACHE_SECONDS)
        return html
