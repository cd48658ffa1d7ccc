"""`manage.py sign_in_link [email]`: print an address that signs one person in once."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts.links import first_run_link, sign_in_link
from webapp.accounts.models import User


class Command(BaseCommand):
    help = "Prints an address that signs a person in once, within ten minutes: the owner, or the one with this e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="whose link; the owner of this installation if left out")
        parser.add_argument(
            "--base-url",
            default=f"http://localhost:{os.environ.get('PORT') or 8000}",
            help="where the product answers, such as https://uplift.example.com",
        )

    def handle(self, *args: Any, email: str | None, base_url: str, **options: Any) -> None:
        if email is None:
            self.stdout.write(first_run_link(base_url))
            return
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody with the address {email} has an open account here.")
        self.stdout.write(sign_in_link(user, base_url))
