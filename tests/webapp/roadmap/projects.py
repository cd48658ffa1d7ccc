"""A program of its own: MPXJ, the library with which GanttProject opens Microsoft Project files, reads some.

    python projects.py FOLDER [NAME ...]

For each FOLDER/<name>.xml it writes FOLDER/<name>.json (what it understood; of the NAMEs also the tasks as Microsoft
Project would calculate them anew) and FOLDER/again/<name>.xml (the project as it writes it itself, in the dialect of
Microsoft Project), for all of them FOLDER/schema.json (the order of the elements in Microsoft's schema). One Java
machine does it all, in a process that ends with it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jpype
import mpxj  # noqa: F401  # puts its library in Java's reach

TASK = {
    "uid": "UniqueID",
    "id": "ID",
    "name": "Name",
    "level": "OutlineLevel",
    "outline": "OutlineNumber",
    "start": "Start",
    "finish": "Finish",
    "percent_complete": "PercentageComplete",
    "is_milestone": "Milestone",
    "is_summary": "Summary",
    "constraint": "ConstraintType",
    "constraint_date": "ConstraintDate",
    "actual_start": "ActualStart",
    "actual_finish": "ActualFinish",
    "notes": "Notes",
}


def main(folder: Path, calculated: list[str]) -> None:
    """Reads, tells, and writes again every file of the folder."""
    jpype.startJVM("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", convertStrings=True)
    reader = jpype.JClass("org.mpxj.reader.UniversalProjectReader")
    writer = jpype.JClass("org.mpxj.mspdi.MSPDIWriter")
    scheduler = jpype.JClass("org.mpxj.cpm.MicrosoftScheduler")
    (folder / "again").mkdir()
    for path in sorted(folder.glob("*.xml")):
        project = reader().read(str(path))
        found = told(project)
        writer().write(project, str(folder / "again" / path.name))
        if path.stem in calculated:
            scheduler().schedule(project, project.getProjectProperties().getStartDate())
            found["calculated"] = told(project)["tasks"]
        path.with_suffix(".json").write_text(json.dumps(found))
    (folder / "schema.json").write_text(json.dumps(schema()))


def plain(value: Any) -> Any:
    """A Java value as JSON has it: dates as ISO texts, numbers as floats."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, jpype.JClass("java.lang.Boolean")):
        return bool(value)
    if isinstance(value, jpype.JClass("java.lang.Number")):
        return float(value.doubleValue())
    return str(value.toString())


def told(project: Any) -> dict[str, Any]:
    """The project as MPXJ understands it."""
    units = jpype.JClass("org.mpxj.TimeUnit")
    about = project.getProjectProperties()

    def amount(duration: Any, unit: Any) -> float | None:
        return None if duration is None else float(duration.convertUnits(unit, about).getDuration())

    def task_of(task: Any) -> dict[str, Any]:
        parent = task.getParentTask()
        return {
            **{name: plain(getattr(task, f"get{getter}")()) for name, getter in TASK.items()},
            "days": amount(task.getDuration(), units.DAYS),
            "work_hours": amount(task.getWork(), units.HOURS),
            "texts": [plain(task.getText(number)) for number in (1, 2, 3)],
            "parent": None if parent is None else plain(parent.getUniqueID()),
            "links": [
                {
                    "before": plain(link.getPredecessorTask().getUniqueID()),
                    "kind": plain(link.getType()),
                    "lag_tenths": round(10 * (amount(link.getLag(), units.MINUTES) or 0)),
                    "lag_unit": plain(link.getLag().getUnits()),
                }
                for link in task.getPredecessors()
            ],
        }

    return {
        "title": plain(about.getProjectTitle()),
        "start": plain(about.getStartDate()),
        "finish": plain(about.getFinishDate()),
        "minutes_a_day": plain(about.getMinutesPerDay()),
        "aliases": {plain(field.getFieldType()): plain(field.getAlias()) for field in project.getCustomFields()},
        "working_days": [
            bool(project.getDefaultCalendar().isWorkingDay(day)) for day in jpype.JClass("java.time.DayOfWeek").values()
        ],
        "tasks": [task_of(task) for task in project.getTasks()],
        "resources": [
            {"uid": plain(one.getUniqueID()), "name": plain(one.getName()), "email": plain(one.getEmailAddress())}
            for one in project.getResources()
            if one.getName() is not None
        ],
        "assignments": [
            {
                "task": plain(one.getTaskUniqueID()),
                "resource": plain(one.getResourceUniqueID()),
                "work_hours": amount(one.getWork(), units.HOURS),
                "units": plain(one.getUnits()),
                "start": plain(one.getStart()),
                "finish": plain(one.getFinish()),
            }
            for one in project.getResourceAssignments()
            if one.getResourceUniqueID() is not None
        ],
    }


def schema() -> dict[str, list[str]]:
    """The elements inside each element in the order of the schema, by its path: `Project.Tasks.Task`."""
    annotation, element = (
        jpype.JClass(f"jakarta.xml.bind.annotation.{name}").class_ for name in ("XmlType", "XmlElement")
    )
    found: dict[str, list[str]] = {}

    def walk(kind: Any, path: str) -> None:
        order = kind.getAnnotation(annotation)
        if order is not None:
            named = {}
            for field in kind.getDeclaredFields():
                mark = field.getAnnotation(element)
                given = "##default" if mark is None else str(mark.name())
                named[str(field.getName())] = str(field.getName()) if given == "##default" else given
            found[path] = [named[str(name)] for name in order.propOrder() if str(name)]
        for inner in kind.getDeclaredClasses():
            walk(inner, f"{path}.{inner.getSimpleName()}")

    walk(jpype.JClass("org.mpxj.mspdi.schema.Project").class_, "Project")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
