"""Pictures: taken in by upload, framed by a focal point, described per language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action, display

from apps.backoffice.admin.shared import AuditedAdmin, actor_of, ask, chip
from apps.backoffice.forms import ConfirmForm, FocalPointForm, UploadForm
from apps.core import clock
from apps.media import operations, queries
from apps.media.models import Asset, AssetState, AssetText

TONES = {AssetState.PENDING: "wait", AssetState.READY: "good", AssetState.FAILED: "bad"}


def address_of(asset: Asset, *, at_least: int = 0) -> str:
    """Return the address of an asset's smallest file of a width or more; no statement when renditions are loaded."""
    found = [
        file
        for file in asset.renditions.all()
        if file.version == asset.renditions_version
        and file.format in {"webp", "jpeg"}
        and not getattr(file, "ratio", "")
    ]
    wide = sorted((file for file in found if file.width >= at_least), key=lambda file: file.width)
    chosen = wide[0] if wide else max(found, key=lambda file: file.width, default=None)
    return default_storage.url(chosen.path) if chosen else ""


def picture_cell(asset: Asset) -> str:
    """Return a small picture with its name and alt texts, leading to its page."""
    url = reverse("admin:media_asset_change", args=[asset.pk])
    small = address_of(asset)
    image = format_html('<img class="bo-thumb" src="{}" alt="" loading="lazy">', small) if small else ""
    alts = ", ".join(f"{text.language}: {text.alt}" for text in asset.texts.all())
    return format_html(
        '{}<a class="bo-link" href="{}">{}</a><br><span class="bo-muted">{}</span>', image, url, asset.filename, alts
    )


class AssetTextInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """What a picture shows, per language."""

    model = AssetText
    tab = True
    extra = 0
    max_num = len(settings.LANGUAGES)
    verbose_name_plural = gettext_lazy("Alt texts")
    ordering = ("language",)


