"""ICS (RFC 5545): each milestone's last day as an all-day event, for anybody's calendar."""

from datetime import UTC, datetime, timedelta

from .document import PlanDocument

_LINE_OCTETS = 75


def to_ics(document: PlanDocument, *, project: str, host: str, now: datetime) -> str:
    """The plan's dates. `project` is its code and `host` the site's name: together they make the events' ids."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Uplift//Roadmap//EN", "CALSCALE:GREGORIAN"]
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for part in document.milestones:
        phase = document.phases[part.phase - 1].name
        days = f"{part.start.isoformat()} to {part.finish.isoformat()}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(f'{part.key}.{project}@{host}')}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{part.finish:%Y%m%d}",
            f"DTEND;VALUE=DATE:{part.finish + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(part.name)}",
            f"DESCRIPTION:{_text(f'{phase}, {days}. {part.description}'.strip())}",
            f"CATEGORIES:{_text(phase)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _text(value: str) -> str:
    """Escaped as section 3.3.11 asks."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, continued with a blank (section 3.1); a character is never cut in two."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece])
