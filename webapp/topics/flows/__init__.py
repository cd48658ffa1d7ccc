"""Flows drawn like an underground map: stations that open, and the lines between them."""
