"""The door logistics partners report through."""

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.errors import LostRace
from apps.orders.logistics import operations
from apps.orders.logistics.contract import NotUnderstood
from apps.orders.logistics.gateway import ForgedReport, Partner

logger = structlog.get_logger(__name__)

SYSTEM = "logistics"
MAX_BODY = 256 * 1024
RETRY_AFTER_S = "30"


@csrf_exempt  # its proof is the partner's signature, which no browser can be made to send
@never_cache
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take a report. 200: taken or known; 400: not theirs; 422: not understood; 503: please say it again."""
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return JsonResponse({"error": "too large"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    now = clock.now()
    try:
        report = Partner(system=SYSTEM).read_notice(body=body, headers=headers, at=now)
        outcome = operations.take(system=SYSTEM, report=report, at=now)
    except ForgedReport as refusal:
        logger.warning("partner_report_forged", reason=refusal.params.get("reason", ""))
        return JsonResponse({"error": refusal.code}, status=400)
    except NotUnderstood as refusal:
        return JsonResponse({"error": refusal.code, "why": refusal.params.get("why", "")}, status=422)
    except (OperationalError, InterfaceError, LostRace):
        logger.exception("partner_report_not_taken")
        return JsonResponse({"error": "unavailable"}, status=503, headers={"Retry-After": RETRY_AFTER_S})
    return JsonResponse({"outcome": str(outcome)})
