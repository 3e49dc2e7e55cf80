"""Wording: the labels of publishers in one spelling, before anybody reads them."""

import re
import unicodedata

# Full names and usual abbreviations, without accents; English ones stay as they are.
_MONTHS = {
    "jan": "januar janvier janv ene enero gen gennaio janeiro januari sty styczen stycznia leden"
    " tammi tammikuu ocak",
    "feb": "februar fevrier fevr fev febrero febbraio fevereiro februari lut luty lutego unor"
    " helmi helmikuu subat",
    "mar": "marz maerz mrz mars marzo marco mrt maart marzec marca brezen maalis maaliskuu mart",
    "apr": "avril avr abr abril aprile kwi kwiecien kwietnia duben huhti huhtikuu nisan",
    "may": "mai mayo mag maggio maio mei maj maja kveten touko toukokuu mayis",
    "jun": "juni juin junio giu giugno junho cze czerwiec czerwca cerven kesa kesakuu haziran",
    "jul": "juli juil juillet julio lug luglio julho lip lipiec lipca cervenec heina heinakuu"
    " temmuz",
    "aug": "aout ago agosto augustus augusti sie sierpien sierpnia srpen elo elokuu agustos",
    "sep": "septembre septiembre set settembre setembro wrz wrzesien wrzesnia zari syys syyskuu"
    " eylul",
    "oct": "okt oktober octobre octubre ott ottobre out outubro paz pazdziernik pazdziernika rijen"
    " loka lokakuu ekim",
    "nov": "novembre noviembre novembro lis listopad listopada marras marraskuu kasim",
    "dec": "dez dezember decembre dic diciembre dicembre dezembro gru grudzien grudnia prosinec"
    " joulu joulukuu aralik",
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
        # Rolling periods, which say how long they are and when they end.
        (r"^(?:the )?(?:rolling|moving annual total|mat|ttm|last|latest) (?=\d)", ""),
        (r"^(?:rolling (?:year|annual)|moving annual total|mat|ttm|ltm)\b", "12 months"),
        (r"^rolling ", ""),
        (r"^(\d\d?)[ -](?:months?|m|monate|mois|meses|mesi)\b(?: rolling)?", r"\1 months"),
        (r"^(\d)[ -](?:years?|y|jahre|ans|anos|anni)\b(?: rolling)?", r"\1 years"),
        (r"^\d years (?=(?:19|20)\d\d ?[-\u2013/])", ""),
        (r" (?:bis|au?|hasta|tot|do|al) (?=[a-z]*\.? ?(?:19|20)\d\d)", " to "),
        (rf"\b([1-4])(?:\.|st|nd|rd|th|er|e|eme|o|º|ª)? ?{_QUARTER}\b\.?", r"q\1"),
        (rf"\b{_QUARTER}\.? ?([1-4])\b", r"q\1"),
        (r"\bt ?([1-4])\b", r"q\1"),
        (
            rf"^(?:(?:financial|fiscal)[ -]?{_YEAR}?|{_YEAR}):? ?(?=(?:19|20)\d\d[-/\u2013]\d\d)",
            "fy ",
        ),
        (rf"^(?:(?:calendar|kalender)[ -]?)?(?:{_YEAR}|cy):? ?(?=(?:19|20)\d\d)", ""),
        (r"\bde (?=(?:19|20)\d\d\b)", ""),
        # An abbreviated month's point: "janv.-23".
        (r"(?<=[a-z])\.(?=[- /]?\d)", ""),
        (r"((?:19|20)\d\d) ?年 ?(?=\d ?月)", r"\1-0"),
        (r"((?:19|20)\d\d) ?年 ?(?=\d\d ?月)", r"\1-"),
        (r"(?<=\d) ?月(?:分|度)?", ""),
        (r"((?:19|20)\d\d) ?年", r"\1"),
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
    >>> plain_wording("Févr.-23"), plain_wording("2023年4月")
    ('feb-23', '2023-04')
    """
    text = " ".join(label.lower().replace(",", " ").split())
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.replace("º", "o").replace("ı", "i"))
        text = "".join(each for each in letters if not unicodedata.combining(each))
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    text = _NAME.sub(lambda found: _ENGLISH.get(found[0], found[0]), text)
    return " ".join(text.split())
