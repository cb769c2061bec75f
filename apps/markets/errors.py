"""What can go wrong when a shop is asked for."""


class NoCurrentShop(RuntimeError):  # noqa: N818 -- a programming error, named as the fact it is
    """Code that needs a shop ran outside of one: a missing middleware or a task without `using`."""


class UnknownShop(LookupError):  # noqa: N818 -- named as the fact it is
    """No live market answers to this code."""
