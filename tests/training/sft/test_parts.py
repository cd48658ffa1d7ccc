"""Order of rows, learning rate, checkpoints and the stop between layers."""

import errno
import os
import threading
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from training.batches.order import DataOrder
from training.disk import as_os_error, written_whole
from training.jobs import checkpoint as checkpoint_module
from training.jobs import timing
from training.jobs.checkpoint import Checkpoint, newest_checkpoint, save_checkpoint
from training.jobs.optimizer import MasterAdamW, rate_factor
from training.jobs.stopping import StopRequested, stops_between_layers
from training.speed import Speed


@given(st.integers(1, 20), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_ranks_share_each_step_and_epochs_take_each_row_once(rows: int, batch: int, world: int, seed: int) -> None:
    order = DataOrder(rows=rows, step_rows=batch * world, seed=seed, last_row=2 * rows)
    steps = -(-2 * rows // (batch * world))
    taken = []
    for step in range(steps):
        shares = [order.rows_of_step(step, rank=rank, world=world) for rank in range(world)]
        assert sorted(row for share in shares for row in share) == sorted(order.rows_of_step(step))
        taken += order.rows_of_step(step)
    assert sorted(taken[:rows]) == sorted(taken[rows:]) == list(range(rows))
    assert order.epoch_after(steps) == 2.0


def test_rate_rises_and_falls() -> None:
    """10 steps, 2 of warm-up: 1/3, 2/3, then from 1 down by eighths, by half a cosine, or not at all."""
    rates = {
        name: [rate_factor(step, total_steps=10, warmup_steps=2, schedule=name) for step in range(10)]
        for name in ("linear", "cosine", "constant")
    }
    assert rates["linear"] == pytest.approx([1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])
    assert rates["cosine"][6] == pytest.approx(0.5)
    assert rates["constant"][2:] == [1.0] * 8


def make_checkpoint(step: int) -> Checkpoint:
    weights = {"w": torch.full((3,), float(step))}
    return Checkpoint(step, weights, {"exp_avg/w": weights["w"] / 2}, {"cpu": torch.get_rng_state()}, {"x": step})


def test_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    for step in (5, 10, 15):
        save_checkpoint(tmp_path, make_checkpoint(step))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000000010", "step-000000015"]
    found = newest_checkpoint(tmp_path)
    assert found is not None
    assert (found.step, found.state) == (15, {"x": 15})
    assert torch.equal(found.weights["w"], make_checkpoint(15).weights["w"])
    assert all(path.suffix in (".safetensors", ".json") for path in tmp_path.glob("*/*"))


def test_a_torn_checkpoint_is_passed_over(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, make_checkpoint(5))
    torn = save_checkpoint(tmp_path, make_checkpoint(10)) / "moments.safetensors"
    torn.write_bytes(torn.read_bytes()[:20])
    (tmp_path / "step-000000015.part").mkdir()
    found = newest_checkpoint(tmp_path)
    assert found is not None
    assert found.step == 5
    assert not (tmp_path / "step-000000015.part").exists()


def test_a_full_disk_leaves_the_earlier_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_checkpoint(tmp_path, make_checkpoint(5))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint_module, "write_json", full)
    with pytest.raises(OSError, match="No space left") as caught:
        save_checkpoint(tmp_path, make_checkpoint(10))
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000005"]


def test_errors_of_rust_libraries_become_os_errors() -> None:
    with pytest.raises(OSError, match="No space left") as caught, as_os_error():
        raise RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(RuntimeError, match="other"), as_os_error():
        raise RuntimeError("other")


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with written_whole(tmp_path / "made") as part:
        (part / "a").write_text("1")
        assert not (tmp_path / "made").exists()
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "made") as part:
        (part / "missing/a").write_text("2")
    assert (tmp_path / "made/a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_masters_follow_adamw_of_torch() -> None:
    """Three clipped steps on fp32 parameters are torch's own; the moments survive a round trip."""
    torch.manual_seed(0)
    start = torch.randn(4, 3)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    optimizer = MasterAdamW({"w": ours}, learning_rate=0.1, weight_decay=0.01)
    peer = torch.optim.AdamW([theirs], lr=0.1, weight_decay=0.01)
    for step in range(3):
        for parameter in (ours, theirs):
            parameter.grad = torch.full_like(parameter, step - 1.5)
        if step == 2:
            restored = MasterAdamW({"w": nn.Parameter(torch.zeros(4, 3))}, learning_rate=0.1, weight_decay=0.01)
            restored.restore(optimizer.weights(), {key: value.clone() for key, value in optimizer.moments().items()})
            restored.masters["w"].grad = ours.grad.clone() if ours.grad is not None else None
            restored.step(0.1, 1.0)
        optimizer.step(0.1, 1.0)
        nn.utils.clip_grad_norm_([theirs], 1.0)
        peer.step()
        peer.zero_grad()
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(restored.masters["w"], ours)


def test_a_rank_without_rows_has_zeros_to_sum() -> None:
    optimizer = MasterAdamW({"w": nn.Parameter(torch.ones(2))}, learning_rate=0.1, weight_decay=0.0)
    assert [value.tolist() for value in optimizer.gradients()] == [[0.0, 0.0]]


class Stack(nn.Module):
    """Layers that count how far a pass got, and set the stop on the way."""

    def __init__(self, stop: threading.Event, *, at: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(6))
        self.stop, self.at, self.passed = stop, at, 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for index, layer in enumerate(self.layers):
            if index == self.at:
                self.stop.set()
            x = layer(x)
            self.passed = index + 1
        return x


def test_a_stop_takes_hold_within_the_forward_pass() -> None:
    stop = threading.Event()
    model = Stack(stop, at=3)
    with stops_between_layers(model, stop), pytest.raises(StopRequested):
        model(torch.ones(1, 2))
    assert model.passed == 3
    model(torch.ones(1, 2))  # outside the block nothing stops
    assert model.passed == 6


def test_a_stop_takes_hold_within_the_backward_pass() -> None:
    stop = threading.Event()
    model = Stack(stop, at=99)
    with stops_between_layers(model, stop):
        loss = model(torch.ones(1, 2)).sum()
        stop.set()
        with pytest.raises(StopRequested):
            loss.backward()
    assert model.layers[0].weight.grad is None


def test_this_machine_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short runs here; what comes out is what a machine can have, and less with one core than a GPU's data sheet."""
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    monkeypatch.setattr(timing, "_LARGEST_SECONDS", 0.02)
    monkeypatch.setattr(timing, "_MATRIX", 2048)
    monkeypatch.setattr(timing, "TOKENS", 96)
    monkeypatch.setattr(timing, "_WRITTEN_BYTES", 1024**2)
    found = timing.measured(start_seconds=3.0)
    assert Speed.from_json(found.to_json()) == found
    assert 1e8 < found.learning_flops_per_second < 1e15
    assert 0.3 < found.reading_flops_per_second / found.learning_flops_per_second < 5
    assert 1e-6 <= found.layer_seconds < 0.1
