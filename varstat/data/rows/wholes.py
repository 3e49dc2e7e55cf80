"""Wholes: the words by which publishers name the row of everybody, in many languages."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

MISSING_CODES = frozenset(
    (
        *("-", "--", "\u2013", "\u2014", ".", "..", "...", ":", "*", "**"),
        *("[c]", "[x]", "[z]", "#n/a", "n/a", "n.a."),
    )
)


def fold(text: str) -> str:
    """Fold capitals and accents away: "Général" and "general" are one word."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def words_of(text: str) -> list[str]:
    """Split into folded words.

    Examples
    --------
    >>> words_of("Total général (hôpitaux)")
    ['total', 'general', 'hopitaux']
    """
    return re.findall(r"[^\W_]+", fold(text))


def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


ALL = _words(
    "total totals tot all overall national sum aggregate aggregated combined cumulative subtotal"
    " subtotals pooled statewide nationwide countrywide nation country everyone everybody"
    " landet republik republic republique vsechny vsichni \u03c3"
    " gesamt insgesamt gesamtsumme gesamtzahl summe alle zusammen bundesweit ganze ganz"
    " landesweit ensemble tous toutes totaux entiere totale totali tutti tutte complessivo"
    " complessivamente nazionale todos todas suma conjunto nacional totales totais tudo totaal"
    " samen landelijk totalt alla samtliga samlet hele hela riket sammenlagt yhteensa kaikki"
    " koko razem ogolem ogółem łącznie celkem spolu osszesen ukupno skupaj toplam σύνολο всего"
    " итого усього всього разом общо 合計 総計 計 全国 合计 总计 总数 합계 총계 전국"
    " المجموع الإجمالي kokku kopa samtals iomlan cyfanswm"
)
# Hospitals are called "Nationwide", but none is called by these.
STRONG = _words("subtotal subtotals pooled insgesamt gesamtsumme zwischensumme")
HOME = _words("england scotland wales britain gb uk unitedkingdom northernireland")
COUNTRIES = _words(
    "unitedstates usa schweiz suisse svizzera switzerland deutschland germany bundesrepublik"
    " france italia italy espana spain nederland netherlands belgie belgique belgium osterreich"
    " austria sverige sweden norge norway danmark denmark suomi finland polska poland portugal"
    " brasil brazil canada kanada australia newzealand ireland turkiye turkey 日本 中国"
    " us hrvatska slovenija slovensko cesko czechia magyarorszag hungary romania lietuva latvija"
    " eesti iceland greece mexico argentina chile colombia india japan china korea israel ukraine"
    " russia 한국 россия україна ελλάδα"
)
FILLER = _words(
    "grand the of and great for in by de la le les du des et der die das von und del der los las y"
    " e da do dos van het en general generale geral genel generaal nhs state data figure figures"
    " row rows value values result results"
)
UNITS = _words(
    "units organisations organizations trusts providers practices hospitals facilities"
    " agencies schools districts areas regions counties states boards sites wards centres centers"
    " patients krankenhauser kliniken spitaler hopitaux etablissements hospitales ospedali"
    " ziekenhuizen hospitais sjukhus sykehus sygehuse szpitale hastaneler local authorities"
    " nemocnice korhazak sairaalat clinics offices stations stores branches surgeons consultants"
)
EVERYBODY = _words(
    "both persons person people everyone everybody either beide beides geschlechter personen"
    " ambos ambas entrambi deux kaksi begge bada obie t"
)
KINDS = _words(
    "ages age aged groups group sexes sex genders gender categories category types type bands band"
    " quintiles quintile deciles fifths tenths ethnicities ethnic races causes diagnoses levels"
    " years year periods months quarters admissions admission patients cases episodes procedures"
    " inpatients daycases day outpatients stays spells attendances discharges risk males females"
    " men women male female and adults children altersgruppen altersklassen"
    " alter leeftijden geslachten edades sexos eta sessi aldrar kon persons tranches"
)
AVERAGES = _words(
    "average averages mean median durchschnitt mittelwert moyenne mediane promedio gemiddelde"
    " medelvarde gjennomsnitt gennemsnit keskiarvo srednia ortalama mittel schnitt ø snitt medeltal"
    " moyen media mediana mediaan mediaani prumer atlag avg benchmark benchmarks referenzwert"
    " richtwert norm genomsnitt landsgennemsnit landsgjennomsnitt riksgenomsnitt rikssnitt"
    " medel medelvarden medelverdi keskimaarin vidurkis keskmine atlagos prosek aritmetica"
    " 平均 平均値 全国平均 中央値 평균 전국평균"
    " percentile percentiles quartile quartiles decile minimum maximum stdev std"
    " standardabweichung perzentil quartil kwartiel percentil kvartil"
)
# "Landesdurchschnitt", "Bundesmittelwert": of what may stand before.
AVERAGE_ENDS = ("durchschnitt", "mittelwert", "gemiddelde", "gennemsnit", "gjennomsnitt")
AVERAGE_OF = _words(
    "group groups grupo gruppe groupe"
    " national nationale nationaler nationaal nationalt regional regionale regionaler regionaal"
    " krajowa krajowy krajowe kraju peer peers comparator comparators similar aller tutti tutte"
    " dev deviation standard th st nd rd top bottom lower upper first second third fourth"
    " per of across among within weighted unweighted gewichteter"
)
# What a table is at one time, which comes again at another.
VINTAGES = _words(
    "provisional final finalised finalized preliminary prelim revised revision restated"
    " resubmission interim flex freeze unrevised vorlaufig vorlaufige endgultig endgultige"
    " revidiert provisoire provisoires definitif definitifs definitives provvisorio definitivo"
    " provisorio preliminar"
    " voorlopig definitief forelopig endelig endelige preliminart slutlig slutgiltig alustava"
    " lopullinen wstepne ostateczne predbezne konecne 速報 確定 初步"
)
NOBODY = _words(
    "unknown other others unspecified unallocated unassigned unbekannt inconnu inconnue desconocido"
    " onbekend sconosciuto okand ukjent ukendt nieznany sonstige ubrige autres otros altri overige"
    " remainder remaining elsewhere residual ignorado ignorada outros ovrige ovriga pozostale inne"
    " muut tuntematon diger bilinmeyen missing nonresident nonresidents"
    " 不明 不詳 その他 기타 미상 其他 未知"
)
# As words, of two or three that only together say so.
NOT_STATED = frozenset(
    tuple(words_of(each))
    for each in (
        *("not known", "not stated", "not specified", "not recorded", "not reported", "no data"),
        *("nicht bekannt", "nicht zuordenbar", "nicht zugeordnet", "keine Angabe", "ohne Angabe"),
        *("sans objet", "non renseigné", "non précisé", "non déterminé", "non connu", "no consta"),
        *("sin especificar", "sin datos", "no especificado", "non specificato", "non noto"),
        *("niet bekend", "niet vermeld", "ej angiven", "uppgift saknas", "ikke oppgitt"),
        *("ikke kjent", "uoplyst", "ei tiedossa", "brak danych", "nie ustalono", "não informado"),
        *("sem informação", "não declarado", "without unit", "no fixed abode", "out of area"),
        *("outside area", "non resident", "non residents", "not applicable", "nicht zugewiesen"),
    )
)
# Country codes of the Office for National Statistics: England, Wales, Scotland, Northern Ireland,
# and what is made of them.
COUNTRY_CODE = re.compile(r"(?:[EWSNJ]92|K0[1-9])\d{6}")
TWO_WORDS = re.compile(
    r"\b(united) (kingdom|states)\b|\b(northern) (ireland)\b|\b(new) (zealand)\b"
)
# "North total", "Total for the North", "NYS - All Hospitals": a total whatever else it says.
SAYS_TOTAL = re.compile(
    r".*\b(?:sub)?totals?\W*|(?:sub)?totals? (?:for|of|in)\b.*|.*\ball ("
    + "|".join(sorted(UNITS - {"local"}))
    + r")\W*"
)
_REST = frozenset(("rest", "reste", "resto", "restliche"))
_TELLING = ALL | HOME | COUNTRIES | STRONG | AVERAGES | NOBODY | _REST
_NUMBER = re.compile(r"\d+")
# "25th" is a word of a number and "th".
_NUMBERED = re.compile(r"\d+(st|nd|rd|th)?")
_WITH_AVERAGES = AVERAGES | ALL | HOME | FILLER | UNITS | COUNTRIES | AVERAGE_OF


