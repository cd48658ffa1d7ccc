"""Plans as documents: what is exported, imported, and kept as a template."""
