"""The demo's shops for the sweep through the whole admin."""

from tests.demo_shop import demo_module

__all__ = ["demo_module"]
