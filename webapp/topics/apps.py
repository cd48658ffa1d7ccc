from typing import Any

from django.apps import AppConfig
from django.core import checks


def check_content(app_configs: object, **options: Any) -> list[checks.CheckMessage]:
    """The content is whole: whatever a page names is there."""
    from .faults import faults

    return [checks.Error(fault, id="topics.E001") for fault in faults()]


class TopicsConfig(AppConfig):
    name = "webapp.topics"
    label = "topics"

    def ready(self) -> None:
        checks.register(check_content)
