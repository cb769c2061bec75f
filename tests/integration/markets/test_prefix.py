import pytest
from django.urls import reverse

from apps.markets.context import using
from tests.factories.markets import make_brand, make_shop

pytestmark = pytest.mark.django_db


def test_two_shops_of_one_language_reverse_to_their_own_prefix_whichever_comes_first():
    brand = make_brand()
    french, belgian = (make_shop(brand=brand, country=country, language="fr") for country in ("FR", "BE"))
    for shop in (french, belgian, french):
        with using(shop=shop):
            assert reverse("basket") == f"/{shop.code}/basket/"
