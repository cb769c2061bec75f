"""What all values that templates show have in common."""


class Shown:
    """
    A value whose attributes a template finds at its first try.

    For `page.title` Django asks for `page["title"]` first; where that raises, each name on a page costs an exception.
    """

    __slots__ = ()

    __getitem__ = object.__getattribute__
