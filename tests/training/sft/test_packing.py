"""Packing lays rows out so that each sees exactly its own past."""

from hypothesis import given
from hypothesis import strategies as st

from tests.training.sft.tiny import random_examples
from training.batches.encode import Example
from training.batches.packing import build_pack, plan_packs

tokens = st.lists(st.integers(0, 2), min_size=2, max_size=8)


def example(ids: list[int], *, learn_from: int = 1) -> Example:
    return Example(tuple(ids), tuple(place >= learn_from for place in range(len(ids))), "", "")


@given(st.lists(tokens, min_size=1, max_size=6))
def test_each_token_sees_exactly_its_own_row(rows: list[list[int]]) -> None:
    """Following the mask from each target back gives its row's tokens up to there, in order, whatever is shared."""
    examples = [example(ids) for ids in rows]
    order = sorted(range(len(rows)), key=lambda row: examples[row].ids)
    pack = build_pack(examples, order)
    seen: dict[int, list[tuple[int, ...]]] = {}
    for pair, row in zip(pack.pair_of.tolist(), pack.row_of.tolist(), strict=True):
        place = int(pack.target_index[pair])
        causal = list(range(place + 1))
        visible = causal if pack.mask is None else pack.mask[0, 0, place].nonzero().flatten().tolist()
        by_position = sorted(visible, key=lambda index: int(pack.positions[0, index]))
        assert [int(pack.positions[0, index]) for index in by_position] == list(range(len(visible)))
        context = tuple(int(pack.ids[0, index]) for index in by_position)
        seen.setdefault(order[row], []).append((*context, int(pack.labels[pair])))
    for row, ids in enumerate(rows):
        assert sorted(seen[row], key=len) == [tuple(ids[: end + 1]) for end in range(1, len(ids))]


@given(st.lists(tokens, min_size=1, max_size=12), st.integers(1, 30), st.integers(1, 5))
def test_plan_takes_each_row_once_within_the_limits(rows: list[list[int]], max_tokens: int, max_rows: int) -> None:
    examples = [example(ids) for ids in rows]
    packs = plan_packs(examples, range(len(rows)), max_tokens=max_tokens, max_rows=max_rows)
    assert sorted(row for pack in packs for row in pack) == list(range(len(rows)))
    for pack in packs:
        assert len(pack) <= max_rows
        assert len(pack) == 1 or build_pack(examples, pack).computed_tokens <= max_tokens


def test_a_common_prompt_is_computed_once() -> None:
    """Three rows of 3 common and 2 own tokens, the last only a label: 3 + 3 * 1 computed, 15 in the rows."""
    examples = [example([7, 8, 9, row, 5], learn_from=3) for row in (1, 2, 3)]
    pack = build_pack(examples, [0, 1, 2])
    assert pack.computed_tokens == 6
    assert pack.row_tokens == 15
    assert pack.targets == 6


def test_equal_rows_share_their_targets_and_count_double() -> None:
    examples = [example([7, 8, 9]), example([7, 8, 9])]
    pack = build_pack(examples, [0, 1])
    assert pack.computed_tokens == 2
    assert pack.labels.tolist() == [8, 9]
    assert pack.counts.tolist() == [2.0, 2.0]
    assert pack.targets == 4


def test_packs_are_of_even_size() -> None:
    """Ten rows of 10 inputs and 30 tokens a pack: four packs, none of them a small rest."""
    examples = random_examples(10, shortest=10, longest=10)
    sizes = [build_pack(examples, pack).computed_tokens for pack in plan_packs(examples, range(10), max_tokens=60)]
    assert max(sizes) <= 60
    assert min(sizes) > max(sizes) / 3
