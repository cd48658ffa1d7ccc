"""Start the whole product: broker, workers, beat and web, in one terminal."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.launcher.plan import ROLES
from webapp.launcher.run import run_all
from webapp.launcher.supervisor import CannotStart


class Command(BaseCommand):
    """`manage.py up`."""

    help = "Start broker, workers, beat and web; Ctrl-C stops them all."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            default=",".join(ROLES),
            metavar="ROLES",
            help=f"which parts to start, of {', '.join(ROLES)}; another machine of the same installation takes train",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        roles = [role.strip() for role in options["only"].split(",") if role.strip()]
        unknown = sorted(set(roles) - set(ROLES))
        if unknown:
            raise CommandError(f"--only: there is no {', '.join(unknown)}; allowed are {', '.join(ROLES)}")
        try:
            run_all(roles)
        except CannotStart as error:
            raise CommandError(str(error)) from error
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # everything is stopped; taking the interpreter apart would add a second or two to Ctrl-C
