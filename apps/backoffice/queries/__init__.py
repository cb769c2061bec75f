"""Reads that cross rooms, for the back office's pages."""
