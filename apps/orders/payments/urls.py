"""Addresses of payments and of partners' reports, the same on every brand's host and outside any shop's prefix."""

from django.urls import path

from apps.orders.logistics import views as logistics
from apps.orders.payments import demo_views, views

app_name = "payments"
urlpatterns = [
    path("webhooks/logistics/", logistics.webhook, name="logistics"),
    path("webhooks/<slug:provider>/", views.webhook, name="webhook"),
    path("payments/return/<str:token>/", views.came_back, name="return"),
    path("payments/cancelled/<str:token>/", views.turned_back, name="cancelled"),
    path("payments/pay/<str:token>/", views.pay, name="pay"),
    path("demo-bank/<str:token>/", demo_views.bank_page, name="demo_bank"),
]
