"""How long a pack should be: LoRA steps of SmolLM2 at several pack lengths, on short, medium and long rows.

    python benchmarks/sft_pack_tokens.py [--device cuda] [--budgets 256,512,1024]

Rows are random tokens. Prints row tokens a second (forward and backward of one step) for each kind of row and
pack length, from which `PACK_TOKENS` in training/layout.py is chosen.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.batches.encode import Example
from training.batches.forward import PackedForward
from training.models.adapt import adapt
from training.models.load import choose_dtype, load_base
from training.spec.sft import Adaptation

KINDS = {
    "short, shared": (32, 16, 4, 48),
    "short": (0, 48, 4, 48),
    "medium": (0, 20, 57, 32),
    "medium, shared": (200, 20, 57, 24),
    "long": (0, 300, 100, 6),
}
"""Kind to tokens of a row (shared prompt, own prompt, completion) and rows a step."""


def main() -> None:
    """Time each kind at each length."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--budgets", default="128,256,512,1024,2048")
    options = parser.parse_args()
    device = torch.device(options.device)
    model, _ = load_base(options.model, dtype=choose_dtype("auto", device), device=device)
    adapted = adapt(model, Adaptation())
    adapted.model.train()
    budgets = [int(value) for value in options.budgets.split(",")]
    print(f"{'row tokens a second':20}" + "".join(f"{budget:>8}" for budget in budgets))
    found: dict[str, dict[int, float]] = {}
    for kind, shape in KINDS.items():
        rows = examples(*shape)
        found[kind] = {}
        for budget in budgets:
            forward = PackedForward(adapted, device=device, max_tokens=budget, max_rows=None)
            found[kind][budget] = tokens_per_second(forward, rows)
        print(f"{kind:20}" + "".join(f"{value:8.0f}" for value in found[kind].values()), flush=True)
        for parameter in adapted.trainable.values():
            parameter.grad = None
    print(json.dumps(found))


def examples(shared: int, own: int, completion: int, rows: int) -> list[Example]:
    """Random rows."""
    draw = random.Random(0)
    common = [draw.randrange(40_000) for _ in range(shared)]
    prompt = shared + own
    return [
        Example(
            (*common, *(draw.randrange(40_000) for _ in range(own + completion))),
            (False,) * prompt + (True,) * completion,
            "",
            "",
        )
        for _ in range(rows)
    ]


def tokens_per_second(forward: PackedForward, rows: list[Example]) -> float:
    """Best of two steps."""
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        for some in forward.plan(rows, range(len(rows))):
            forward.losses(rows, some).total.backward()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began)
    return sum(len(row.ids) for row in rows) / min(seconds)


if __name__ == "__main__":
    main()
