import pytest
from django.contrib.auth import get_user_model

PASSWORD = "a long enough password"


@pytest.fixture
def administrator(transactional_db):
    return get_user_model().objects.create_superuser(email="admin@example.com", password=PASSWORD)


def test_staff_sign_in_and_use_the_admin_without_any_refused_script_or_style(browser_page, administrator):
    browser_page.goto("/admin/")
    browser_page.fill("input[name=username]", administrator.email)
    browser_page.fill("input[name=password]", PASSWORD)
    browser_page.click("[type=submit]")
    browser_page.wait_for_url("**/admin/")
    assert browser_page.locator("#nav-sidebar").count() == 1


def test_page_without_javascript_really_runs_none(no_js_page):
    no_js_page.set_content("<noscript><p id=off>off</p></noscript>")
    assert no_js_page.locator("#off").inner_text() == "off"