@admin.register(Asset)
class AssetAdmin(AuditedAdmin):
    """The house's pictures."""

    list_display = ("thumbnail", "filename", "size", "state_chip", "alts", "created_at")
    list_display_links = ("filename",)
    list_filter = ("state", "mime_type")
    search_fields = ("filename", "=sha256", "texts__alt")
    ordering = ("-id",)
    inlines = (AssetTextInline,)
    readonly_fields = (
        "preview",
        "filename",
        "size",
        "state_chip",
        "error",
        "mime_type",
        "byte_size",
        "sha256",
        "created_at",
        "used_by",
        "files",
    )
    fieldsets = (
        (None, {"fields": ("preview", "filename", ("size", "state_chip"), "error")}),
        (gettext_lazy("Used by"), {"classes": ("tab",), "fields": ("used_by",)}),
        (
            gettext_lazy("Files"),
            {"classes": ("tab",), "fields": (("mime_type", "byte_size"), "sha256", "created_at", "files")},
        ),
    )
    actions_detail = ("set_focal_point", "retry")
    actions_list = ("upload",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """Return assets with their files and alt texts."""
        return super().get_queryset(request).prefetch_related("renditions", "texts")  # type: ignore[no-any-return] # untyped base

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Pictures come in by upload, which checks them."""
        return False

    def has_upload_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Tell whether this person may take pictures in."""
        return bool(request.user.has_perm("media.add_asset"))

    def delete_model(self, request: HttpRequest, obj: Asset) -> None:
        """Delete through the operation, which refuses what is still shown."""
        operations.delete_asset(asset_id=obj.pk, at=clock.now(), by=actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only unused pictures, one at a time, by those who may."""
        allowed = super().has_delete_permission(request, obj)
        return bool(allowed and obj is not None and not queries.usage(asset_ids=[obj.pk]))

    @display(description="")
    def thumbnail(self, asset: Asset) -> str:
        small = address_of(asset)
        return format_html('<img class="bo-thumb" src="{}" alt="" loading="lazy">', small) if small else chip("–")

    @display(description=gettext_lazy("size"))
    def size(self, asset: Asset) -> str:
        return f"{asset.width} × {asset.height}"

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, asset: Asset) -> str:
        return chip(asset.get_state_display(), TONES[AssetState(asset.state)])

    @display(description=gettext_lazy("alt texts"))
    def alts(self, asset: Asset) -> str:
        return ", ".join(sorted(text.language for text in asset.texts.all())) or chip(_("none"), "wait")

    @display(description=gettext_lazy("picture"))
    def preview(self, asset: Asset) -> str:
        context = {"url": address_of(asset, at_least=400), "asset": asset}
        return render_to_string("backoffice/picture.html", context)

    @display(description=gettext_lazy("shown by"))
    def used_by(self, asset: Asset) -> str:
        uses = [_use(use) for use in queries.usage(asset_ids=[asset.pk]).get(asset.pk, [])]
        return render_to_string("backoffice/uses.html", {"uses": uses})

    @display(description=gettext_lazy("files"))
    def files(self, asset: Asset) -> str:
        files = sorted(asset.renditions.all(), key=lambda file: (file.format, file.width))
        return render_to_string("backoffice/files.html", {"files": files, "version": asset.renditions_version})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Write the alt texts through the operation, which tells the catalogue."""
        for formset in formsets:
            texts = {row.instance.language: row.instance.alt for row in formset.forms if row.instance.language}
            gone = {row.initial.get("language", ""): "" for row in formset.deleted_forms}
            moved = {
                row.initial["language"]: ""
                for row in formset.forms
                if "language" in row.changed_data and row.initial.get("language")
            }
            operations.set_alt_texts(asset_id=form.instance.pk, texts={**moved, **texts, **gone}, at=clock.now())
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Nothing of an asset itself is edited here."""

    @action(description=gettext_lazy("Upload pictures"), permissions=["upload"], icon="upload")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take pictures in; each refusal says why."""
        from apps.backoffice.pictures import store_many

        def do(said: Mapping[str, Any]) -> str:
            stored = store_many(files=said["pictures"], by=actor_of(request), at=clock.now())
            return _("%(count)s pictures taken in; their sizes are being made.") % {"count": len(stored)}

        return ask(
            request,
            admin=self,
            title=_("Upload pictures"),
            question="",
            do=do,
            button=_("Upload"),
            form=UploadForm(request.POST or None, request.FILES or None),
            back=reverse("admin:media_asset_changelist"),
        )

    @action(description=gettext_lazy("Set focal point"), permissions=["change"], icon="center_focus_strong")
    def set_focal_point(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say what part of the picture matters: by a click, or by numbers."""
        asset = get_object_or_404(Asset.objects.prefetch_related("renditions"), pk=object_id)

        def do(said: Mapping[str, Any]) -> str:
            operations.set_focal_point(
                asset_id=asset.pk,
                x=said["x"] / Decimal(100),
                y=said["y"] / Decimal(100),
                at=clock.now(),
                by=actor_of(request),
            )
            return _("The focal point is set; cards and tiles show that part.")

        response = ask(
            request,
            admin=self,
            title=_("Set focal point"),
            question=_("Click on what matters, or write it in percent."),
            form=FocalPointForm(request.POST or None, initial={"x": asset.focal_x * 100, "y": asset.focal_y * 100}),
            do=do,
            button=_("Set focal point"),
            back=reverse("admin:media_asset_change", args=[asset.pk]),
        )
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.template_name = "backoffice/focal_point.html"
            response.context_data["picture_url"] = address_of(asset, at_least=800)
        return response

    @action(description=gettext_lazy("Make the files again"), permissions=["change"], icon="refresh")
    def retry(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have the missing files of a picture made again."""
        asset = get_object_or_404(Asset, pk=object_id)

        def do(_said: Mapping[str, Any]) -> str:
            operations.retry(asset_id=asset.pk, at=clock.now(), by=actor_of(request))
            return _("The files are being made.")

        return ask(
            request,
            admin=self,
            title=_("Make the files again"),
            question=asset.error or asset.filename,
            do=do,
            form=ConfirmForm(request.POST if request.method == "POST" else None),
            button=_("Make the files again"),
            back=reverse("admin:media_asset_change", args=[asset.pk]),
        )


def _use(use: queries.Use) -> dict[str, Any]:
    """Return a place that shows a picture: its name, what it is, and its page when it has one here."""
    model = apps.get_model(use.model)
    try:
        url = reverse(f"admin:{use.model.lower().replace('.', '_')}_change", args=[use.pk])
    except NoReverseMatch:
        url = ""
    return {"title": use.title, "kind": model._meta.verbose_name, "url": url}
