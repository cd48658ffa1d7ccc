"""What changes projects: atomic, noted in the audit log, knowing no request and no form."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from webapp.accounts.models import User

from .audit import record
from .models import DevicePrice, Membership, Project, Role
from .prices import ASSUMED_CPU_READ_ON, ASSUMED_CPU_SOURCE, ASSUMED_CPU_USD_PER_HOUR
from .signals import settings_changed

SETTINGS = ("name", "task", "base_model", "minimum_effect")
_CODE_CHARS = 50
_RESERVED_CODES = {"new"}
"""Names of pages beside `/projects/<code>/`."""


class ProjectRefused(Exception):
    """The change cannot be made; the message says why and what to do."""


class EditConflict(ProjectRefused):
    """Somebody else changed the project since the person opened it. `current` is the project as it stands."""

    def __init__(self, current: Project) -> None:
        super().__init__("Somebody else changed these settings while you edited them. Nothing of yours was stored.")
        self.current = current


@transaction.atomic
def create_project(
    *,
    by: User,
    name: str,
    task: str = "",
    base_model: str = "smollm2-135m-instruct",
    minimum_effect: float = 0.02,
) -> Project:
    """A new project with `by` as its owner and an assumed CPU price, which its source says is assumed."""
    project = Project.objects.create(
        code=_free_code(name), name=name, task=task, base_model=base_model, minimum_effect=minimum_effect
    )
    Membership.objects.create(project=project, user=by, role=Role.OWNER)
    DevicePrice.objects.create(
        project=project,
        device_class="cpu",
        usd_per_hour=ASSUMED_CPU_USD_PER_HOUR,
        source=ASSUMED_CPU_SOURCE,
        read_on=ASSUMED_CPU_READ_ON,
    )
    record(by, "project.created", project)
    return project


@transaction.atomic
def update_settings(*, by: User, project: Project, seen_version: int, changes: Mapping[str, object]) -> Project:
    """Store the new settings if the project is still as the person saw it; else raise `EditConflict`.

    `changes` holds any of `SETTINGS`. `seen_version` is the `Project.version` that the person's form was filled from.
    """
    before = Project.objects.get(pk=project.pk)
    changed = {name: changes[name] for name in SETTINGS if name in changes and changes[name] != getattr(before, name)}
    won = Project.objects.filter(pk=project.pk, version=seen_version).update(**changed, version=F("version") + 1)
    current = Project.objects.get(pk=project.pk)
    if not won:
        raise EditConflict(current)
    if changed:
        record(by, "project.changed", current, changes={n: [getattr(before, n), value] for n, value in changed.items()})
        settings_changed.send(sender=Project, project_id=project.pk, names=frozenset(changed))
    return current


@transaction.atomic
def add_member(*, by: User, project: Project, email: str, role: Role) -> Membership:
    """Let the person with this address take part.

    An administrator may name an address without an account: one is made, without a password, and only an invitation
    link lets its owner in. Anybody else is refused then, because whoever holds the link of a new account is that
    person from then on. Raises `ProjectRefused`.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        if not by.is_superuser:
            raise ProjectRefused(f"Nobody with the address {email} has an account. Ask an administrator to add them.")
        user = User.objects.create_user(email.strip())
        record(by, "person.created", user, project=project)
    if not user.is_active:
        raise ProjectRefused(f"The account of {user.email} is closed.")
    member, is_new = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    if not is_new:
        raise ProjectRefused(f"{user} is a member already, as {member.get_role_display().lower()}.")
    record(by, "member.added", project, person=user.email, role=role)
    return member


@transaction.atomic
def change_role(*, by: User, member: Membership, role: Role) -> Membership:
    """Give a member another role. The last owner keeps theirs; raises `ProjectRefused`."""
    kept = _locked(member)
    if kept.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(kept)
    old, kept.role = kept.role, role
    kept.save(update_fields=["role"])
    record(by, "member.role_changed", kept.project, person=kept.user.email, role=[old, role])
    return kept


@transaction.atomic
def remove_member(*, by: User, member: Membership) -> None:
    """End a person's part in the project. The last owner stays; raises `ProjectRefused`."""
    kept = _locked(member)
    if kept.role == Role.OWNER:
        _refuse_last_owner(kept)
    record(by, "member.removed", kept.project, person=kept.user.email, role=kept.role)
    kept.delete()


@transaction.atomic
def add_price(
    *, by: User, project: Project, device_class: str, usd_per_hour: Decimal, source: str, read_on: date
) -> DevicePrice:
    """A new price of a device class; it counts from now on, and older rows stay."""
    price = DevicePrice.objects.create(
        project=project,
        device_class=device_class,
        usd_per_hour=usd_per_hour,
        source=source,
        read_on=read_on,
        created_by=by,
    )
    record(by, "price.added", project, device_class=device_class, usd_per_hour=str(usd_per_hour), source=source)
    return price


def _free_code(name: str) -> str:
    """A code for addresses that no project has yet. Two creations at once: the later one fails on the unique index."""
    base = slugify(name)[:_CODE_CHARS].strip("-") or "project"
    taken = _RESERVED_CODES | set(Project.objects.filter(code__startswith=base).values_list("code", flat=True))
    if base not in taken:
        return base
    return next(code for number in range(2, len(taken) + 3) if (code := f"{base}-{number}") not in taken)


def _locked(member: Membership) -> Membership:
    """The member as stored now, with the project's owners held still until the transaction ends."""
    list(Membership.objects.select_for_update().filter(project=member.project_id, role=Role.OWNER))
    try:
        return Membership.objects.select_related("project", "user").get(pk=member.pk)
    except Membership.DoesNotExist:
        raise ProjectRefused("This person is no longer a member.") from None


def _refuse_last_owner(member: Membership) -> None:
    if not Membership.objects.filter(project=member.project_id, role=Role.OWNER).exclude(pk=member.pk).exists():
        raise ProjectRefused("A project needs an owner. Make somebody else an owner first.")
