"""Predictions before launch: formulas by hand, calibration, and the findings that come with them."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.catalogue import DEFAULT_MODEL, KNOWN_MODELS
from training.data.lengths import Lengths, sampled_lengths
from training.devices import KNOWN_DEVICES, MEASURED_SPREAD, DeviceSpeed, cpu, device_here, device_named
from training.estimate import Calibration, Prediction, predict
from training.estimate_files import estimate_spec
from training.faults import BadData
from training.readiness import readiness, settled_difference
from training.spec import SftSpec, parse_spec
from training.speed import Speed, keep, machine_key, recorded
from training.statistics import needed_items
from training.work import DataFacts, planned_steps, trainable_parameters

approx = pytest.approx
SMOL = KNOWN_MODELS[DEFAULT_MODEL].shape
ROWS = DataFacts(rows=1600, mean_tokens=52, target_tokens=4, longest_tokens=80, shortest_tokens=40)
TWO_CORES = cpu(cores=2, memory_bytes=24 * 1024**3)


def sft(**fields: Any) -> SftSpec:
    spec = parse_spec({"kind": "sft", "model": DEFAULT_MODEL, "data": {"train": "t.jsonl"}, **fields})
    assert isinstance(spec, SftSpec)
    return spec


def study_lora(**optim: Any) -> SftSpec:
    return sft(optim={"batch_size": 16, "max_steps": 50, **optim})


def predicted(spec: SftSpec, data: DataFacts = ROWS, device: DeviceSpeed = TWO_CORES, **more: Any) -> Prediction:
    return predict(spec, data, SMOL, device, **more)


def codes(spec: SftSpec, data: DataFacts = ROWS, device: DeviceSpeed = TWO_CORES, **more: Any) -> dict[str, str]:
    found = readiness(spec, data, predicted(spec, data, device), device, **more)
    assert all(one.message and one.remedy for one in found)
    return {one.code: one.severity for one in found}


def test_trainable_parameters_as_peft_counts_them() -> None:
    """SmolLM2-135M, rank 16 on all linear maps: 30 x 16 x (576+576 + 2 (576+192) + 576+576 + 3 (576+1536))."""
    assert trainable_parameters(sft(adaptation={"method": "lora", "rank": 16}), SMOL) == 4_884_480
    assert trainable_parameters(sft(adaptation={"method": "ia3"}), SMOL) == 30 * (192 + 192 + 1536)
    assert trainable_parameters(sft(adaptation={"method": "prompt"}), SMOL) == 20 * 576
    assert trainable_parameters(sft(adaptation={"method": "full"}), SMOL) == 134_515_008


def test_flops_by_hand() -> None:
    """800 rows of 52 tokens, 4 of them learned; body 134,515,008 - 49,152 x 576 weights."""
    head = 49_152 * 576
    body = 134_515_008 - head
    full = predicted(sft(adaptation={"method": "full"}, optim={"batch_size": 16, "max_steps": 50}))
    assert full.tokens == 41_600
    assert full.flops == approx(6 * (body * 41_600 + head * 3_200))
    lora = predicted(study_lora())
    assert lora.flops == approx(4 * (body * 41_600 + head * 3_200) + 6 * 4_884_480 * 41_600)


def test_the_measured_run_lies_in_the_range() -> None:
    """LoRA r16, 50 steps of 16 rows of 52 tokens, without validation: 49 s on 2 cores with matrix units, 86 s on 2
    without. Nothing is known of the machine, so both lie in the range."""
    found = predicted(study_lora(), DataFacts(1600, 52, 4, shared_tokens=32))
    assert found.seconds.low < 49 < 86 < found.seconds.high
    assert 0.5 * 1024**3 < found.peak_memory_bytes.value < 4 * 1024**3


MEASURED = Speed(
    device="cpu",
    precision="float32",
    learning_flops_per_second=1.055e11,
    reading_flops_per_second=1.127e11,
    weights_per_second=6.2e9,
    layer_seconds=1.3e-3,
    updates_per_second=3.3e8,
    written_bytes_per_second=8.2e8,
    start_seconds=4.4,
    read="2026-11-22",
)
"""A 2-core Xeon without matrix units, by `python -m training speed`."""

SAMPLE = DataFacts(1600, 50.7, 3.8, 60, 24, validation_rows=200, choices=8, shared_tokens=32.0)
"""The medical-coding sample as its manifest and first rows tell."""


def test_a_study_on_a_measured_machine_takes_what_was_foretold() -> None:
    """What the first study took on that machine, 300 held-out rows, without the start of its processes."""
    evaluate = parse_spec({"kind": "evaluate", "model": DEFAULT_MODEL, "data": {"test": "t"}, "metric": "choice"})
    tested = DataFacts(300, 50.7, 3.8, choices=8, shared_tokens=32.0)
    full = sft(adaptation={"method": "full"}, optim={"batch_size": 16, "max_steps": 50})
    took = [(evaluate, tested, 14.3), (study_lora(), SAMPLE, 122.2), (full, SAMPLE, 172.3)]
    for spec, data, seconds in took:
        found = predict(spec, data, SMOL, replace(cpu(2, measured=MEASURED), start_seconds=0))
        assert found.seconds.value == approx(seconds, rel=0.3)
        assert found.seconds.low < seconds < found.seconds.high
        assert found.seconds.high / found.seconds.value == approx(MEASURED_SPREAD)


def test_the_parts_make_the_whole() -> None:
    found = predict(study_lora(), SAMPLE, SMOL, cpu(2, measured=MEASURED))
    assert list(found.parts) == ["start", "load", "train", "validate", "save"]
    assert sum(found.parts.values()) == approx(found.seconds.value, rel=1e-3)
    without = predict(study_lora(), DataFacts(1600, 50.7, 3.8, shared_tokens=32.0), SMOL, cpu(2, measured=MEASURED))
    assert "validate" not in without.parts
    assert without.parts["train"] == found.parts["train"]
    kept = sft(optim={"batch_size": 16, "max_steps": 50}, checkpoint_every_steps=5)
    assert predict(kept, SAMPLE, SMOL, cpu(2, measured=MEASURED)).parts["save"] > 10 * found.parts["save"]


def test_a_shared_start_is_computed_once_a_pack() -> None:
    """16 rows of 50 tokens that begin with the same 30: 16 x 20 + 30 instead of 800."""
    apart, together = (DataFacts(1600, 50, 4, shared_tokens=shared) for shared in (0, 30))
    body = 134_515_008 - 49_152 * 576
    learned = 4 * body + 6 * 4_884_480
    saved = predicted(study_lora(), apart).flops - predicted(study_lora(), together).flops
    assert saved == approx(50 * learned * (800 - 350))
    alone = predicted(sft(optim={"batch_size": 16, "max_steps": 50}, packing=False), together)
    assert alone.flops == predicted(study_lora(), apart).flops


def test_an_untrained_model_writes_on_to_the_limit() -> None:
    raw = {"kind": "evaluate", "model": DEFAULT_MODEL, "data": {"test": "t"}, "metric": "exact", "max_new_tokens": 32}
    base, tuned = parse_spec(raw), parse_spec({**raw, "adapter": "job:abcd/adapter"})
    assert (
        predict(base, SAMPLE, SMOL, TWO_CORES).parts["answer"] > predict(tuned, SAMPLE, SMOL, TWO_CORES).parts["answer"]
    )


def test_lengths_by_hand() -> None:
    """Tokens of 4 bytes and one more each text; a template's 3 before and 2 behind a message."""
    rows = [
        {
            "prompt": [{"role": "system", "content": "Sort the letters."}, {"role": "user", "content": text}],
            "completion": [{"role": "assistant", "content": "bill"}],
        }
        for text in ("One of many.", "One of more.")
    ]
    whole = (5 + 5) + (4 + 5) + (2 + 5)
    assert sampled_lengths(rows) == Lengths(whole=whole, answer=2 + 2, shared=(5 + 5) + 3 + 3, template=15)
    plain = sampled_lengths([{"prompt": "abcd", "completion": "ef"}, {"prompt": "xyz", "completion": "ef"}])
    assert plain == Lengths(whole=(2 + 1 + 1 + 1) / 2, answer=1, shared=0, template=0)
    assert sampled_lengths([]) == Lengths()


