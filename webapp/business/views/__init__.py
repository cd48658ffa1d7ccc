"""Pages of a project's scenarios."""
