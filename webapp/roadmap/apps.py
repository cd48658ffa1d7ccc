from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "webapp.roadmap"
    label = "roadmap"

    def ready(self) -> None:
        from .signals import connect

        connect()