def test_a_record_is_kept_beside_those_of_other_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    assert recorded() is None
    (tmp_path / "speed.json").write_text('{"another": {"device": "cpu"}}')
    keep(MEASURED)
    assert recorded() == MEASURED
    assert device_here().precision == "float32" or device_here().name != "cpu"
    kept = json.loads((tmp_path / "speed.json").read_text())
    assert set(kept) == {"another", machine_key()}
    for damaged in ("{", "[]", json.dumps({machine_key(): {**MEASURED.to_json(), "layer_seconds": 0}})):
        (tmp_path / "speed.json").write_text(damaged)
        assert recorded() is None


def test_a_gpu_that_was_measured_keeps_its_memory_from_the_table() -> None:
    found = device_named("cuda", measured=Speed(**{**MEASURED.to_json(), "device": "NVIDIA H200"}))
    assert (found.name, found.memory_bytes) == ("H200", device_named("NVIDIA H200").memory_bytes)
    assert found.flops_per_second == MEASURED.learning_flops_per_second
    assert device_named("cuda", measured=MEASURED).source.startswith("unknown device")


def test_steps_come_from_steps_epochs_or_the_default() -> None:
    assert planned_steps(study_lora(), 1600) == 50
    assert planned_steps(sft(optim={"epochs": 2, "batch_size": 8, "gradient_accumulation": 2}, devices=2), 1600) == 100
    assert planned_steps(sft(), 1600) == SftSpec.default_steps


