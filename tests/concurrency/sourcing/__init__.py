"""Rejections, capacities and shares that meet."""
