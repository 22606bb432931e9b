"""Serve the icon of the clinic for browser tabs and home screens, and the manifest that names it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from clinic.media.logos import PAPER
from clinic.models import ClinicProfile

from .context import site_context

SIZES = (192, 512)  # pixels; 180 is Apple's
TAB = 48  # pixels, of browser tabs


def get_icon_url(profile: ClinicProfile | None, size: int) -> str:
    """Return the address of the square icon with ``size`` pixels a side: 48, 180, 192 or 512.

    Error pages know no profile.
    """
    if logo := profile and profile.shown_logo:
        return logo.icons[size]
    return static("clinic/img/mark.svg" if size == TAB else f"clinic/img/icon-{size}.png")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect clients that ask for the fixed address."""
    return redirect(get_icon_url(site_context(request).profile, TAB))


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
