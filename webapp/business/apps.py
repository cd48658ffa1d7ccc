from django.apps import AppConfig


class BusinessConfig(AppConfig):
    name = "webapp.business"
    label = "business"
