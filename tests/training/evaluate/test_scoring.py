"""Packed scoring answers what a plain loop over single sequences answers."""

import random
from collections.abc import Sequence

import pytest
import torch
from peft import PromptTuningConfig, get_peft_model
from transformers import LlamaForCausalLM

from tests.training.sft.tiny import VOCABULARY, tiny_llama, tiny_tokenizer
from training.inference.forward import LanguageModel, Prefix
from training.inference.items import Item
from training.inference.prompts import Encoder
from training.inference.scoring import Question, score_options

# peft 0.21 asks transformers by an old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def plain_score(model: torch.nn.Module, prompt: Sequence[int], option: Sequence[int]) -> float:
    """One sequence, one forward, nothing shared."""
    ids = torch.tensor([[*prompt, *option]])
    with torch.no_grad():
        chances = model(input_ids=ids).logits[0].log_softmax(-1)
    first = len(chances) - len(option) - 1  # a soft prompt puts tokens in front
    return sum(float(chances[first + place, token]) for place, token in enumerate(option))


def draw(count: int, shared: int, seed: int = 0) -> list[Question]:
    generator = random.Random(seed)

    def tokens(least: int, most: int) -> list[int]:
        return [generator.randrange(VOCABULARY) for _ in range(generator.randint(least, most))]

    start = tokens(shared, shared)
    return [
        Question(start + tokens(1, 20), [tokens(1, 5) for _ in range(generator.randint(1, 6))]) for _ in range(count)
    ]


def score_all(model: LlamaForCausalLM, questions: list[Question], batch_tokens: int | None = None) -> list[list[float]]:
    language_model = LanguageModel(model)
    prefix = language_model.prefix([question.prompt for question in questions])
    found = [
        pair for batch in score_options(language_model, questions, prefix, batch_tokens=batch_tokens) for pair in batch
    ]
    assert [index for index, _ in found] == list(range(len(questions)))
    return [scores for _, scores in found]


@pytest.mark.parametrize("shared", [0, 3, 30])
@pytest.mark.parametrize("batch_tokens", [16, 64, None])
@pytest.mark.parametrize("tied", [True, False])
def test_scores_equal_a_plain_loop(shared: int, batch_tokens: int | None, tied: bool) -> None:
    model, questions = tiny_llama(tied=tied), draw(9, shared)
    expected = [[plain_score(model, q.prompt, option) for option in q.options] for q in questions]
    for scores, wanted in zip(score_all(model, questions, batch_tokens), expected, strict=True):
        assert scores == pytest.approx(wanted, abs=1e-4)


def test_many_options_of_one_question_are_split_over_rows() -> None:
    generator = random.Random(1)
    options = [[generator.randrange(VOCABULARY) for _ in range(8)] for _ in range(40)]
    question = Question(list(range(12)), options)
    scores = score_all(tiny_llama(), [question, question], batch_tokens=32)
    assert scores[0] == pytest.approx(
        [plain_score(tiny_llama(), question.prompt, option) for option in options], abs=1e-4
    )
    assert scores[1] == pytest.approx(scores[0], abs=1e-4)


def test_a_shared_prompt_is_computed_once() -> None:
    prompt = list(range(50))
    language_model = LanguageModel(tiny_llama())
    questions = [Question([*prompt, token], [[1], [2], [3]]) for token in range(10)]
    prefix = language_model.prefix([question.prompt for question in questions])
    list(score_options(language_model, questions, prefix))
    assert prefix.length == 50
    assert language_model.work.tokens == 50 + 10
    assert language_model.work.flops > 0


def test_short_or_no_common_start_is_not_shared() -> None:
    language_model = LanguageModel(tiny_llama())
    assert language_model.prefix([[1, 2, 3], [1, 2, 4]]) == Prefix()
    assert language_model.prefix([]) == Prefix()


def test_a_soft_prompt_stands_in_front_of_everything() -> None:
    adapted = get_peft_model(
        tiny_llama(), PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=7, token_dim=32, num_layers=2)
    ).eval()
    questions = draw(5, 20)
    expected = [[plain_score(adapted, q.prompt, option) for option in q.options] for q in questions]
    language_model = LanguageModel(adapted)
    assert language_model.soft_tokens == 7
    for scores, wanted in zip(score_all(adapted, questions), expected, strict=True):
        assert scores == pytest.approx(wanted, abs=1e-4)


def test_answers_after_plain_text_and_after_messages() -> None:
    tokenizer = tiny_tokenizer()
    encoder = Encoder(tokenizer, 512)
    prompt, (heart,) = encoder.answers(encoder.prompt("Q: x A: "), ["heart"])
    assert tokenizer.decode(prompt) == "Q: x A:"
    assert tokenizer.decode(heart) == " heart"
    prompt, (heart, lung) = encoder.answers(encoder.prompt([{"role": "user", "content": "q"}]), ["heart", "lung"])
    assert tokenizer.decode(prompt) == "<user>q<end><assistant>"
    assert (tokenizer.decode(heart), tokenizer.decode(lung)) == ("heart", "lung")


def test_a_prompt_longer_than_the_context_keeps_its_end() -> None:
    encoder = Encoder(tiny_tokenizer(), 20)
    prompt, options = encoder.answers(encoder.prompt("x" * 100 + "yz"), ["ab", "abcde"])
    assert len(prompt) == 20 - max(map(len, options))
    assert tiny_tokenizer().decode(prompt).endswith("yz")
    assert encoder.cut == 1


def test_likelihood_counts_what_training_learns() -> None:
    encoder = Encoder(tiny_tokenizer(), 512)
    given, scored = encoder.likelihood(
        Item(0, [{"role": "user", "content": "q"}], [{"role": "assistant", "content": "ab"}])
    )
    assert tiny_tokenizer().decode(given) == "<user>q<end><assistant>"
    assert tiny_tokenizer().decode(scored) == "ab<end>"
    given, scored = encoder.likelihood(Item(0, None, "abc"))
    assert (tiny_tokenizer().decode(given), tiny_tokenizer().decode(scored)) == ("a", "bc<end>")
