"""Talk to a specialist: addresses, from the root of the site."""

from django.urls import path

from . import views

app_name = "inquiries"

urlpatterns = [
    path("contact/", views.contact, name="contact"),
    path("contact/sent/<str:key>/", views.sent, name="sent"),
    path("contact/sent/<str:key>/delete/", views.delete_own, name="delete-own"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<str:code>/", views.inquiry, name="inquiry"),
    path("inbox/<str:code>/delete/", views.delete, name="delete"),
]
