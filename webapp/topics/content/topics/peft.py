"""Parameter-efficient fine-tuning."""

from ..schema import Branch, Part, Topic

TOPIC = Topic(
    key="peft",
    branch=Branch.FINE_TUNING,
    title="Fine-tuning a small part of the model",
    summary="Freeze the model, train a small addition. Memory falls several times over, and every use case gets an "
    "adapter of a few megabytes.",
    description="How LoRA, DoRA, QLoRA, IA³ and prompt tuning adapt a language model by training under one percent "
    "of it, with a live explorer of memory and parameters.",
    takeaways=(
        "The gain is memory and handling, not arithmetic: one device instead of several, megabytes instead of "
        "gigabytes.",
        "For narrow tasks LoRA usually reaches full fine-tuning within the error of measurement. Measure it on yours.",
        "One base model with ten adapters is one model to serve, patch and audit. Ten full copies are ten.",
    ),
    parts=(
        Part(
            "idea",
            "The idea of LoRA",
            (
                "The change that fine-tuning makes to a weight matrix is simpler than the matrix: most of it lies in "
                "a few directions. LoRA writes the change as the product of two thin matrices, B times A, and trains "
                "only those. A matrix of 4,096 by 4,096 has 16.8 million weights; at rank 8 its correction has "
                "65,536.",
                "B starts at zero, so training begins exactly at the base model. When it is done the product can be "
                "added to the matrix, and answering costs nothing extra; or it stays apart, and adapters can be "
                "exchanged per request.",
            ),
        ),
        Part(
            "memory",
            "Where the memory goes",
            (
                "Training needs four things in memory besides the data: the weights, a gradient for each trained "
                "weight, the optimizer's own numbers (Adam keeps two for each trained weight), and the activations "
                "that the backward pass needs. LoRA leaves the first and the last, and makes the middle two all but "
                "vanish. Open the explorer below and watch which bar shrinks.",
            ),
        ),
        Part(
            "family",
            "The family",
            (),
            (
                (
                    "LoRA",
                    "Rank 8 to 64 on the attention and feed-forward matrices. The default; begin with all linear "
                    "layers and rank 16.",
                ),
                (
                    "DoRA",
                    "Learns length and direction of the change apart. Often somewhat better at low rank, and slower "
                    "to train.",
                ),
                (
                    "QLoRA",
                    "Stores the frozen weights in 4 bits. A model of 65 billion parameters fits on one device with "
                    "48 GB; each step takes longer, as weights are unpacked on the way.",
                ),
                ("IA³", "Only rescales inner signals: a hundredth of LoRA's weights, and less that it can learn."),
                (
                    "Prompt tuning",
                    "Learns a few invisible words before the prompt. The smallest of all; it needs a large model to "
                    "work well.",
                ),
                (
                    "Full fine-tuning",
                    "Every weight. The reference to compare with, and the choice where the field is far from what "
                    "the model knows.",
                ),
            ),
        ),
        Part(
            "breaks",
            "What breaks",
            (),
            (
                (
                    "Rank too small",
                    "Training loss stays high. Raise the rank, or adapt more matrices: breadth helps more than rank.",
                ),
                (
                    "Learning rate from full fine-tuning",
                    "LoRA wants about ten times more. With too little it looks as if it could not learn.",
                ),
                (
                    "Adapter without its base",
                    "An adapter fits one exact base model. Both digests are kept with each measurement here.",
                ),
            ),
        ),
    ),
    claims=("lora-parameters", "lora-memory"),
    explorers=("lora",),
    kinds=("sft", "adaptation", "merge"),
    terms=("peft", "lora", "dora", "qlora", "ia3", "prompt-tuning", "rank", "adapter", "full-fine-tuning", "optimizer"),
    sources=("lora", "qlora", "dora", "ia3", "prompt-tuning", "survey"),
)
