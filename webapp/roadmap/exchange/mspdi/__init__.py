"""Microsoft Project XML (MSPDI), as Microsoft Project, ProjectLibre and GanttProject read and write it.

A project summary task comes first, phases are summary tasks below it, milestones tasks below those. The calendar works
eight hours on each of seven days, so that a day here is a day there, in programs too that count eight hours a day
whatever a file says; a task starts at 8:00 on its first day and finishes at 17:00 on its last. `LinkLag` counts tenths
of a minute of working time. A milestone's key and what serves it stand in the custom fields Text1 and Text2, its owner
is a resource known by e-mail, a passed gate is 100% complete. Gates have no place in this format: an import leaves them
as they are. Elements stand in the order of Microsoft's schema, which its own program insists on.
"""

from .codes import NAMESPACE
from .read import from_mspdi
from .write import to_mspdi

__all__ = ["NAMESPACE", "from_mspdi", "to_mspdi"]
