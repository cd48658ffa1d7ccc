"""Greedy answers equal those of transformers' own `generate`."""

import random

import pytest
import torch
from peft import PromptTuningConfig, get_peft_model

from tests.training.sft.tiny import VOCABULARY, tiny_llama
from training.faults import Cancelled
from training.inference import generation
from training.inference.forward import LanguageModel, Prefix
from training.inference.generation import Answer, generate_greedy

# peft 0.21 asks transformers by an old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def draw_prompts(count: int, shared: int, seed: int = 0) -> list[list[int]]:
    generator = random.Random(seed)
    start = [generator.randrange(VOCABULARY) for _ in range(shared)]
    return [start + [generator.randrange(VOCABULARY) for _ in range(generator.randint(1, 25))] for _ in range(count)]


def stock_answer(model: torch.nn.Module, prompt: list[int], stop: set[int], tokens: int) -> list[int]:
    ids = torch.tensor([prompt])
    with torch.no_grad():
        out = model.generate(  # type: ignore[operator]  # nn.Module does not declare it
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            do_sample=False,
            eos_token_id=sorted(stop),
            pad_token_id=0,
        )
    written: list[int] = out[0, len(prompt) :].tolist()
    first = next((place for place, token in enumerate(written) if token in stop), len(written))
    return written[:first]


def answer_all(
    model: torch.nn.Module, prompts: list[list[int]], stop: set[int], tokens: int, batch: int | None = None
) -> list[Answer]:
    language_model = LanguageModel(model)  # type: ignore[arg-type]
    batches = generate_greedy(
        language_model,
        prompts,
        language_model.prefix(prompts),
        max_new_tokens=tokens,
        stop_ids=frozenset(stop),
        batch_tokens=batch,
    )
    return sorted((answer for found in batches for answer in found), key=lambda answer: answer.index)


@pytest.mark.parametrize("shared", [0, 3, 30])
def test_answers_equal_stock_generate(shared: int) -> None:
    model, prompts = tiny_llama(), draw_prompts(13, shared)
    stop = set(range(0, VOCABULARY, 9))  # some rows stop early, some never
    expected = [stock_answer(model, prompt, stop, 12) for prompt in prompts]
    for batch in (16, 100, None):
        answers = answer_all(model, prompts, stop, 12, batch)
        assert [answer.ids for answer in answers] == expected
        assert {answer.is_complete for answer in answers} == {True, False}
        assert all(len(answer.ids) == 12 for answer in answers if not answer.is_complete)


@pytest.mark.filterwarnings("ignore:Position ids are not supported:UserWarning")
def test_soft_prompt_equals_stock_generate() -> None:
    adapted = get_peft_model(
        tiny_llama(), PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5, token_dim=32, num_layers=2)
    ).eval()
    prompts = draw_prompts(4, 20)
    stop = set(range(0, VOCABULARY, 9))
    assert [answer.ids for answer in answer_all(adapted, prompts, stop, 8)] == [
        stock_answer(adapted, prompt, stop, 8) for prompt in prompts
    ]


def test_one_token_and_answers_that_stop_at_once() -> None:
    prompts = draw_prompts(5, 10)
    assert [len(answer.ids) for answer in answer_all(tiny_llama(), prompts, set(), 1)] == [1] * 5
    everything = set(range(VOCABULARY))
    assert answer_all(tiny_llama(), prompts, everything, 9) == [Answer(index, [], True) for index in range(5)]


def test_a_stop_is_heard_between_tokens() -> None:
    language_model = LanguageModel(tiny_llama())
    prompts = draw_prompts(2, 0)
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        list(
            generate_greedy(
                language_model,
                prompts,
                language_model.prefix(prompts),
                max_new_tokens=400,
                stop_ids=frozenset(),
                check=check,
            )
        )
    assert language_model.work.tokens < 2 * 25 + 2 * 4


def test_batches_are_bounded_by_the_memory_of_their_longest_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = draw_prompts(9, 0)
    expected = answer_all(tiny_llama(), prompts, set(), 4)
    language_model = LanguageModel(tiny_llama())
    assert language_model.cache_bytes_per_token == 2 * 2 * 2 * 8 * 4  # keys and values, layers, heads, head size, fp32
    monkeypatch.setattr(generation, "CPU_CACHE_BYTES", 60 * language_model.cache_bytes_per_token)
    batches = list(
        generate_greedy(language_model, prompts, Prefix(), max_new_tokens=4, stop_ids=frozenset(), batch_tokens=10_000)
    )
    assert all(len(batch) * (max(len(prompts[answer.index]) for answer in batch) + 4) <= 60 for batch in batches)
    assert sorted((answer for batch in batches for answer in batch), key=lambda answer: answer.index) == expected
