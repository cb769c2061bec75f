"""The contact form: a letter box, not a mail relay."""

import pytest

from apps.core import clock
from apps.core.models import OutboxEvent
from apps.core.testing import drain_outbox, undelivered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
TOLD = {"name": "Demo Acheteuse", "email": "demo@example.com", "message": "Bonjour"}


def _messages():
    return OutboxEvent.objects.filter(topic="storefront.message_written").count()


def test_message_is_taken_and_reaches_the_brands_people(visitor, mailoutbox):
    response = visitor.post("/fr-fr/contact/", TOLD)
    assert (response.status_code, _messages()) == (200, 1)
    assert drain_outbox(at=clock.now()).errors == {}
    assert undelivered() == []
    [mail] = mailoutbox
    assert "Bonjour" in mail.body
    assert mail.to == ["bonjour@halles.example"]


@pytest.mark.parametrize("field", ["name", "email", "message"])
@pytest.mark.parametrize(
    "value", ["", "  ", "x" * 20_000, "a\r\nBcc: victim@example.com", "\x00", "<script>alert(1)</script>"]
)
def test_rubbish_is_said_beside_its_field_or_sent_as_plain_text(visitor, mailoutbox, field, value):
    response = visitor.post("/fr-fr/contact/", TOLD | {field: value})
    assert response.status_code in {200, 422}
    assert "<script>alert" not in response.content.decode()
    if response.status_code == 200:
        drain_outbox(at=clock.now())
        for mail in mailoutbox:
            written = mail.message()
            assert written["Bcc"] is None
            assert "victim" not in str(written["To"])


def test_what_was_typed_is_kept_beside_the_error(visitor):
    page = visitor.post("/fr-fr/contact/", TOLD | {"email": "nobody"}).content.decode()
    assert 'value="Demo Acheteuse"' in page
    assert ">Bonjour</textarea>" in page


def test_sixth_message_of_an_hour_is_refused_in_words(visitor):
    statuses = [visitor.post("/fr-fr/contact/", TOLD | {"message": f"Message {n}"}).status_code for n in range(6)]
    assert statuses == [200, 200, 200, 200, 200, 422]
    assert _messages() == 5
