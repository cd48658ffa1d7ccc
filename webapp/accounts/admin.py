"""People in the admin pages."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm

from .models import ApiToken, User

if TYPE_CHECKING:  # Django's classes are generic for the type checker only
    NewUserBase = AdminUserCreationForm[User]
    PersonAdminBase = UserAdmin[User]
    TokenAdminBase = admin.ModelAdmin[ApiToken]
else:
    NewUserBase = AdminUserCreationForm
    PersonAdminBase = UserAdmin
    TokenAdminBase = admin.ModelAdmin


class NewUserForm(NewUserBase):
    """A new person: an address, and a password or none."""

    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class PersonAdmin(PersonAdminBase):
    """People are known by e-mail."""

    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)


@admin.register(ApiToken)
class ApiTokenAdmin(TokenAdminBase):
    """Tokens can be looked at and deleted here, never made or read."""

    list_display = ("name", "hint", "user", "read_only", "last_used_at", "expires_at")
    list_select_related = ("user",)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "user",
        "name",
        "hint",
        "read_only",
        "created_at",
        "last_used_at",
        "expires_at",
    )
    exclude = ("digest",)

    def has_add_permission(self, request: object) -> bool:
        return False
