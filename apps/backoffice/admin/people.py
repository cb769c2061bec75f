"""People who sign in, and the groups of staff."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import StaffScope, User
from apps.accounts.queries import limits_of
from apps.backoffice.admin.shared import ScopedAdmin, actor_of
from apps.core import audit, clock
from apps.core.admin import ChosenRows


class EmailUserCreationForm(UserCreationForm):  # type: ignore[misc] # unfold is not typed
    """A new person, known by the e-mail address."""

    class Meta:
        model = User
        fields = ("email",)


class ScopeInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The limits of a member of staff, set by superusers only."""

    model = StaffScope
    extra = 0
    verbose_name_plural = _("Limits (none: the whole group)")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):  # type: ignore[misc, type-arg] # unfold is not typed
    """Staff and shoppers."""

    form = UserChangeForm
    add_form = EmailUserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", ("first_name", "last_name"))}),
        (_("Rights"), {"fields": (("is_active", "is_staff", "is_superuser"), "groups")}),
        (_("Dates"), {"fields": (("last_login", "date_joined"),)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    filter_horizontal = ("groups",)
    inlines = (ScopeInline,)
    show_full_result_count = False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save, and leave a line of audit when the limits of a person change."""
        before = limits_of(user_id=form.instance.pk)
        super().save_formset(request, form, formset, change)
        after = limits_of(user_id=form.instance.pk)
        if before != after:
            audit.record(
                action="accounts.limit_staff",
                target=audit.target_of(model="customer.user", pk=form.instance.pk),
                actor=actor_of(request),
                at=clock.now(),
                before={"limits": before},
                after={"limits": after},
            )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser hands out rights: nobody gives themselves more than they have."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_staff", "is_superuser", "groups")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts of staff are changed by superusers: who sets a password can sign in with it."""
        allowed = super().has_change_permission(request, obj)
        return bool(allowed and (request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: orders refer to people. An account that ends is not active."""
        return False


admin.site.unregister(Group)  # Django registers its own beside its form


@admin.register(Group)
class GroupAdmin(ChosenRows, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc, type-arg] # unfold is not typed
    """What groups of staff may do."""

    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers alone: a right in a group is a right for everybody in it, its editor included."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As adding."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As adding."""
        return bool(request.user.is_superuser)
