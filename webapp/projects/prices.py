"""What an hour of a device costs in a project."""

from .models import DevicePrice, Project


def usd_per_hour(project: Project, device_class: str) -> float | None:
    """The newest price of this device class in the project's price book; None if there is none."""
    newest = DevicePrice.objects.filter(project=project, device_class=device_class).order_by("-created_at", "-pk").first()
    return None if newest is None else float(newest.usd_per_hour)
