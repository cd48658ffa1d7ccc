"""Choosing: the table of methods, the ranked advice, and the walk to a test-time strategy."""
