"""`python -m training`: jobs, data checks and models from the command line."""

import os
import sys

# Before torch is imported, which reads it once: threads that wait for each other sleep rather than spin. On a machine
# with anything else to do, spinning costs a multiple of the work itself (docs/decisions/007-threads-that-sleep.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
