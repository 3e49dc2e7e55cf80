"""Words that most names of a table begin or end with: what tells no unit from another."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from varstat.prose.text import clean, is_blank

Words = tuple[str, ...]
# Of so few names nothing is common.
_FEWEST = 4
# The word at the end of more than this share of names is common; with the words before it, if
# this share has them as well.
_MOST, _MANY = 0.5, 0.25
_LONGEST = 4
# Letters that must be left of a name, and the share of names of which they must.
_LETTERS, _LEFT = 3, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWords:
    """What names begin and end with, in lower case, as words.

    Attributes
    ----------
    starts, ends : frozenset of tuple of str
    """

    starts: frozenset[Words] = frozenset()
    ends: frozenset[Words] = frozenset()

    def cut(self, name: str) -> str:
        """Leave out of a name what most share.

        Parameters
        ----------
        name : str

        Returns
        -------
        str
            The name as it is where too little would be left.
        """
        words = name.split()
        first = _length(words, self.starts)
        last = _length(words[first:][::-1], self.ends)
        rest = " ".join(words[first : len(words) - last]).strip(" ,;:–-")
        return rest if _letters(rest) >= _LETTERS else name


def find_shared_words(names: Sequence[object]) -> SharedWords:
    """Find what most names begin and end with.

    Parameters
    ----------
    names : sequence of str or None
        Of all units, blanks among them.

    Returns
    -------
    SharedWords

    Examples
    --------
    >>> names = ["Leeds NHS Trust", "Hull NHS Trust", "York NHS Trust", "Bath NHS Trust"]
    >>> find_shared_words(names).cut("Leeds NHS Trust")
    'Leeds'
    """
    split = [clean(str(name)).split() for name in names if not is_blank(name)]
    if len(split) < _FEWEST:
        return SharedWords()
    starts = _shared(split)
    ends = _shared([words[::-1] for words in split])
    return SharedWords(starts=starts, ends=ends)


def _shared(names: list[list[str]]) -> frozenset[Words]:
    """Find the beginnings that names share; none where they would leave next to nothing."""
    counts: Counter[Words] = Counter()
    for words in names:
        folded = [word.casefold() for word in words]
        # A name is never cut whole.
        for length in range(1, min(_LONGEST, len(folded) - 1) + 1):
            counts[tuple(folded[:length])] += 1
    first = {words for words, count in counts.items() if count > _MOST * len(names)}
    heads = {words[0] for words in first}
    found = frozenset(
        words
        for words, count in counts.items()
        if words[0] in heads and count >= _MANY * len(names)
    )
    left = sum(_letters(" ".join(words[_length(words, found) :])) >= _LETTERS for words in names)
    return found if left >= _LEFT * len(names) else frozenset()


def _length(words: list[str], known: frozenset[Words]) -> int:
    """Count the words that a name begins with and others do as well."""
    folded = tuple(word.casefold() for word in words)
    most = min(_LONGEST, len(folded) - 1)
    return next((n for n in range(most, 0, -1) if folded[:n] in known), 0)


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)
