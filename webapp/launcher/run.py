"""The course of `manage.py up`: take the place, prepare, start, say where, keep, stop."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from webapp import env

from .devices import device_groups, visible_gpus
from .places import private_folder
from .plan import ROLES, Settings, make_plan
from .prepare import bring_database_up_to_date, collect_static_files
from .supervisor import CannotStart, Supervisor, answers, check_port, environment_with, tell

WORKERS_SECONDS = 20.0


def run_all(roles: Sequence[str] = ROLES) -> None:
    """Run the parts until a signal comes. Raises `CannotStart`."""
    started = time.monotonic()
    supervisor = Supervisor(source=settings.SOURCE, state=settings.STATE, say=tell)
    chosen = _settings()
    supervisor.take_place([role for role in roles if role != "broker" or chosen.socket is not None])
    if "web" in roles:
        check_port(chosen.bind, chosen.port)
    supervisor.watch_signals()
    try:
        _start_all(supervisor, chosen, roles, started)
        supervisor.keep()
    finally:
        tell("Stopping: running jobs are checkpointed and queued again ...")
        supervisor.stop()


def _start_all(supervisor: Supervisor, chosen: Settings, roles: Sequence[str], started: float) -> None:
    environment = environment_with({"UPLIFT_DEVICE_CLASS": "cuda" if chosen.gpu_groups else chosen.device_class})
    plan = make_plan(chosen, roles)
    for part in plan:
        if part.name == "broker":
            assert chosen.socket is not None
            supervisor.start(part, environment)
            supervisor.wait_for("The broker", lambda: answers(chosen.socket or Path()), 30)
    _prepare(roles)
    for part in plan:
        if part.name != "broker" and not supervisor.must_stop:
            supervisor.start(part, environment)
    if "web" not in roles:
        tell(f"Running: {', '.join(part.name for part in plan)}. Logs are in {settings.STATE / 'log'}. Ctrl-C stops.")
        return
    address = f"http://{_shown(chosen.bind)}:{chosen.port}"
    supervisor.wait_for("The web server", lambda: "web" not in _ailing(address), 60)
    _wait_for_workers(supervisor, address, roles)
    if not supervisor.must_stop:
        _welcome(address, time.monotonic() - started)


def _wait_for_workers(supervisor: Supervisor, address: str, roles: Sequence[str]) -> None:
    """A page without workers is of use, so a slow worker is told of and not waited for without end."""
    if not {"train", "default"} <= set(roles):
        return
    try:
        supervisor.wait_for("A worker", lambda: not _ailing(address), WORKERS_SECONDS)
    except CannotStart:
        tell(f"Not everything answers yet: {', '.join(_ailing(address))}. See {address}/healthz")


def _settings() -> Settings:
    try:
        groups = device_groups(visible_gpus(), env.text("UPLIFT_DEVICE_GROUPS"))
    except ValueError as error:
        raise CannotStart(str(error)) from None
    is_embedded = not env.text("REDIS_URL")
    socket = settings.BROKER_SOCKET if is_embedded else None
    if is_embedded:
        private_folder(settings.STATE / "broker")
        private_folder(settings.BROKER_SOCKET.parent)
    return Settings(
        source=settings.SOURCE,
        state=settings.STATE,
        socket=socket,
        bind=env.text("UPLIFT_BIND", "127.0.0.1"),
        port=env.whole("PORT", 8000, low=1, high=65535),
        job_stop_seconds=settings.STOP_GRACE_SECONDS,
        device_class=settings.DEVICE_CLASS,
        cpu_slots=settings.CPU_SLOTS,
        gpu_groups=groups,
    )


def _prepare(roles: Sequence[str]) -> None:
    """Bring database and static files up to this version; a machine that only trains leaves them alone."""
    if set(roles) <= {"train", "broker"}:
        return
    if bring_database_up_to_date():
        tell("Database brought up to this version.")
    if "web" in roles and collect_static_files():
        tell("Static files collected.")


def _ailing(address: str) -> set[str]:
    """The parts that /healthz says do not answer; "web" when the page itself does not."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
            content = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            content = json.loads(error.read())
        except ValueError:
            return {"web"}
    except (OSError, ValueError):
        return {"web"}
    return {name for name, part in content.items() if not part["ok"]}


def _shown(bind: str) -> str:
    return "localhost" if bind in ("127.0.0.1", "0.0.0.0", "::", "[::]") else bind  # noqa: S104 - compared, not bound


def _welcome(address: str, seconds: float) -> None:
    from webapp.accounts.links import first_run_link

    tell(f"Uplift is ready after {seconds:.1f} s. Logs are in {settings.STATE / 'log'}. Ctrl-C stops everything.")
    tell(f"Sign in (this link works once, for ten minutes): {first_run_link(address)}")
