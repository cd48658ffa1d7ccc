"""Charts from inputs that a reader can check by eye."""

from roi.evidence_value import ItemsValue, SampleInformation
from roi.test_time import BestSamples, SamplesValue
from webapp.business.charts.band import Band, Payback, band_chart
from webapp.business.charts.distribution import distribution_chart
from webapp.business.charts.evidence import evidence_chart
from webapp.business.charts.heat_map import heat_map_chart
from webapp.business.charts.options import OptionValue, options_chart
from webapp.business.charts.samples import samples_chart
from webapp.business.charts.tornado import Swing, tornado_chart
from webapp.business.charts.waterfall import Line, waterfall_chart
from webapp.jobs.charts.figure import Chart

PAYBACK = Payback(7.2, 9.0, 10.4)


def band(payback: Payback = PAYBACK, *, months: int = 36, driver: str = "") -> Chart:
    """From -100,000 up by 10,000 a month; the band 20% wide."""
    axis = list(range(months + 1))
    middle = [10_000.0 * month - 100_000 for month in axis]
    value = Band(axis, [each - 20_000 for each in middle], middle, [each + 20_000 for each in middle])
    return band_chart(value, payback, currency="USD", matters_most=driver)


def waterfall(extra: int = 0, *, currency: str = "USD") -> Chart:
    """300,000 and 50,000 of benefit, 100,000 of cost, and so many costs of 1,000 more."""
    lines = [Line("Integration", -100_000), Line("Labour saved", 300_000), Line("Errors avoided", 50_000)]
    return waterfall_chart([*lines, *(Line(f"Cost {number}", -1_000) for number in range(extra))], currency=currency)


def tornado() -> Chart:
    """The success rate moves the value by 540,000, the volume by 260,000."""
    swings = [
        Swing("Items a month", "8,000", "12,000", 40_000, 300_000),
        Swing("Success rate", "71.0%", "89.0%", -120_000, 420_000),
        Swing("Growth", "0%", "0%", 180_000, 180_000),
    ]
    return tornado_chart(swings, 180_000, currency="USD")


def options(lead: float = 0.71) -> Chart:
    """LoRA before full fine-tuning."""
    return options_chart(
        [
            OptionValue("Full <fine-tuning> on many devices", 60_000, 330_000, 640_000, 1 - lead),
            OptionValue("LoRA", 120_000, 400_000, 700_000, lead),
        ],
        currency="EUR",
    )


def distribution(chance: float = 0.8) -> Chart:
    """100 bins of 10,000 from -200,000 on."""
    edges = [10_000.0 * number - 200_000 for number in range(101)]
    return distribution_chart(edges, [0.01] * 100, chance_above_zero=chance, median=300_000, currency="USD")


def heat_map(offset: float = -0.6) -> Chart:
    """Pays above 60% accuracy at any volume."""
    accuracies, volumes = [0.4, 0.5, 0.7, 0.8], [1_000.0, 2_000.0, 4_000.0]
    values = [[(accuracy + offset) * volume * 100 for volume in volumes] for accuracy in accuracies]
    return heat_map_chart(accuracies, volumes, values, currency="USD", base=(0.79, 2_100))


def evidence(price: float = 10.0, worth: float = 5_000.0, needed: int | None = 120) -> Chart:
    """Half of what can be known after 100 items."""
    counts = (0, 10, 100, 1_000)
    worths = {n: worth * n / (n + 100) for n in counts}
    information = SampleInformation(
        prior_successes=7.0,
        prior_failures=3.0,
        perfect=worth,
        confidence_now=0.7,
        confidence_wanted=0.95,
        items_needed=needed,
        best_items=100,
        turning_points=(0.7,),
        curve=tuple(ItemsValue(n, worths[n], worths[n] - price * n, 0.7 + 0.25 * n / 1_000) for n in counts),
    )
    return evidence_chart(information, currency="USD")


def samples(most: int = 64, *, best: int = 8) -> Chart:
    """Value highest at `best`, measured at the powers of two."""
    values = [(n, 1 - 0.01 * abs(n - best)) for n in range(1, most + 1)]
    curve = [SamplesValue(n, min(1.0, 0.5 + 0.001 * n), v, v - 0.1, v + 0.1, n & (n - 1) == 0) for n, v in values]
    found = BestSamples(best, 1.0, 0.01 * (best - 1), (4, 16), best == most, tuple(curve))
    return samples_chart(found, currency="USD", per_item=True)


ALL = {
    "band": band,
    "waterfall": waterfall,
    "tornado": tornado,
    "options": options,
    "distribution": distribution,
    "heat_map": heat_map,
    "evidence": evidence,
    "samples": samples,
}
"""Each chart's maker by its name."""
