"""How the API says no: one shape a status, always JSON."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from roi import ScenarioFaults
from webapp.business.services import EditConflict
from webapp.datasets.options import DataRefused
from webapp.files.bucket import FilesFault
from webapp.jobs.external import EvidenceRefused
from webapp.jobs.services import LaunchRefused
from webapp.roadmap.exchange.document import DocumentFaults
from webapp.roadmap.services.history import EditConflict as MilestoneConflict
from webapp.roadmap.services.history import RoadmapRefused


def install(api: NinjaAPI) -> None:
    """Answer the product's exceptions and the framework's in the documented shapes."""

    @api.exception_handler(LaunchRefused)
    def refused(request: HttpRequest, error: LaunchRefused) -> HttpResponse:
        return _faults(api, request, [{"path": fault.path, "message": fault.message} for fault in error.faults])

    @api.exception_handler(ScenarioFaults)
    def bad_figures(request: HttpRequest, error: ScenarioFaults) -> HttpResponse:
        return _faults(api, request, [{"path": fault.path, "message": fault.message} for fault in error.faults])

    @api.exception_handler(EditConflict)
    def overtaken(request: HttpRequest, error: EditConflict) -> HttpResponse:
        return api.create_response(request, {"detail": str(error), "version": error.current.version}, status=409)

    @api.exception_handler(MilestoneConflict)
    def moved_on(request: HttpRequest, error: MilestoneConflict) -> HttpResponse:
        return api.create_response(request, {"detail": str(error), "version": error.current.version}, status=409)

    @api.exception_handler(RoadmapRefused)
    @api.exception_handler(EvidenceRefused)
    def not_taken(request: HttpRequest, error: RoadmapRefused | EvidenceRefused) -> HttpResponse:
        return _faults(api, request, [{"path": error.field or "request", "message": str(error)}])

    @api.exception_handler(DocumentFaults)
    def bad_plan(request: HttpRequest, error: DocumentFaults) -> HttpResponse:
        return _faults(api, request, [{"path": path, "message": message} for path, message in error.faults])

    @api.exception_handler(DataRefused)
    def data_refused(request: HttpRequest, error: DataRefused) -> HttpResponse:
        return _faults(api, request, [{"path": "data", "message": str(error)}])

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        told = [{"path": _path(item), "message": item["msg"]} for item in error.errors]
        return _faults(api, request, told)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return api.create_response(request, {"detail": str(error) or "Not found"}, status=404)

    @api.exception_handler(FilesFault)
    def away(request: HttpRequest, error: FilesFault) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=503)

    @api.exception_handler(PermissionDenied)
    def denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return api.create_response(request, {"detail": str(error) or "Not allowed"}, status=403)


def _faults(api: NinjaAPI, request: HttpRequest, faults: list[dict[str, Any]]) -> HttpResponse:
    return api.create_response(request, {"faults": faults}, status=422)


def _path(item: dict[str, Any]) -> str:
    # the first two parts say where the framework found the value: ("body", "payload", "spec")
    location = [str(part) for part in item.get("loc", ())]
    return ".".join(location[2:] or location) or "request"
