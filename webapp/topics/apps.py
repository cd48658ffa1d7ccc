from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "webapp.topics"
    label = "topics"
