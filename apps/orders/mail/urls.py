"""Addresses of the demo's mail viewer."""

from django.urls import path

from apps.orders.mail import views

app_name = "mail"
urlpatterns = [
    path("demo-mail/", views.mails, name="list"),
    path("demo-mail/<int:mail_id>/", views.mail, name="detail"),
    path("demo-mail/<int:mail_id>/html/", views.mail_html, name="html"),
    path("demo-mail/<int:mail_id>/terms/", views.mail_terms, name="terms"),
]
