import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from config import env, security

PRODUCTION = {
    "DJANGO_SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "www.example.com",
    "PUBLIC_ORIGIN": "https://www.example.com",
    "DATABASE_URL": "postgresql://u:p@db/shop",
    "REDIS_URL": "redis://cache",
}


def policy_of(path):
    middleware = security.ContentPolicyMiddleware(lambda _request: HttpResponse("x"))
    header = middleware(RequestFactory().get(path)).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_shop_policy_allows_no_inline_script_or_style_and_no_foreign_host_but_the_payment_page():
    assert policy_of("/fr-fr/") == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        # Paying leads from a brand's form to the provider's page, in the demo to the bank under the public origin.
        "form-action": f"'self' {settings.PUBLIC_ORIGIN} http://*.localhost:{settings.ENV.port}"
        f" http://127.0.0.1:{settings.ENV.port} https://checkout.stripe.com",
        "frame-ancestors": "'none'",
    }


def test_admin_policy_never_reaches_the_shop():
    assert policy_of("/admin/")["script-src"] == "'self' 'unsafe-eval'"
    assert policy_of("/admin/")["style-src"] == "'self' 'unsafe-inline'"
    assert policy_of("/adminx/")["script-src"] == policy_of("/adminx/")["style-src"] == "'self'"
    assert policy_of("/admin/")["form-action"] == "'self'"


def test_in_production_cookies_are_bound_to_the_host_and_https_is_forced():
    values = security.settings_for(env.load(environ=PRODUCTION))
    assert values["SESSION_COOKIE_NAME"] == "__Host-session"
    assert values["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert values["SESSION_COOKIE_SECURE"] is values["CSRF_COOKIE_SECURE"] is values["SECURE_SSL_REDIRECT"] is True
    assert values["SECURE_HSTS_SECONDS"] == 31_536_000


def test_in_the_demo_on_plain_http_sign_in_still_works():
    values = security.settings_for(env.load(environ={"HALLES_DEMO": "1"}))
    assert values["SESSION_COOKIE_NAME"] == "session"
    assert values["SESSION_COOKIE_SECURE"] is values["SECURE_SSL_REDIRECT"] is False
    assert values["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.django_db
def test_every_answer_carries_the_headers(client):
    answer = client.get("/nothing-here/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"].startswith("accelerometer=()")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"].split("; ")


def test_in_production_forms_lead_to_the_shop_and_the_payment_page_only():
    values = security.settings_for(env.load(environ=PRODUCTION))
    directive = values["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"]
    assert directive[1:] == ["https://www.example.com", "https://checkout.stripe.com"]
