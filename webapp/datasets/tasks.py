"""What goes through the broker for data. A message is a hint: the upload's row says what is to be done."""

import structlog
from celery import shared_task
from celery.exceptions import OperationalError
from django.db import transaction

from .models import Upload

log = structlog.get_logger("uplift.datasets")


def _work(upload_id: int) -> None:
    """Check or store one upload, whichever its state asks for, if it can be claimed."""
    from .working import work_on

    work_on(upload_id)


def _sweep() -> None:
    """Send again what a dead worker or broker left behind."""
    from .working import sweep_uploads

    sweep_uploads()


# called rather than written as decorators, which Celery does not type
work = shared_task(name="datasets.work")(_work)
sweep = shared_task(name="datasets.sweep")(_sweep)


def dispatch(upload: Upload) -> None:
    """Tell the workers once the transaction is committed. If the broker is away, the sweep tells them later."""
    transaction.on_commit(lambda: send(upload.pk))


def send(upload_id: int) -> bool:
    """Send the message now; False if the broker is away."""
    try:
        work.apply_async(args=[upload_id], queue="default", retry=False)
    except (OperationalError, OSError) as error:
        log.warning("the broker is away; the upload is sent later", upload_id=upload_id, error=str(error))
        return False
    return True
