"""
Security-relevant values for the settings: safe unless the demo on plain HTTP says otherwise.

The shop has no inline script or style (house law 9), so its policy needs no nonce. The admin has a policy of its own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings

if TYPE_CHECKING:
    from csp.middleware import PolicyParts
    from django.http import HttpRequest, HttpResponseBase

    from config.env import Env

# Chromium checks form-action against redirects after a post too, and paying by card posts to us and redirects there.
PAYMENT_PAGES = ("https://checkout.stripe.com",)
ADMIN_PREFIX = "/admin/"
YEAR_S = 31_536_000

SHOP_POLICY: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF, *PAYMENT_PAGES],
    "frame-ancestors": [NONE],
}

# What django-unfold cannot do without, found by leaving each out: Alpine evaluates attribute expressions and sets
# styles. Inline scripts are not among it. Staff alone see these pages.
ADMIN_POLICY: dict[str, list[str]] = SHOP_POLICY | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "form-action": [SELF],
}

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "usb")
)


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the shop's policy, the admin's below /admin/, and the permissions policy everywhere."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 -- the parent's signature
    ) -> PolicyParts:
        """Return the parts of the policy for this response; a view's own decorators still count."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN_PREFIX) and not report_only:
            parts.config = ADMIN_POLICY
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers."""
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if settings.DEBUG or request.path_info.startswith(ADMIN_PREFIX) or _has_own_policy(request, response):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _shop_policy())
        return response


def _has_own_policy(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a view's decorator, a nonce or a policy on trial asks for more than the one policy of the settings."""
    on_trial = getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None) is not None
    return on_trial or hasattr(request, "_csp_nonce") or any(name.startswith("_csp") for name in vars(response))


@cache
def _shop_policy() -> str:
    """Return the policy of the settings, put together once per process: it is the same on every page of the shop."""
    return build_policy()


def settings_for(env: Env) -> dict[str, Any]:
    """Return the settings that decide on cookies, headers, hosts and static files, for `globals().update(…)`."""
    return _headers(env) | _cookies(env) | _static_files(env)


def _own_origins(env: Env) -> list[str]:
    """Where our own brands answer: the demo bank and its way back cross from one to another."""
    if not env.demo:
        return [env.public_origin]
    return [env.public_origin, f"http://*.localhost:{env.port}", f"http://127.0.0.1:{env.port}"]


def _headers(env: Env) -> dict[str, Any]:
    return {
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": SHOP_POLICY | {"form-action": [SELF, *_own_origins(env), *PAYMENT_PAGES]}
        },
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        # Other sites learn the origin only: paths hold order tokens.
        "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_HSTS_SECONDS": YEAR_S if env.https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": env.https,
        "SECURE_HSTS_PRELOAD": env.https,
        "SECURE_SSL_REDIRECT": env.https,
        # The load balancer asks over plain HTTP and must not be redirected.
        "SECURE_REDIRECT_EXEMPT": [r"^health/(live|ready)$"],
        # The proxy in front must set or strip this header on every request (docs: running in production).
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if env.https else None,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
    }


def _cookies(env: Env) -> dict[str, Any]:
    # A __Host- cookie cannot be set by a subdomain or over plain HTTP.
    prefix = "__Host-" if env.https else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_SECURE": env.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": f"{prefix}csrf",
        "CSRF_COOKIE_SECURE": env.https,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_SECURE": env.https,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        # In a signed cookie while it fits: a visitor who only fills a basket has no session to write.
        "MESSAGE_STORAGE": "django.contrib.messages.storage.fallback.FallbackStorage",
    }


def _static_files(env: Env) -> dict[str, Any]:
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {
        "STORAGES": {
            "default": env.media_storage.as_django(),
            "staticfiles": {"BACKEND": plain if env.debug else manifest},
        },
        "WHITENOISE_USE_FINDERS": env.debug,
        "WHITENOISE_AUTOREFRESH": env.debug,
    }
