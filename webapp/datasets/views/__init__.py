"""Pages of the data part: uploads, and datasets with their versions."""
