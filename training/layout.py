"""How jobs lay out their rows and when they save: what a job does, and what its prediction counts. Free of torch."""

PACK_TOKENS = {"cpu": 512, "mps": 2048, "cuda": 8192}
"""Longest pack of a training by device: past it the dense mask's square costs more than larger matrices gain.
`benchmarks/sft_pack_tokens.py` measures it for a machine."""

SCORED_TOKENS = (384, 4096)
"""Tokens of a forward that scores options, on a processor and on a GPU."""

WRITTEN_TOKENS = (1024, 16_384)
WRITTEN_ROWS = (48, 256)
"""Prompt tokens and rows of a batch of answers that are written, on a processor and on a GPU."""

CHECKPOINT_SECONDS = 120.0
"""Time between checkpoints where the spec names no number of steps."""

ROWS_DURING_TRAINING = 64
"""The validation curve is drawn on the first so many rows; the final figure is of all of them."""