def outline(cell: str) -> str:
    """Write a name without its numbers, by which no two names differ in being a whole or not.

    Examples
    --------
    >>> outline("Practice 12, Town 7"), outline("E92000001")
    ('Practice 0, Town 0', 'E92000001')
    """
    return cell if COUNTRY_CODE.fullmatch(cell.strip().upper()) else _NUMBER.sub("0", cell)


def may_be_whole(cell: str) -> bool:
    """Say whether a cell has a word without which none is a total, country, average or nobody.

    Most names have none, so that all else is spared them.
    """
    words = words_of(_join_names(cell))
    return (
        not _TELLING.isdisjoint(words)
        or tuple(words) in NOT_STATED
        or any(map(_says_average, words))
        or COUNTRY_CODE.fullmatch(cell.strip().upper()) is not None
    )


def is_total(cell: str) -> bool:
    """Say whether a cell names a total.

    It must be made of such words and nothing else, so that a trust with "England" in its name is
    a unit; only words that no unit has in its name ("statewide"), and "total" as the last word,
    are enough by themselves.

    Examples
    --------
    >>> is_total("ENGLAND"), is_total("All trusts"), is_total("University Hospital of Wales")
    (True, True, False)
    >>> is_total("Total général"), is_total("Region total"), is_total("The Total Care Group")
    (True, True, False)
    """
    text = _join_names(cell)
    words = words_of(text)
    if not words:
        return False
    if COUNTRY_CODE.fullmatch(cell.strip().upper()):
        return True
    if STRONG.intersection(words) or SAYS_TOTAL.fullmatch(text):
        return True
    telling = ALL | HOME
    known = telling | FILLER | UNITS | COUNTRIES
    # "All 14 trusts", "Totals 2023".
    return any(word in telling for word in words) and all(
        word in known or word.isdecimal() for word in words
    )


