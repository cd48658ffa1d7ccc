"""The three ways in which a model answers an item: it writes, it chooses, or it reads the expected text."""

from collections.abc import Callable, Iterator, Sequence

import torch
from transformers import PreTrainedTokenizerBase

from ..faults import BadData
from ..metrics import Rule
from ..spec.evaluate import EvaluateSpec
from .forward import LanguageModel
from .generation import generate_greedy
from .items import Item
from .predictions import Prediction
from .prompts import Encoder
from .scoring import Question, score_options

Batches = Iterator[list[Prediction]]

MOST_CHOICES = 1000


def written_answers(
    spec: EvaluateSpec,
    items: Sequence[Item],
    language_model: LanguageModel,
    tokenizer: PreTrainedTokenizerBase,
    encoder: Encoder,
    rule: Rule,
    check: Callable[[], None],
) -> Batches:
    """Generate greedily and judge by `rule`. `score` runs from 0 to 1; `finished`: the answer ended by itself."""
    prompts = [encoder.fit(encoder.prompt(item.prompt or "").ids, spec.max_new_tokens) for item in items]
    batches = generate_greedy(
        language_model,
        prompts,
        language_model.prefix(prompts),
        max_new_tokens=spec.max_new_tokens,
        stop_ids=stop_tokens(language_model, tokenizer),
        batch_tokens=spec.batch_tokens,
        check=check,
    )
    for batch in batches:
        predictions = []
        for answer in batch:
            item = items[answer.index]
            text = str(tokenizer.decode(answer.ids, skip_special_tokens=True)).strip()
            score = rule(text, item.expected)
            row = _row(item, text, score == 1.0)
            predictions.append({**row, "score": score, "tokens": len(answer.ids), "finished": answer.is_complete})
        yield predictions


def chosen_answers(
    spec: EvaluateSpec, items: Sequence[Item], choices: Sequence[str], language_model: LanguageModel, encoder: Encoder
) -> Batches:
    """Take the choice with the greatest log-likelihood after the prompt; the first of equals."""
    questions = []
    for item in items:
        # a choice is written as the row writes its answer: after a space, if that begins with one
        text = item.completion_text
        lead = text[: len(text) - len(text.lstrip())]
        prompt, options = encoder.answers(encoder.prompt(item.prompt or ""), [lead + choice for choice in choices])
        questions.append(Question(prompt, options))
    prefix = language_model.prefix([question.prompt for question in questions])
    for batch in score_options(language_model, questions, prefix, batch_tokens=spec.batch_tokens):
        predictions = []
        for index, scores in batch:
            best = choices[max(range(len(choices)), key=scores.__getitem__)]
            row = _row(items[index], best, best == items[index].expected)
            predictions.append({**row, "choice_loglik": dict(zip(choices, scores, strict=True))})
        yield predictions


def read_answers(spec: EvaluateSpec, items: Sequence[Item], language_model: LanguageModel, encoder: Encoder) -> Batches:
    """The log-likelihood of each expected text, in nats, and how many tokens it has. Nothing is predicted."""
    pairs = [encoder.likelihood(item) for item in items]
    short = [item.index + 1 for item, (_, scored) in zip(items, pairs, strict=True) if not scored]
    if short:
        raise BadData(
            f"{len(short)} rows have no token to score, first row {short[0]}",
            why="The prompt fills the model's context, or the text is a single token.",
            remedy="Shorten or drop these rows.",
        )
    questions = [Question(given, [scored]) for given, scored in pairs]
    prefix = language_model.prefix([question.prompt for question in questions])
    for batch in score_options(language_model, questions, prefix, batch_tokens=spec.batch_tokens):
        yield [
            {**_row(items[index], None, None), "loglik_nats": scores[0], "tokens": len(questions[index].options[0])}
            for index, scores in batch
        ]


def find_choices(spec: EvaluateSpec, items: Sequence[Item]) -> list[str]:
    """The spec's choices, else the different answers of the rows in alphabetical order.

    Raises `BadData` if a row expects another answer, or if there are fewer than two.
    """
    found = sorted({item.expected for item in items})
    choices = [choice.strip() for choice in spec.choices] if spec.choices else found
    if len(set(choices)) < 2:
        raise BadData(
            f"There is only one answer to choose from: {choices[0]!r}",
            why="Multiple choice needs at least two.",
            remedy="Name the choices, or give rows with different answers.",
        )
    strangers = [item for item in items if item.expected not in set(choices)]
    if strangers:
        first = strangers[0]
        raise BadData(
            f"{len(strangers)} rows expect an answer that is not among the choices",
            why=f"Row {first.index + 1} expects {first.expected[:100]!r}; the choices are {', '.join(choices)[:500]}",
            remedy="Add it to choices, or correct the rows.",
        )
    if len(choices) > MOST_CHOICES:
        raise BadData(
            f"The rows have {len(choices)} different answers",
            why=f"Multiple choice takes at most {MOST_CHOICES}.",
            remedy="Name the choices, or choose a metric that judges written answers.",
        )
    return choices


def stop_tokens(language_model: LanguageModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """The tokens that end an answer: those of the model's generation settings and the tokenizer's own."""
    named = language_model.model.generation_config.eos_token_id
    if isinstance(named, torch.Tensor):
        named = named.tolist()
    listed = named if isinstance(named, list) else [named]
    return frozenset(int(token) for token in (*listed, tokenizer.eos_token_id) if token is not None)


def _row(item: Item, predicted: str | None, correct: bool | None) -> Prediction:
    return {
        "index": item.index,
        "prompt": item.prompt,
        "expected": item.expected,
        "predicted": predicted,
        "correct": correct,
    }
