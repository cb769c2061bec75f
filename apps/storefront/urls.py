"""Addresses of the shops. Everything but the entry stands under a shop's prefix, as in `/fr-be/`."""

from django.urls import include, path

from apps.markets.urls import shop_patterns
from apps.storefront.seo import sitemaps
from apps.storefront.views import (
    account,
    basket,
    catalog,
    checkout,
    credit,
    entry,
    home,
    orders,
    return_photos,
    texts,
    withdraw,
)

within_shop = [
    path("", home.home, name="home"),
    path("c/<slug:slug>/", catalog.category, name="category"),
    path("p/<slug:slug>/", catalog.product, name="product"),
    path("search/", catalog.search, name="search"),
    path("basket/", basket.basket, name="basket"),
    path("basket/count/", basket.basket_count, name="basket_count"),
    path("basket/add/", basket.basket_add, name="basket_add"),
    path("basket/accept/", basket.basket_accept, name="basket_accept"),
    path("basket/voucher/", basket.basket_voucher, name="basket_voucher"),
    path("basket/voucher/<path:code>/remove/", basket.basket_voucher_remove, name="basket_voucher_remove"),
    path("basket/shared/<slug:text>/", basket.basket_shared, name="basket_shared"),
    path("basket/<int:line_id>/", basket.basket_change, name="basket_change"),
    path("basket/<int:line_id>/remove/", basket.basket_remove, name="basket_remove"),
    path("checkout/", checkout.details, name="checkout"),
    path("checkout/delivery/", checkout.delivery, name="checkout_delivery"),
    path("checkout/review/", checkout.review, name="checkout_review"),
    path("checkout/credit/", credit.use, name="checkout_credit"),
    path("checkout/credit/remove/", credit.remove, name="checkout_credit_remove"),
    path("checkout/place/", checkout.place, name="checkout_place"),
    path("orders/", orders.order_lookup, name="order_lookup"),
    path("orders/<str:token>/", orders.order_tracking, name="order_tracking"),
    path("orders/<str:token>/terms/", orders.order_terms, name="order_terms"),
    path("orders/<str:token>/returns/<str:number>/photos/", return_photos.return_photos, name="return_photos"),
    path(
        "orders/<str:token>/returns/<str:number>/photos/<int:position>.jpg",
        return_photos.return_photo,
        name="return_photo",
    ),
    path("orders/<str:token>/returns/<str:number>.pdf", orders.return_slip, name="return_slip"),
    path("orders/<str:token>/invoices/<str:number>.pdf", orders.order_invoice, name="order_invoice"),
    path("account/", account.account_home, name="account_home"),
    path("account/orders/", account.account_orders, name="account_orders"),
    path("account/orders/<str:number>/", account.account_order, name="account_order"),
    path("account/", include("allauth.account.urls")),
    path("contact/", texts.contact, name="contact"),
    path("withdraw/", withdraw.withdraw, name="withdraw"),
    path("withdraw/<str:token>/", withdraw.withdraw_order, name="withdraw_order"),
    path("terms/", texts.terms, name="terms"),
    path("stores/", texts.stores, name="stores"),
    path("markets/", entry.markets, name="markets"),
    path("pages/<slug:slug>/", texts.static_page, name="static_page"),
]

urlpatterns = [
    path("", entry.root, name="root"),
    path("robots.txt", entry.robots, name="robots"),
    path("favicon.ico", entry.favicon, name="favicon"),
    path("sitemap.xml", sitemaps.index, name="sitemap_index"),
    path("sitemaps/<slug:code>-<slug:kind>.xml", sitemaps.section, name="sitemap_section"),
    *shop_patterns(*within_shop),
]
