"""What every test shares."""

from hypothesis import settings

# property tests state laws, not speed: on a busy machine one example may take any time
settings.register_profile("product", deadline=None)
settings.load_profile("product")
