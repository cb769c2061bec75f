"""Addresses of the whole project."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler404 = "apps.storefront.views.errors.not_found"
handler403 = "apps.storefront.views.errors.forbidden"
handler500 = "apps.storefront.views.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/", include("apps.media.urls")),
    path("", include("apps.orders.payments.urls")),
    path("", include("apps.storefront.urls")),
]

if settings.DEMO:
    urlpatterns.insert(1, path("", include("apps.orders.mail.urls")))
