"""Live explorers: a formula, a small form, and a picture that follows what is typed."""
