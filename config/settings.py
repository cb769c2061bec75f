"""Django's settings. Values that differ per installation come from the environment (see `.env.example`)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _
from oscar.defaults import *  # noqa: F403 -- Oscar reads its defaults from the settings module

from apps.backoffice import navigation
from apps.core import celery_conf
from config import env, logging, schedule, security

BASE_DIR = Path(__file__).resolve().parent.parent

ENV = env.load_or_exit()
DEBUG = ENV.debug
DEMO = ENV.demo
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = list(ENV.allowed_hosts)
PUBLIC_ORIGIN = ENV.public_origin
TRUSTED_PROXY_COUNT = ENV.trusted_proxies
globals().update(security.settings_for(ENV), **logging.settings_for(ENV), **ENV.email.as_django())

# Order follows the law of imports, top floor first; unfold must stand before the admin.
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the back office says which admins exist
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "rest_framework",
    "django_htmx",
    "csp",
    "django_structlog",
    "allauth",
    "allauth.account",
    "config",  # manage.py doctor, which asks all rooms
    "apps.core.apps.CoreConfig",
    "apps.markets.apps.MarketsConfig",
    "apps.media.apps.MediaConfig",
    "apps.accounts.apps.AccountsConfig",  # label customer
    "apps.catalog.apps.CatalogConfig",  # label catalogue
    "apps.inventory.apps.InventoryConfig",  # label partner
    "apps.orders.apps.OrdersConfig",  # label order
    "apps.storefront.apps.StorefrontConfig",
    "apps.backoffice.apps.BackofficeConfig",
    # The rest of Oscar's kernel. The package `oscar` itself stays out: its template tags pull in the dashboard.
    "apps.oscar.basket.apps.BasketConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "treebeard",
]

# The project owns the whole schema: one fresh set of migrations for every Oscar label.
MIGRATION_MODULES = {
    label: f"apps.oscar.migrations.{label}" for label in ("address", "communication", "offer", "voucher")
}

MIDDLEWARE = [
    "config.health.HealthMiddleware",  # before all others: see its docstring
    "config.metrics.middleware.MetricsMiddleware",  # leaves the chain when METRICS_TOKEN is not set
    "config.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.markets.middleware.MarketMiddleware",
    "apps.storefront.page_cache.PageCacheMiddleware",  # a page from the cache asks none of those below
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.security.ContentPolicyMiddleware",
    "apps.storefront.views.errors.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.storefront.context_processors.shop_page",
            ],
        },
    },
]

DATABASES = {"default": ENV.database.as_django()}
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "halles",
        "OPTIONS": {
            "serializer": "config.cache.JsonSerializer",
            "socket_timeout": 0.5,
            "socket_connect_timeout": 0.5,
        },
    }
}
PAGE_CACHE = True  # whole pages that are the same for everybody; see apps/storefront/page_cache.py
SESSION_ENGINE = "apps.core.sessions"  # losing the cache signs nobody out
REDIS_URL = ENV.redis_url
METRICS_TOKEN = ENV.metrics_token
CELERY_APP = "config.celery.app"  # loaded while Django starts, so that every process that publishes knows the broker
globals().update(celery_conf.as_settings(broker_url=REDIS_URL, beat_schedule=schedule.ROOMS, routes=schedule.ROUTES))
# Where each foreign system is; calls to anything else are refused (see apps/core/http).
OUTBOUND_SYSTEMS = {
    "stripe": ENV.stripe_api_base,
    "erp": ENV.erp_base_url,
    "vies": ENV.vies_base_url,
    "logistics": ENV.logistics_base_url,
}
LOGISTICS_SECRET = ENV.logistics_secret
CHECK_LOCK_ORDER = DEBUG  # raise when locks are taken against the order of apps/core/locks.py
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "customer.User"
LOGIN_URL = "account_login"  # of the shop the visitor is in
CSRF_FAILURE_VIEW = "apps.storefront.views.errors.csrf_failure"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "apps.storefront.adapter.ShopAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # with it, sign-up tells nobody which addresses have an account
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an e-mail address changes; who finds an open session cannot take it
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
SITE_ID = 1

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["config.formats"]
LANGUAGES = [("fr", _("French")), ("en", _("English")), ("de", _("German")), ("nl", _("Dutch"))]
# Ours alone: a second catalogue with another plural rule costs each text on a page a look more.
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = ENV.media_storage.folder or ""

STRIPE_API_BASE = ENV.stripe_api_base
STRIPE_SECRET_KEY = ENV.stripe_secret_key
STRIPE_WEBHOOK_SECRET = ENV.stripe_webhook_secret

OSCAR_SHOP_NAME = "Halles"
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_USE_PRODUCTCATEGORY_MATERIALISED_VIEW = False
UNFOLD = navigation.unfold_settings()
