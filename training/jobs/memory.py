"""Peak memory of this process."""

import resource
import sys

import torch


def peak_memory_bytes(device: torch.device) -> int:
    """Highest memory so far: of the GPU where there is one, else the process's resident set."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