def is_country(cell: str) -> bool:
    """Say whether a cell is the name of one of the larger countries beyond the United Kingdom."""
    words = words_of(_join_names(cell))
    return any(word in COUNTRIES for word in words) and all(
        word in COUNTRIES or word in FILLER for word in words
    )


def is_average(cell: str) -> bool:
    """Say whether a cell names what units have on average, or what some have at most.

    Examples
    --------
    >>> is_average("National average"), is_average("25th percentile"), is_average("Mean Valley")
    (True, True, False)
    """
    words = [_NUMBERED.sub(r"\1", word) for word in words_of(_join_names(cell))]
    return any(map(_says_average, words)) and all(
        word in _WITH_AVERAGES or word.isdigit() or not word or _says_average(word)
        for word in words
    )


def _says_average(word: str) -> bool:
    return word in AVERAGES or word.endswith(AVERAGE_ENDS)


def is_nobody(cell: str) -> bool:
    """Say whether a cell names no unit in particular: "Other", "Not stated", "Rest of England"."""
    words = words_of(cell)
    if words[:1] and words[0] in _REST:
        known = HOME | COUNTRIES | FILLER | UNITS | ALL
        return all(word in known for word in words_of(_join_names(cell))[1:])
    return tuple(words) in NOT_STATED or (len(words) == 1 and words[0] in NOBODY)


def names_whole(level: str, *, column: str = "") -> bool:
    """Say whether a level of a column is named as all of the others together.

    Examples
    --------
    >>> names_whole("All ages"), names_whole("Persons"), names_whole("0-9 yrs")
    (True, True, False)
    """
    own = {word + end for word in words_of(column) for end in ("", "s", "es")}
    words = set(words_of(level))
    return (
        bool(words & (ALL | EVERYBODY)) and words <= ALL | EVERYBODY | KINDS | FILLER | UNITS | own
    )


def names_vintage(level: str) -> bool:
    """Say whether a level is a table at one of several times, such as before it was revised.

    Examples
    --------
    >>> names_vintage("Provisional"), names_vintage("2019 (revised)"), names_vintage("Women")
    (True, True, False)
    """
    return any(word in VINTAGES for word in words_of(level))


def overlapping_ages(levels: Iterable[str]) -> tuple[str, str] | None:
    """Find two spans of numbers of which one reaches into the other: "18+ yrs", "65+ yrs".

    Returns
    -------
    (str, str) or None
        The wider one first.

    Examples
    --------
    >>> overlapping_ages(["0-17", "18+", "65 and over"])
    ('18+', '65 and over')
    >>> overlapping_ages(["0-17", "18-64", "65+"])
    """
    spans = sorted(
        (found[0], -found[1], level) for level in levels if (found := _span(level)) is not None
    )
    widest: tuple[float, str] | None = None
    for low, high, level in spans:
        # Ends that touch, as 5-10 and 10-15 do, are how some publishers write neighbours.
        if widest is not None and low < widest[0]:
            return widest[1], level
        if widest is None or -high > widest[0]:
            widest = -high, level
    return None


NUMBER = r"(\d{1,3})"
BETWEEN = re.compile(rf"\D*?{NUMBER}\s*(?:-|\u2013|to|bis|a|à|tot|til)\s*{NUMBER}\b\D*")
UPWARDS = re.compile(rf"\D*?{NUMBER}\s*(?:\+|(?:\w+ )?(?:and|or|und|et|y|e|en|og|och) \w+|plus)\D*")
DOWNWARDS = re.compile(rf"(?:under|<|less than|below|unter|bis|moins de|up to)\s*{NUMBER}\b\D*")


def _span(level: str) -> tuple[float, float] | None:
    text = fold(level).strip()
    if found := BETWEEN.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        return (low, high) if low < high else None
    if found := UPWARDS.fullmatch(text):
        return float(found[1]), float("inf")
    if found := DOWNWARDS.fullmatch(text):
        return 0.0, float(found[1])
    return None


def whole_levels(levels: Sequence[str], *, column: str) -> list[str]:
    """Give the levels that are named as wholes; a lone T only beside F and M."""
    sexes = {fold(level) for level in levels} >= {"f", "m"}
    return [
        level for level in levels if names_whole(level, column=column) and (len(level) > 1 or sexes)
    ]


def _join_names(cell: str) -> str:
    return TWO_WORDS.sub(lambda found: found[0].replace(" ", ""), fold(cell))
