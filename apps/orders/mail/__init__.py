"""Mails about orders: in the order's language, text and HTML, owed by an event and logged."""
