"""Registers the `count` job kind in every Python process that has this folder on its PYTHONPATH: tests only."""

import count_job

count_job.register()
