"""What signing in means for a shop: the visitor's basket comes along."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from apps.accounts.adapter import AccountAdapter
from apps.core import clock
from apps.orders import tokens
from apps.orders.basket import merging
from apps.storefront import baskets


class ShopAccountAdapter(AccountAdapter):
    """The accounts adapter with the storefront's part added."""

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- allauth's own
        """Pour the anonymous basket into the account's; one that was ordered or merged before is left alone."""
        response = super().post_login(request, user, **kwargs)
        shop = getattr(request, "shop", None)
        token = request.COOKIES.get(baskets.cookie_name(request=request), "") if shop else ""
        anonymous = tokens.basket_id(token) if token else None
        if shop is not None and anonymous is not None:
            merging.merge(shop=shop, source_id=anonymous, source_owner_id=None, owner_id=user.pk, at=clock.now())
            baskets.forget(request=request, response=response)
        return response
