from django.apps import AppConfig


class InquiriesConfig(AppConfig):
    name = "webapp.inquiries"
    label = "inquiries"
