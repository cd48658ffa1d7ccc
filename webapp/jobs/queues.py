"""Names of the broker's queues: light work in one, jobs by device class and number of devices."""

DEFAULT_QUEUE = "default"
TRAIN_PREFIX = "train."


def queue_name(device_class: str, devices: int) -> str:
    """The queue of jobs that need so many devices of a class."""
    return f"{TRAIN_PREFIX}{device_class}" + (f".x{devices}" if devices > 1 else "")


def queue_names(device_class: str, capacity: int) -> list[str]:
    """The queues of a worker that holds `capacity` devices: it takes every job that fits."""
    return [queue_name(device_class, count) for count in range(1, capacity + 1)]
