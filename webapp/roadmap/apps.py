from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "webapp.roadmap"
    label = "roadmap"
