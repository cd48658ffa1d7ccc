"""Charts of the jobs pages: functions from rows to figures, without database, request or template."""
