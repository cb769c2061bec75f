"""What pages that other packages render (sign-in, password reset) need to stand in the shop's frame."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from apps.storefront.contexts import AccountPage
from apps.storefront.frame import frame_for
from apps.storefront.views.account import navigation
from apps.storefront.views.base import meta_for


def shop_page(request: HttpRequest) -> dict[str, Any]:
    """Frame, head and account navigation; built only when a template asks, and overridden by what a view gives."""
    shop = getattr(request, "shop", None)
    if shop is None:
        return {}
    return {
        "frame": SimpleLazyObject(lambda: frame_for(shop=shop)),
        "meta": SimpleLazyObject(lambda: meta_for(request=request, title=_("Your account"), robots="noindex")),
        "account": SimpleLazyObject(
            lambda: AccountPage(email=getattr(request.user, "email", ""), nav=navigation(request=request))
        ),
    }
