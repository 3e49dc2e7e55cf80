"""Text from outside, made safe to show: in a terminal, a chart or a message."""

import re
from collections.abc import Sequence

# An option of a command, one in brackets of its own, and where a sentence ends.
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*(?![\w-])")
_ASIDE = re.compile(r"\s*\((?:--[a-z]|-[a-z]\b)[^()]*\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\N{HORIZONTAL ELLIPSIS}])")
# Sentences of a summary at most.
MOST_SENTENCES = 5


def clean(text: str) -> str:
    r"""Put text on one line, without control, formatting or unpaired surrogate characters.

    What turns writing around, and so can make a name read as another, goes too.

    Examples
    --------
    >>> clean("St\u202e Mary's\n Hospital\x00")
    "St Mary's Hospital"
    """
    if not text.isprintable():
        kept = (" " if letter.isspace() else letter for letter in text)
        text = "".join(letter for letter in kept if letter.isprintable())
    return " ".join(text.split())


def clean_lines(text: str) -> str:
    """Clean each line of a text, and keep the lines."""
    return "\n".join(map(clean, text.splitlines()))


def printable(text: str) -> str:
    r"""Take out of a text what a terminal would obey; its lines and blanks stay.

    Examples
    --------
    >>> printable("two\n  lines\x1b[31m")
    'two\n  lines[31m'
    """
    lines = text.split("\n")
    return "\n".join("".join(filter(str.isprintable, line)) for line in lines)


def shorten(text: str, longest: int) -> str:
    """Cut text to a length, with an ellipsis in place of what is lost.

    Examples
    --------
    >>> shorten("Royal Surrey County Hospital", 14)
    'Royal Surrey…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def in_words(name: str) -> str:
    """Say the name of a column in words: underscores are blanks, and the rest is the analyst's.

    Examples
    --------
    >>> in_words("day_cases")
    'day cases'
    >>> in_words("FTE_DAYS__LOST")
    'FTE DAYS LOST'
    """
    return clean(name.replace("_", " "))


def begin_upper(text: str) -> str:
    """Begin a text with an upper-case letter, as a heading does."""
    return text[:1].upper() + text[1:]


def is_blank(text: object) -> bool:
    """Tell whether there is nothing to show; pandas leaves NaN where a table has no name."""
    return text is None or text != text or str(text).strip() == ""


def without_options(text: str) -> str:
    """Leave out of a text what only helps at a command line: sentences that name an option.

    Examples
    --------
    >>> without_options("Two kinds (--effects auto). Part passes. Say how much by --transient.")
    'Two kinds. Part passes.'
    >>> without_options("Confirm them in the map (-o map.csv) before it is used.")
    'Confirm them in the map before it is used.'
    """
    text = _ASIDE.sub("", text)
    return " ".join(each for each in _SENTENCE.split(text) if not _OPTION.search(each))


def sentences(text: str) -> list[str]:
    """Cut a text into its sentences.

    Examples
    --------
    >>> sentences("3 of 9 lie outside (p = 0.02). They differ.")
    ['3 of 9 lie outside (p = 0.02).', 'They differ.']
    """
    return [each for each in _SENTENCE.split(text.strip()) if each]


def summarise(parts: Sequence[tuple[int, str]]) -> str:
    """Put together the parts of a summary, no more sentences than a tired reader reads.

    Parameters
    ----------
    parts : sequence of (int, str)
        In the order of reading, each a sentence or more, and how soon it gives way where there
        are too many: that of the highest number first.

    Returns
    -------
    str

    Examples
    --------
    >>> summarise([(0, "One. Two."), (3, "Three."), (1, "Four. Five."), (2, "Six.")])
    'One. Two. Four. Five. Six.'
    """
    left = [(rank, text) for rank, text in parts if text]
    while sum(len(sentences(text)) for _, text in left) > MOST_SENTENCES and len(left) > 1:
        left.remove(max(left, key=lambda part: part[0]))
    return " ".join(text for _, text in left)
