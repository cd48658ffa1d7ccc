"""What every test shares."""

import os

from hypothesis import settings

# Property tests state laws, not speed: on a busy machine one example may take any time. Continuous integration tries
# the same examples each time, so that it speaks of the change; other runs look for new ones.
settings.register_profile("product", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("product")