def test_cost_follows_the_price_and_the_devices() -> None:
    found = predicted(study_lora(), usd_per_device_hour=3600)
    assert found.usd is not None
    assert found.usd.value == approx(found.seconds.value)
    assert predicted(study_lora()).usd is None
    priced = sft(devices=4, budget={"usd_per_device_hour": 3600})
    usd = predicted(priced).usd
    assert usd is not None
    assert usd.value == approx(4 * predicted(priced).seconds.value)


@given(st.integers(1, 64), st.integers(1, 500), st.sampled_from(["full", "lora", "dora", "ia3", "prompt"]))
def test_more_work_never_takes_less(batch: int, steps: int, method: str) -> None:
    def of(batch: int, steps: int) -> Prediction:
        return predicted(sft(adaptation={"method": method}, optim={"batch_size": batch, "max_steps": steps}))

    one, longer, wider = of(batch, steps), of(batch, steps + 1), of(batch + 1, steps)
    assert one.seconds.low < one.seconds.value < one.seconds.high
    assert longer.seconds.value > one.seconds.value
    assert wider.flops > one.flops
    assert wider.peak_memory_bytes.value > one.peak_memory_bytes.value


def test_calibration_by_hand() -> None:
    """Two jobs that took twice as long: log factor = 2 log 2 / (2 + 2)."""
    found = Calibration.learn([(10, 20), (30, 60)])
    assert found.factor == approx(math.sqrt(2))
    assert found.jobs == 2


def test_calibration_learns() -> None:
    assert Calibration.learn([]) == Calibration(1.0, 3.0, 0)
    few, many = Calibration.learn([(10, 20)] * 2), Calibration.learn([(10, 20)] * 50)
    assert many.factor == approx(2, rel=0.06)
    assert many.spread < few.spread
    found = predicted(study_lora(), calibration=many)
    assert found.seconds.value == approx(predicted(study_lora()).seconds.value * many.factor)
    assert found.calibrated_on == 50
    assert "50 finished jobs" in found.basis[-1]


@given(st.lists(st.tuples(st.floats(0.1, 1e5), st.floats(0.1, 1e5)), max_size=30))
def test_calibration_stays_between_nothing_and_the_jobs(pairs: list[tuple[float, float]]) -> None:
    found = Calibration.learn(pairs)
    ratios = [actual / guess for guess, actual in pairs] or [1.0]
    assert min(1, *ratios, 1) * 0.999 <= found.factor <= max(1, *ratios, 1) * 1.001
    assert found.spread > 1


