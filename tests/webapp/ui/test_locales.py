"""Numbers follow the place: separators, the sign of the currency and where it stands."""

import pytest

from webapp.ui import formats
from webapp.ui.locales import LOCALES, current, in_locale


@pytest.mark.parametrize(
    ("key", "amount", "short", "share"),
    [
        ("en-US", "$1,234.50", "$1.24 M", "89.5%"),
        ("en-IE", "€1,234.50", "€1.24 M", "89.5%"),
        ("de-DE", "1.234,50\xa0€", "1,24 M\xa0€", "89,5%"),
        ("fr-FR", "1\u202f234,50\xa0€", "1,24 M\xa0€", "89,5%"),
        ("en-GB", "£1,234.50", "£1.24 M", "89.5%"),
        ("ja-JP", "¥1,234", "¥1.24 M", "89.5%"),
        ("de-CH", "CHF 1’234.50", "CHF 1.24 M", "89.5%"),
    ],
)
def test_money_and_shares_by_place(key: str, amount: str, short: str, share: str) -> None:
    with in_locale(LOCALES[key]) as place:
        assert formats.money(1234.5, place.currency) == amount
        assert formats.money(1_240_000, place.currency, short=True) == short
        assert formats.percent(0.895) == share
    assert current().key == "en-US"


def test_counts_and_digits_follow_as_well() -> None:
    with in_locale(LOCALES["de-DE"]):
        assert formats.count(1_234_567) == "1.234.567"
        assert formats.sig(0.0123) == "0,0123"
        assert formats.sig(3.2e-6) == "3,2e-6"
        assert formats.percent(0.0004) == "0,04%"
        assert formats.money(-0.001, "EUR") == "−<0,01\xa0€"
