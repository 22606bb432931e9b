"""Serve the icon of the clinic for home screens, and the manifest that names it."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from clinic.models import ClinicProfile

from .context import site_context

SIZES = (192, 512)  # pixels; 180 is Apple's
PAPER = "#fbf9f6"


def get_icon_url(profile: ClinicProfile | None, size: int) -> str:
    """Return the address of the square PNG icon with ``size`` pixels a side: 180, 192 or 512.

    Error pages know no profile.
    """
    return static(f"clinic/img/icon-{size}.png")


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Answer with what a phone shows when a visitor puts the site on its home screen."""
    profile = site_context(request).profile
    icons = [
        {"src": get_icon_url(profile, size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in SIZES
        for purpose in ("any", "maskable")
    ]
    content = {
        "name": profile.name,
        "short_name": profile.name,
        "start_url": "/",
        "display": "browser",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")
