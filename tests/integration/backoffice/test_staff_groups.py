"""The groups of staff: there after an installation, completed by an upgrade, never taken from."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from apps.backoffice.operations import MERCHANDISER, OPERATOR, ORDER_DESK

pytestmark = pytest.mark.django_db


def run():
    out = StringIO()
    call_command("staff_groups", stdout=out)
    return out.getvalue()


def held():
    return {
        group.name: set(group.permissions.values_list("content_type__app_label", "codename"))
        for group in Group.objects.all()
    }


def test_new_installation_gets_the_three_groups_with_their_rights():
    said = run()
    rights = held()
    assert set(rights) == {MERCHANDISER, ORDER_DESK, OPERATOR}
    for name, own in rights.items():
        assert f"{name}: {len(own)} permissions" in said
    assert {("order", "change_return"), ("order", "view_order")} < rights[ORDER_DESK]
    assert not {codename for _app, codename in rights[ORDER_DESK] if codename.startswith("delete_")}
    assert ("catalogue", "change_product") in rights[MERCHANDISER]
    assert ("order", "change_return") not in rights[MERCHANDISER]


def test_upgrade_completes_a_group_and_keeps_what_was_given_by_hand():
    run()
    before = held()
    desk = Group.objects.get(name=ORDER_DESK)
    desk.permissions.remove(Permission.objects.get(codename="change_return"))
    desk.permissions.add(Permission.objects.get(codename="delete_voucher"))
    run()
    assert held() == before | {ORDER_DESK: before[ORDER_DESK] | {("voucher", "delete_voucher")}}
