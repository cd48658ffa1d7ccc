"""The training loop: steps, validation, samples, checkpoints, and an end that loses nothing."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from ..batches.encode import Example
from ..batches.forward import Forward, Losses
from ..events import EventType
from ..faults import JobFault
from ..health import Health
from ..layout import CHECKPOINT_SECONDS
from ..models.adapt import Adapted
from ..run import Run
from ..spec.sft import SftSpec
from .checkpoint import Checkpoint, newest_checkpoint, random_states, restore_random, save_checkpoint
from .flops import step_flops
from .memory import peak_memory_bytes
from .optimizer import MasterAdamW, rate_factor
from .ranks import Ranks
from .state import Progress, plan_training
from .stopping import StopRequested, stops_between_layers
from .validation import ItemLoss, Sampler, Validation, mean_nats


class Fit:
    """One training run in progress: `with fit.stoppable(): fit.train()`."""

    def __init__(
        self,
        spec: SftSpec,
        run: Run,
        *,
        adapted: Adapted,
        forward: Forward,
        examples: Sequence[Example],
        validation: Validation | None,
        sampler: Sampler,
        ranks: Ranks,
        device: torch.device,
    ) -> None:
        self.spec, self.run, self.adapted, self.forward = spec, run, adapted, forward
        self.examples = examples
        self.plan, self.order = plan_training(spec, len(examples), ranks.world)
        self.validation, self.sampler, self.ranks, self.device = validation, sampler, ranks, device
        self.optimizer = MasterAdamW(
            adapted.trainable, learning_rate=spec.learning_rate, weight_decay=spec.optim.weight_decay
        )
        self.progress = Progress()
        self.health = Health()
        self._random = random_states()
        self._checkpointed_step = 0
        self._checkpointed_at = self._began = time.monotonic()
        self._first_step = 0

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """A stop in this block leaves the step it interrupts, checkpoints the last whole one, and raises its reason."""
        # with several ranks the loop asks between steps: one that left alone would keep the others waiting
        stop = self.run.stop if self.ranks.world == 1 else threading.Event()
        with self.run.graceful():
            try:
                with stops_between_layers(self.adapted.causal_lm, stop):
                    yield
                self.stop_if_asked()
            except StopRequested:
                self.optimizer.clear()
                self.stop_if_asked()

    def train(self) -> None:
        """Train to the last step or an early stop, from the newest checkpoint if there is one.

        Call it in `stoppable()`. Raises `Cancelled` or `OverBudget` after a checkpoint, `JobFault` if the loss is
        no longer a number.
        """
        self._resume()
        self.adapted.model.train()
        while True:
            self.stop_if_asked()
            if self._evaluation_is_due():
                self._evaluate()
            if self.progress.step >= self.plan.total_steps or self.progress.stopped_early:
                break
            self._step()
            if self._checkpoint_is_due():
                self._checkpoint()
        self._take_best()

    def _evaluation_is_due(self) -> bool:
        """Every `eval_every` steps before the last, and again where a stop cut one off."""
        step = self.progress.step
        return (
            0 < step < self.plan.total_steps
            and step % self.plan.eval_every == 0
            and step > self.progress.evaluated_step
        )

    def _step(self) -> None:
        """One optimizer step over this rank's share of the rows."""
        began = time.monotonic()
        step = self.progress.step
        rows = self.order.rows_of_step(step, rank=self.ranks.rank, world=self.ranks.world)
        targets = self.ranks.total(sum(self.examples[row].targets for row in rows), self.device)
        parts: list[Losses] = []
        nats = 0.0
        for some in self.forward.plan(self.examples, rows):
            part = self.forward.losses(self.examples, some)
            (part.total / targets).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            nats += float(part.total.detach())
            parts.append(part)
        if self.ranks.world > 1:
            self.ranks.sum_into(self.optimizer.gradients())
        rate = self.spec.learning_rate * rate_factor(
            step,
            total_steps=self.plan.total_steps,
            warmup_steps=self.plan.warmup_steps,
            schedule=self.spec.optim.schedule,
        )
        norm = self.optimizer.step(rate, self.spec.optim.max_grad_norm)
        loss = self.ranks.total(nats, self.device) / targets
        self._after_step(parts, loss=loss, norm=norm, rate=rate, targets=int(targets), seconds=time.monotonic() - began)

    def _after_step(
        self, parts: Sequence[Losses], *, loss: float, norm: float, rate: float, targets: int, seconds: float
    ) -> None:
        progress = self.progress
        row_tokens = int(self.ranks.total(sum(part.row_tokens for part in parts), self.device))
        computed = int(self.ranks.total(sum(part.computed_tokens for part in parts), self.device))
        progress.step += 1
        progress.train_seconds += seconds
        progress.row_tokens += row_tokens
        progress.computed_tokens += computed
        progress.target_tokens += targets
        progress.flops += step_flops(self.adapted, computed_tokens=computed, targets=targets)
        self._random = random_states()
        done = progress.step - self._first_step
        remaining = (self.plan.total_steps - progress.step) * (time.monotonic() - self._began) / done
        self.run.emit(
            EventType.STEP,
            step=progress.step,
            total_steps=self.plan.total_steps,
            loss_nats=loss,
            learning_rate=rate,
            grad_norm=norm,
            tokens_per_second=round(row_tokens / seconds, 1),
            tokens_seen=progress.row_tokens,
            peak_memory_bytes=peak_memory_bytes(self.device),
            eta_seconds=round(remaining, 1),
            epoch=round(self.order.epoch_after(progress.step), 4),
        )
        for alert in self.health.after_step(progress.step, loss, norm):
            self.run.warn(alert.text, remedy=alert.remedy, code=alert.code)
        progress.recent_losses_nats.append(loss)

    def _evaluate(self) -> None:
        """Validation loss on some rows, samples, and whether to stop early."""
        if self.validation is None:
            return
        began = time.monotonic()
        self.adapted.model.eval()
        loss = mean_nats(self.validation.items(self.validation.rows_during_training))
        progress = self.progress
        progress.validation_loss_nats = loss
        self._emit_validation(loss, rows=self.validation.rows_during_training, seconds=time.monotonic() - began)
        if self.ranks.is_main:
            self.sampler.sample(progress.step)
        self.adapted.model.train()
        self._judge(loss)
        progress.evaluated_step = progress.step

    def final_validation(self) -> list[ItemLoss]:
        """The loss of every validation row under the final weights; empty without validation rows."""
        if self.validation is None:
            return []
        began = time.monotonic()
        self.adapted.model.eval()
        items = self.validation.items()
        self.progress.validation_loss_nats = loss = mean_nats(items)
        self._emit_validation(loss, rows=len(items), seconds=time.monotonic() - began)
        return items

    def _emit_validation(self, loss: float, *, rows: int, seconds: float) -> None:
        self.run.emit(
            EventType.EVAL,
            step=self.progress.step,
            validation_loss_nats=loss,
            rows=rows,
            perplexity=math.exp(min(loss, 50.0)),
            seconds=round(seconds, 3),
        )

    def _judge(self, loss: float) -> None:
        """Early stopping; keeps the best weights where it is on."""
        patience = self.spec.early_stopping.patience
        progress = self.progress
        best = progress.best_validation_nats
        if best is None or loss < best - self.spec.early_stopping.min_delta_nats:
            progress.best_validation_nats, progress.best_step = loss, progress.step
            progress.evaluations_without_gain = 0
            if patience is not None and self.ranks.is_main:
                save_checkpoint(self.run.checkpoints / "best", self._state(with_moments=False), kept=1)
            return
        progress.evaluations_without_gain += 1
        if patience is not None and progress.evaluations_without_gain >= patience:
            progress.stopped_early = True
            self.run.log(
                f"Stopped early at step {progress.step}: no better validation loss in {patience} evaluations; "
                f"the weights of step {progress.best_step} are kept."
            )

    def _take_best(self) -> None:
        """After an early stop, go back to the best weights."""
        if self.progress.stopped_early:
            best = newest_checkpoint(self.run.checkpoints / "best")
            if best is not None:
                self.optimizer.restore(best.weights, None)

    def _checkpoint_is_due(self) -> bool:
        every = self.plan.checkpoint_every
        if every is not None:
            return self.progress.step % every == 0
        is_late = time.monotonic() - self._checkpointed_at > CHECKPOINT_SECONDS
        return self.ranks.any(is_late, self.device)

    def stop_if_asked(self) -> None:
        """Checkpoint and raise, if the job was cancelled or has used up its budget."""
        reason = self.run.stop_reason
        if not self.ranks.any(reason is not None, self.device):
            return
        if self.progress.step > self._checkpointed_step:
            self._checkpoint()
        raise reason or JobFault("Another process of this job was told to stop")

    def _checkpoint(self) -> None:
        if self.ranks.is_main:
            began = time.monotonic()
            path = save_checkpoint(self.run.checkpoints, self._state(with_moments=True))
            seconds = round(time.monotonic() - began, 3)
            self.run.emit(
                EventType.CHECKPOINT, step=self.progress.step, path=f"checkpoints/{path.name}", seconds=seconds
            )
        self.ranks.wait()
        self._checkpointed_step = self.progress.step
        self._checkpointed_at = time.monotonic()

    def _state(self, *, with_moments: bool) -> Checkpoint:
        return Checkpoint(
            step=self.progress.step,
            weights=self.optimizer.weights(),
            moments=self.optimizer.moments() if with_moments else {},
            random=self._random,
            state={
                "progress": self.progress.to_json(),
                "health": self.health.to_json(),
                "elapsed_seconds": self.run.elapsed_seconds,
            },
        )

    def _resume(self) -> None:
        saved = newest_checkpoint(self.run.checkpoints)
        if saved is None:
            return
        self.optimizer.restore(saved.weights, saved.moments)
        restore_random(saved.random)
        self._random = saved.random
        self.progress = Progress.from_json(saved.state["progress"])
        self.health.restore(**saved.state["health"])
        self.run.continue_from(saved.state["elapsed_seconds"])
        self._checkpointed_step = self._first_step = self.progress.step
        self.run.emit(
            EventType.LOG,
            text=f"Goes on after step {self.progress.step}; later steps of an earlier attempt no longer count.",
            resumed_from_step=self.progress.step,
        )
