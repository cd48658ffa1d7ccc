"""How files of requests reach the disk: only from people who may send any, and never past the limit.

Django reads a request's body before the view runs (to look for the CSRF token), so this is the place where a body
that is too large, or comes from nobody, is stopped before it fills the disk.
"""

import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler

INCOMING = "incoming"
_READ_TO_THE_END_BYTES = 64 * 1024 * 1024
_FORM_BYTES = 1024 * 1024
_MOST_FILES = 4


class GuardedUploadHandler(TemporaryFileUploadHandler):
    """Writes files to the uploads folder, so that keeping one is a rename; stops early where it must refuse.

    What was refused stands in `request.upload_refused` for the view to tell; the files are gone then.
    """

    def handle_raw_input(
        self, input_data: IO[bytes], META: dict[str, str], content_length: int, boundary: str, encoding: Any = None
    ) -> None:
        self._announced = content_length
        # a small body is read to its end, so that the browser gets the answer; a huge one is cut off
        self._cut = content_length > _READ_TO_THE_END_BYTES
        request: Any = self.request
        request.upload_refused = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        request: Any = self.request
        if not (request.user.is_authenticated or getattr(request, "auth", None)):
            self._refuse("Only people who are signed in can send files.")
        if self._announced > settings.MAX_UPLOAD_BYTES * _MOST_FILES + _FORM_BYTES:
            self._refuse(_too_large())
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = _Incoming(self.file_name, self.content_type, self.charset, self.content_type_extra)
        self._file_left = settings.MAX_UPLOAD_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._file_left -= len(raw_data)
        if self._file_left < 0:
            self._refuse(_too_large())
        super().receive_data_chunk(raw_data, start)

    def _refuse(self, why: str) -> None:
        request: Any = self.request
        request.upload_refused = why
        raise StopUpload(connection_reset=self._cut)


class _Incoming(TemporaryUploadedFile):
    """A file on the disk where it is to stay, under a name that owes nothing to its owner's."""

    def __init__(self, name: Any, content_type: Any, charset: Any, extra: Any) -> None:
        folder = Path(settings.UPLOAD_FOLDER) / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=".upload")  # noqa: SIM115 (closed by whoever reads it)
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


def _too_large() -> str:
    return f"The file is larger than {settings.MAX_UPLOAD_BYTES // (1024 * 1024):,} MB, the limit of this installation."
