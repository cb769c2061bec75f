"""The demo's mail viewer: what would have been sent. Exists in demo mode only."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from apps.orders import terms
from apps.orders.mail import queries
from apps.orders.models import MailLog

NEWEST = 100
# A mail has styles in its elements and nothing else: no script, no form, no way out of its frame.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox"


@never_cache
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    _only_in_demo()
    return render(request, "demo/mail_list.html", {"mails": queries.newest()[:NEWEST]})


@never_cache
@require_GET
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type] # its types know only views without arguments
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show a mail: its head, its text, and its HTML in a frame that may do nothing."""
    return render(request, "demo/mail_detail.html", {"mail": _mail(mail_id)})


@never_cache
@require_GET
@xframe_options_sameorigin
def mail_html(request: HttpRequest, mail_id: int) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Show a mail's HTML as it was sent, under a policy of its own."""
    return HttpResponse(_mail(mail_id).html, headers={"Content-Security-Policy": MAIL_POLICY})


@never_cache
@require_GET
def mail_terms(request: HttpRequest, mail_id: int) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Show the terms a confirmation carried, under the same policy as its HTML."""
    order = _mail(mail_id).order
    attachment = terms.attachment_of(order=order) if order else None
    if attachment is None:
        raise Http404
    return HttpResponse(attachment.content, headers={"Content-Security-Policy": MAIL_POLICY})


def _mail(mail_id: int) -> MailLog:
    _only_in_demo()
    found = MailLog.objects.select_related("order__terms").filter(pk=mail_id).first()
    if found is None:
        raise Http404
    return found


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404
