from apps.storefront import templates_by_market


def test_names_go_from_most_particular_to_the_base():
    assert templates_by_market.names(name="components/price.html", brand="volt", template_set="de") == (
        "brands/volt/de/components/price.html",
        "brands/volt/components/price.html",
        "markets/de/components/price.html",
        "components/price.html",
    )


def test_names_of_a_market_without_a_set_leave_the_set_out():
    assert templates_by_market.names(name="x.html", brand="volt", template_set="") == ("brands/volt/x.html", "x.html")


def test_names_outside_any_shop_are_the_base_alone():
    assert templates_by_market.names(name="x.html", brand="", template_set="") == ("x.html",)
