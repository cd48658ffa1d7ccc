"""What a page answers whose files cannot be had."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .bucket import FilesFault

log = structlog.get_logger("uplift.files")


class FilesAnswer:
    """Middleware: a page that needs a file which the bucket does not give says so, with what to check."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """503 with the fault in words."""
        if not isinstance(error, FilesFault):
            return None
        log.error("a page could not have its files", path=request.path, error=str(error))
        return render(request, "503.html", {"fault": error}, status=503)
