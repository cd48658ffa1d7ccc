"""The ROI calculator: a scenario's figures as fields, what was typed as a short address, the outcome beside them."""
