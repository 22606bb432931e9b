"""Serve uploaded files so that no browser runs what is in them."""

from pathlib import Path, PurePath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.documents.views.serve import serve as serve_wagtail_document

# deploy/nginx.conf sends the same.
SANDBOX = "sandbox; default-src 'none'"
RENDITION_AGE = 30 * 24 * 60 * 60  # seconds
RENDITION_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


@require_safe
def serve_rendition(request: HttpRequest, path: str) -> HttpResponse:
    content_type = RENDITION_TYPES.get(PurePath(path).suffix)
    if not content_type or not path.startswith("images/"):
        raise Http404
    try:
        response = serve(request, path.removeprefix("images/"), document_root=Path(settings.MEDIA_ROOT) / "images")
    except OSError as error:  # the name is too long for the file system
        raise Http404 from error
    response.headers["Content-Type"] = content_type
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, public=True, max_age=RENDITION_AGE)
    return response


@require_safe
def serve_document(request: HttpRequest, document_id: int, filename: str) -> HttpResponse:
    """Serve a document as a download.

    Wagtail's view checks the collection's privacy, and may answer with its log-in or password page.
    """
    try:
        response = serve_wagtail_document(request, document_id, filename)
    except FileNotFoundError as error:  # in a storage on the network
        raise Http404 from error
    if response.has_header("Content-Disposition"):
        response.headers["Content-Security-Policy"] = SANDBOX
        patch_cache_control(response, private=True)
        del response.headers["Content-Encoding"]  # Wagtail sends None, which is not one
    return response
