"""Forms of the jobs pages."""
