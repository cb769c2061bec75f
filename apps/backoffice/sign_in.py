"""Signing in to the admin: tries are counted, per account and per address."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from apps.core import clock, ratelimit


class StaffSignInForm(AuthenticationForm):  # type: ignore[misc] # unfold is not typed
    """
    Django's form, which alone lets anybody guess for ever.

    Counted before the password is looked at, so that many tries at once do not slip through. An account and an address
    together are strict; an account alone allows more, so that few tries from elsewhere lock no colleague out.
    """

    def clean(self) -> dict[str, Any]:
        """Count the try, refuse it beyond a limit whatever the password, then check the password."""
        address = self.request.META.get("REMOTE_ADDR", "")
        account = str(self.cleaned_data.get("username", "")).lower()[:254]
        at = clock.now()
        try:
            ratelimit.require(name="staff-sign-in", subject=f"{account} {address}", limit=10, window_s=300, at=at)
            ratelimit.require(name="staff-sign-in-account", subject=account, limit=100, window_s=3600, at=at)
            ratelimit.require(name="staff-sign-in-address", subject=address, limit=100, window_s=3600, at=at)
        except ratelimit.TooManyTries as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return super().clean()  # type: ignore[no-any-return] # untyped base
