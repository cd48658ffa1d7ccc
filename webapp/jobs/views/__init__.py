"""The jobs pages, one module a page: each view parses, checks access, acts, renders."""
