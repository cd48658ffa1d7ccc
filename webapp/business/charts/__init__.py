"""Charts of the business case: functions from the engine's figures to charts, without database, request or template."""
