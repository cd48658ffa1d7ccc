"""What the header says about mentions."""

from django import template

from webapp.accounts.models import User

from ..models import Mention

register = template.Library()

MOST_SHOWN = 99


@register.simple_tag
def unread_mentions(user: User) -> str:
    """How many mentions the person has not read yet, `99+` from a hundred on; nothing where there are none."""
    waiting = Mention.objects.for_reader(user).filter(read_at=None).order_by()[: MOST_SHOWN + 1].count()
    return f"{MOST_SHOWN}+" if waiting > MOST_SHOWN else str(waiting or "")
