import numpy as np
import pandas as pd
import pytest

from varstat.data.source.numbers import Kind, parse_numbers, read_numbers
from varstat.data.source.vocabulary import Vocabulary, own_range

SUPPRESSED = """
*|[c]|[C]|c|s|S|DS|np|NP|Suppressed|SUPPRESSED|Too Few to Report|too few cases|Too few|(S)|Withheld
Too small to report|Suppressed (n<5)|Confidential|[REDACTED]|geheim|Secret statistique|soppresso
(suppressed)|Data suppressed due to small counts|Small n|zensiert|秘匿|Not shown: low numbers
confidencial|zu wenige Fälle|Trop peu de cas|Onderdrukt|  too   few to report
"""
MISSING = """
Not Available|not available|NOT AVAILABLE|Not Applicable|N/A|n/a|NA|#N/A|Not reported|No data|..|:|.
…|-|–|—|x|[x]|[z]|[low]|NULL|keine Angabe|k. A.|nicht verfügbar|non disponible|sin datos|n.v.t.
(not available)|Not Reported in 2023|keine Angabe möglich|ｘ|―|データなし|No data for this site
Non disponibile|não disponível|brak danych|Uppgift saknas|Missing|Not Recorded|No Data Submitted
"""
RANGES = {
    "<11": (0, 10),
    "< 5": (0, 4),
    "<=10": (0, 10),
    "≤ 10": (0, 10),
    "≤10": (0, 10),
    "fewer than 5": (0, 4),
    "Less than 11": (0, 10),
    "weniger als 3": (0, 2),
    "moins de 11": (0, 10),
    "menos de 5": (0, 4),
    "5 or fewer": (0, 5),
    "5 or less": (0, 5),
    "up to 4": (0, 4),
    "1-4": (1, 4),
    "1–9": (1, 9),
    "1 to 4": (1, 4),
    "1 bis 3": (1, 3),
    "between 1 and 10": (1, 10),
    "5-9": (5, 9),
    "(1-4)": (1, 4),
    "[<5]": (0, 4),
    "<5*": (0, 4),
    "&lt;5": (0, 4),
    "Fewer than 11 events": (0, 10),
    "＜５": (0, 4),
    "<5²": (0, 4),
    "weniger als 5 Fälle": (0, 4),
    "1-4 cases": (1, 4),
}


def parse(*texts, **said):
    return parse_numbers(np.array(texts, dtype=object), vocabulary=Vocabulary(**said))


def each(words):
    return [word for line in words.strip("\n").split("\n") for word in line.split("|")]


@pytest.mark.parametrize("text", each(SUPPRESSED))
def test_words_for_suppressed_counts_are_known(text):
    numbers = parse("1", text.strip())
    assert numbers.kind[1] == Kind.SUPPRESSED
    assert np.isnan(numbers.values[1])
    assert np.isnan(numbers.low[1])


@pytest.mark.parametrize("text", each(MISSING))
def test_words_for_what_is_not_available_are_known(text):
    assert parse("1", text).kind[1] == Kind.MISSING


@pytest.mark.parametrize(("text", "ends"), RANGES.items())
def test_a_mark_that_states_its_range_has_it(text, ends):
    numbers = parse("1", text)
    assert numbers.kind[1] == Kind.SUPPRESSED
    assert (numbers.low[1], numbers.high[1]) == ends


@pytest.mark.parametrize(
    "text", ["1e3", "-5", "12", "4-1", "<0", ">5", "10+", "a-b", "1-", "0.5", "1e999", "10a20"]
)
def test_other_texts_state_no_range(text):
    assert own_range(text) is None


@pytest.mark.parametrize("text", ["abc", "12 p", "£5", "1.2.3", "n.r.", "St James", ">100", "10+"])
def test_other_texts_stay_unread_and_are_kept_as_they_are(text):
    numbers = parse("1", text)
    assert numbers.kind[1] == Kind.TEXT
    assert numbers.mark[1] == text


def test_a_mark_whose_lower_end_is_open_starts_where_all_marks_do():
    numbers = parse("<5", "5-9", "*", hidden=(1.0, 7.0))
    assert list(zip(numbers.low, numbers.high, strict=True)) == [(1, 4), (5, 9), (1, 7)]


def test_what_is_stated_wins_over_what_is_known():
    numbers = parse(
        "..", "x", "-", "<5", "*", ranges={"..": (1.0, 4.0), "<5": (1.0, 4.0)}, zero={"-"},
        missing={"*"},
    )  # fmt: skip
    assert numbers.kind.tolist() == [
        Kind.SUPPRESSED,
        Kind.MISSING,
        Kind.NUMBER,
        Kind.SUPPRESSED,
        Kind.MISSING,
    ]
    assert (numbers.low[3], numbers.high[3]) == (1, 4)
    assert numbers.values[2] == 0


@pytest.mark.parametrize("column", [[1, -99, 3], ["1", "-99", "3"], [1.0, -99.0, 3.0]])
def test_a_number_can_mean_that_nothing_is_known(column):
    numbers = read_numbers(pd.Series(column), vocabulary=Vocabulary(sentinels=frozenset({-99.0})))
    assert numbers.kind.tolist() == [Kind.NUMBER, Kind.MISSING, Kind.NUMBER]
    assert numbers.mark[1] == "-99"
    assert np.isnan(numbers.values[1])


def test_a_printed_number_can_stand_for_a_range_or_for_itself():
    numbers = parse("0", "3", "5").standing_for({0.0: (0.0, 7.0), 3.0: (3.0, 3.0)})
    assert numbers.kind.tolist() == [Kind.SUPPRESSED, Kind.NUMBER, Kind.NUMBER]
    assert numbers.low[:2].tolist() == [0, 3]
    assert numbers.high[:2].tolist() == [7, 3]
    assert np.isnan(numbers.low[2])
