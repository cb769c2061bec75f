"""The demo catalogue: `load()` returns everything `seed_demo` plants, the same at every call."""

from .loader import load
from .model import DemoCatalogue, DemoProduct
from .stock import units

__all__ = ["DemoCatalogue", "DemoProduct", "load", "units"]
