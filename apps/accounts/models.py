"""People who sign in. Carries Oscar's label `customer`; the e-mail address is the login."""

from oscar.apps.customer.abstract_models import AbstractUser


class User(AbstractUser):
    """A person with a login: shopper or staff."""

    def __str__(self) -> str:
        return self.email


from oscar.apps.customer.models import *  # noqa: E402, F403 -- Oscar skips what is registered above
