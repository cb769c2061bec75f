"""Addresses of media files; included at /media/ where no web server in front serves them."""

from django.urls import path

from apps.media import views

app_name = "media"
urlpatterns = [path("<path:path>", views.rendition, name="rendition")]
