"""Dates and times where Django's own are not what the house's readers write."""
