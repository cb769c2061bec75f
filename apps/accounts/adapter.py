"""Our side of django-allauth: mails leave through the outbox, addresses carry the shop."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts import operations
from apps.core import clock
from apps.markets import context


class AccountAdapter(DefaultAccountAdapter):
    """Keeps sign-in within the current shop."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, in the request's language; send from the outbox, so a slow mail server holds nobody up."""
        message = self.render_mail(template_prefix, email, context)
        operations.queue_account_mail(
            to=email,
            subject=str(message.subject),
            text=str(message.body),
            kind=template_prefix.rsplit("/", 1)[-1],
            at=clock.now(),
        )

    def get_from_email(self) -> str:
        """The brand's own sender."""
        shop = context.current_or_none()
        return shop.brand.mail_from if shop else super().get_from_email()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The account page of the same shop."""
        return reverse("account_home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The home page of the same shop."""
        return reverse("home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The account page of the same shop."""
        return reverse("account_home")
