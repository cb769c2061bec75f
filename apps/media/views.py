"""Serve media files where no web server in front does: the demo and development."""

import re
from datetime import timedelta

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from apps.media.files import RENDITIONS

_FOR_EVER = int(timedelta(days=365).total_seconds())
# Only names we made: everything else, originals first of all, is not there.
_RENDITION = re.compile(rf"{RENDITIONS}/[0-9a-f]{{2}}/[0-9a-f]{{32}}\.(webp|jpg|avif)")
_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "avif": "image/avif"}


@require_safe
def rendition(request: HttpRequest, path: str) -> FileResponse:  # noqa: ARG001 -- a view's signature
    """Answer with a rendition, to be kept for ever; 404 for anything that is none."""
    match = _RENDITION.fullmatch(path)
    if match is None:
        raise Http404
    try:
        file = default_storage.open(path, "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=_TYPES[match[1]])
    response["Cache-Control"] = f"public, max-age={_FOR_EVER}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
