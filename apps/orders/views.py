"""Answers that storefront and back office share."""

from django.http import HttpResponse


def pdf_response(*, content: bytes, name: str) -> HttpResponse:
    """Return a PDF to be kept under a name, by nobody in between: such papers are somebody's own."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
