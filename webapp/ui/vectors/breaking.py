"""Where a text may go on in the next line.

At spaces, after a hyphen before a letter, and between the characters of Chinese and Japanese, save where a line may not
end or begin (JIS X 4051; Unicode Standard Annex 14, classes OP, CL, NS). Never at a no-break space. Korean breaks at
its spaces. A word wider than the line is broken where the line ends.
"""

import unicodedata
from collections.abc import Callable, Iterator

_SPACES = " \N{IDEOGRAPHIC SPACE}"
_NEVER_FIRST = frozenset(
    "!%),.:;?]}°»’”‰℃…‥–—"
    "、。〉》」』】〕〗〙〟〜！％），．：；？］｝～・･ー゛゜々〻ゝゞヽヾ"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
)
_NEVER_LAST = frozenset("([{«‘“#$£¥€〈《「『【〔〖〘〝（［｛＃＄￡￥")
_GLUE = frozenset("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}\N{NON-BREAKING HYPHEN}")


def broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines of at most that width, without the spaces at their ends; one empty line for no text.

    `measure` gives a text's width and adds up: two texts are as wide as both together.
    """
    found: list[str] = []
    line, used = "", 0.0
    for piece in pieces(text):
        needs = measure(piece.rstrip(_SPACES))
        if line and used + needs > width:
            found.append(line.rstrip(_SPACES))
            line, used = "", 0.0
        if needs > width:
            *full, piece = _chunks(piece, width, measure)
            found += full
        line, used = line + piece, used + measure(piece)
    return [*found, line.rstrip(_SPACES)] if line.strip(_SPACES) or not found else found


def pieces(text: str) -> Iterator[str]:
    """The text in parts between which a line may end; spaces stand at the end of the part before them."""
    start = 0
    for place in range(1, len(text)):
        if _may_break(text[place - 1], text[place]):
            yield text[start:place]
            start = place
    if start < len(text):
        yield text[start:]


def _may_break(before: str, after: str) -> bool:
    if after in _SPACES:
        return False
    if before in _SPACES:
        return True
    if before in _GLUE or after in _GLUE or before in _NEVER_LAST or after in _NEVER_FIRST:
        return False
    return (before == "-" and after.isalpha()) or _is_ideographic(before) or _is_ideographic(after)


def _is_ideographic(each: str) -> bool:
    return unicodedata.east_asian_width(each) in ("W", "F") and not "\uac00" <= each <= "\ud7a3"


def _chunks(word: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A word in parts that fit; each has one character at least, the last one the spaces."""
    found: list[str] = []
    start, used = 0, 0.0
    for place, each in enumerate(word):
        size = measure(each)
        if used + size > width and place > start and each not in _SPACES:
            found.append(word[start:place])
            start, used = place, 0.0
        used += size
    return [*found, word[start:]]
