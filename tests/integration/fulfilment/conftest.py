from tests.integration.payments.conftest import stripe

__all__ = ["stripe"]
