"""Wording: the labels of publishers in one spelling, before anybody reads them."""

import re
import unicodedata

# Full names and usual abbreviations, without accents; English ones stay as they are.
_MONTHS = {
    "jan": "januar janvier ene enero gen gennaio janeiro januari",
    "feb": "februar fevrier fevr fev febrero febbraio fevereiro februari",
    "mar": "marz maerz mrz mars marzo marco mrt maart",
    "apr": "avril avr abr abril aprile",
    "may": "mai mayo mag maggio maio mei maj",
    "jun": "juni juin junio giu giugno junho",
    "jul": "juli juil juillet julio lug luglio julho",
    "aug": "aout ago agosto augustus augusti",
    "sep": "septembre septiembre set settembre setembro",
    "oct": "okt oktober octobre octubre ott ottobre out outubro",
    "nov": "novembre noviembre novembro",
    "dec": "dez dezember decembre dic diciembre dicembre dezembro",
}
_ENGLISH = {name: month for month, names in _MONTHS.items() for name in names.split()}
_NAME = re.compile(r"[a-z]+")
_QUARTER = r"(?:quarter|qtr|quartal|trimestre|trimester|trim|kwartaal|kvartal)"
_YEAR = r"(?:year|jahr|annee|ano|anno)"
_REWRITTEN = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        # What a publisher adds: which months, or that the figures may change.
        (r" ?[\[(](?:p|r|prov(?:\.|isional)?|rev(?:\.|ised)?)[\])]", ""),
        (r" ?[\[(][a-z]{3,9}\.? ?(?:-|to) ?[a-z]{3,9}\.?[\])]", ""),
        (r"(?<=\d)_(?=\d\d(?:\d\d)?\b)", "-"),
        (r"_", " "),
        (rf"\b([1-4])(?:\.|st|nd|rd|th|er|e|eme|o|º|ª)? ?{_QUARTER}\b\.?", r"q\1"),
        (rf"\b{_QUARTER}\.? ?([1-4])\b", r"q\1"),
        (r"\bt ?([1-4])\b", r"q\1"),
        (
            rf"^(?:(?:financial|fiscal)[ -]?{_YEAR}?|{_YEAR}):? ?(?=(?:19|20)\d\d[-/\u2013]\d\d)",
            "fy ",
        ),
        (rf"^(?:(?:calendar|kalender)[ -]?)?(?:{_YEAR}|cy):? ?(?=(?:19|20)\d\d)", ""),
        (r"\bde (?=(?:19|20)\d\d\b)", ""),
    )
)


def plain_wording(label: str) -> str:
    """Write a label in small letters, English months and quarters as `q1`.

    Parameters
    ----------
    label : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain_wording("März  2019"), plain_wording("1. Quartal 2020"), plain_wording("Year 2019-20")
    ('mar 2019', 'q1 2020', 'fy 2019-20')
    >>> plain_wording("2019-20 Quarter 1 (Apr-Jun)"), plain_wording("2018_19")
    ('2019-20 q1', '2018-19')
    """
    text = " ".join(label.lower().replace(",", " ").split())
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.replace("º", "o"))
        text = "".join(each for each in letters if not unicodedata.combining(each))
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    text = _NAME.sub(lambda found: _ENGLISH.get(found[0], found[0]), text)
    return " ".join(text.split())
