"""What goes through the broker for inquiries. A message is a hint: the rows say what is not mailed yet."""

import structlog
from celery import shared_task
from celery.exceptions import OperationalError

log = structlog.get_logger("uplift.inquiries")


def _mail() -> None:
    """Mail what was not mailed yet."""
    from .services import mail_new

    mail_new()


# called rather than written as a decorator, which Celery does not type
mail = shared_task(name="inquiries.mail")(_mail)


def send() -> None:
    """Tell a worker now; if the broker is away, the clock tells one later."""
    try:
        mail.apply_async(queue="default", retry=False)
    except (OperationalError, OSError) as error:
        log.warning("the broker is away; inquiries are mailed later", error=str(error))