def test_calibration_leaves_out_what_is_no_number() -> None:
    assert Calibration.learn([(0, 1), (1, 0), (-1, 2), (1, math.inf), (1, math.nan)]).jobs == 0


def test_a_job_that_is_fine_has_no_findings() -> None:
    assert codes(study_lora(), minimum_effect=0.1, test_rows=400) == {}


def test_each_finding() -> None:
    tiny = DeviceSpeed("tiny", 1e12, 512 * 1024**2, "none")
    assert codes(study_lora(), device=tiny)["memory"] == "fault"
    snug = DeviceSpeed("snug", 1e12, int(predicted(study_lora()).peak_memory_bytes.value), "none")
    assert codes(study_lora(), device=snug)["memory"] == "warning"
    assert codes(study_lora(learning_rate=0.9))["unusual_value"] == "warning"
    assert codes(study_lora(), DataFacts(0, 52))["no_rows"] == "fault"
    assert codes(study_lora(max_steps=1), DataFacts(49, 52))["few_rows"] == "warning"
    assert "many_epochs" in codes(study_lora(max_steps=2100))
    assert codes(sft(max_tokens=32))["rows_too_long"] == "fault"
    assert codes(sft(max_tokens=64))["rows_cut"] == "warning"
    assert "budget_minutes" in codes(sft(budget={"max_minutes": 0.1}))
    assert "budget_usd" in codes(sft(budget={"max_usd": 0.001, "usd_per_device_hour": 10}))
    assert "small_test" in codes(study_lora(), minimum_effect=0.02, test_rows=200)


def test_faults_stand_before_warnings() -> None:
    spec = sft(max_tokens=32, optim={"learning_rate": 0.9})
    found = readiness(spec, ROWS, predicted(spec), TWO_CORES)
    assert [one.severity for one in found] == ["fault", "warning", "warning"]


@pytest.mark.parametrize("items", [50, 200, 1000, 10_000])
def test_the_settled_difference_is_the_reverse_of_the_items_needed(items: int) -> None:
    difference = settled_difference(items)
    assert needed_items(difference, 0.2) <= items < needed_items(difference * 0.98, 0.2)


def test_a_handful_of_items_settles_nothing() -> None:
    assert settled_difference(5) == 1.0


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("NVIDIA H200", "H200"),
        ("NVIDIA A100-SXM4-80GB", "A100"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA L4", "L4"),
        ("Tesla T4", "T4"),
    ],
)
def test_devices_are_found_by_the_drivers_name(name: str, entry: str) -> None:
    assert device_named(name).name == entry
    assert device_named(name, 7).memory_bytes == 7


def test_an_unknown_device_says_so() -> None:
    found = device_named("Some GPU 9000")
    assert found.source.startswith("unknown device")
    assert found.spread >= 10


def test_every_device_names_its_source_and_day() -> None:
    assert all(one.source and one.read for one in (*KNOWN_DEVICES, cpu(), device_here()))


def test_a_spec_with_files(tmp_path: Path) -> None:
    rows = [{"prompt": f"Question {number} is what?", "completion": "An answer."} for number in range(60)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = estimate_spec(study_lora(max_steps=10), [tmp_path])
    assert found["prediction"]["steps"] == 10
    assert found["prediction"]["seconds"]["low"] > 0
    spec = parse_spec({"kind": "evaluate", "model": DEFAULT_MODEL, "data": {"test": "t.jsonl"}})
    assert [finding["code"] for finding in estimate_spec(spec, [tmp_path])["findings"]] == ["small_test"]


def test_files_that_are_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"data.train \(t.jsonl\)"):
        estimate_spec(study_lora(), [tmp_path])
    (tmp_path / "t.jsonl").write_text("{")
    with pytest.raises(BadData, match="no usable row"):
        estimate_spec(study_lora(), [tmp_path])
