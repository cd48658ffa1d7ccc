"""docs/data.md names every form, reason, kind of personal data and sample."""

from training.data.forms import FORMS
from training.data.personal import Kind
from training.data.report import Reason
from training.data.samples import SAMPLES
from training.home import SOURCE_ROOT


def test_everything_that_can_be_told_is_documented():
    text = (SOURCE_ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    names = [*FORMS, *Reason, *SAMPLES, *(f"[{kind.name}]" for kind in Kind)]
    assert [name for name in names if f"`{name}`" not in text] == []
