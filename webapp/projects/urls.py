"""Addresses of the project pages."""

from django.urls import path

from . import views

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="list"),
    path("new/", views.create, name="new"),
    path("<slug:code>/", views.overview, name="overview"),
    path("<slug:code>/settings/", views.settings_page, name="settings"),
    path("<slug:code>/settings/members/", views.members, name="members"),
    path("<slug:code>/settings/members/<int:pk>/role/", views.change_role, name="change-role"),
    path("<slug:code>/settings/members/<int:pk>/remove/", views.remove_member, name="remove-member"),
    path("<slug:code>/settings/prices/", views.prices, name="prices"),
    path("<slug:code>/settings/audit/", views.audit, name="audit"),
]
