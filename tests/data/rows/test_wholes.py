"""Names of totals, in many words and languages."""

import pytest

from varstat.data.rows.wholes import (
    is_average,
    is_country,
    is_nobody,
    is_total,
    may_be_whole,
    names_whole,
    outline,
    overlapping_ages,
)

TOTALS = (
    "NYS - All Hospitals|STATEWIDE|Region total|Subtotal|NHS England|Gesamt|Insgesamt|Totaal"
    "|Totale|Ensemble|Ganze Schweiz|Total général|Alle|E92000001|K02000001|Sum|Razem|Toplam"
    "|STATE OF CALIFORNIA POOLED DATA|Σύνολο|合計|Total general|England and Wales|Ogółem|Yhteensä"
    "|Total for the North|Celkem|Итого"
)
UNITS = (
    "Nationwide Children's Hospital|Johns Hopkins All Children's Hospital|All Saints Hospital"
    "|E06000001|The Total Care Group|Calderdale|R0A|Hospital|State|Royal Cornwall Hospitals"
    "|Ensemble Care|T|London"
)


@pytest.mark.parametrize("cell", TOTALS.split("|"))
def test_a_total_is_known_by_its_name(cell):
    assert is_total(cell)


@pytest.mark.parametrize("cell", UNITS.split("|"))
def test_a_unit_with_such_a_word_in_its_name_is_none(cell):
    assert not is_total(cell)
    assert not is_country(cell)


@pytest.mark.parametrize("cell", ["United States", "Nederland", "Österreich"])
def test_countries_are_known(cell):
    assert is_country(cell)


def test_averages_and_nobody_in_particular_are_no_units():
    assert all(map(is_average, ["Average", "Median", "National average", "Durchschnitt"]))
    assert not any(map(is_average, ["Mean Valley", "Average Joe Clinic"]))
    assert all(map(is_nobody, ["Unknown", "Other", "Not stated", "Unbekannt"]))
    assert not any(map(is_nobody, ["Other Lane Surgery", "Unknownville"]))


@pytest.mark.parametrize(
    "cell",
    [
        *("Landesdurchschnitt", "Peer average", "Médiane nationale", "Nationaal gemiddelde"),
        *("Landsgennemsnit", "Średnia krajowa", "Media regionale", "全国平均", "Top decile"),
        *("Durchschnitt aller Kliniken", "25th percentile", "Quartile 1", "Maximum", "Std dev"),
        *("Gewichteter Mittelwert", "Moyenne des établissements", "Mean of all hospitals"),
    ],
)
def test_an_average_or_another_figure_of_all_units_is_known_by_its_name(cell):
    assert is_average(cell)
    assert may_be_whole(outline(cell))


@pytest.mark.parametrize(
    "cell",
    [
        *("Nicht zuordenbar", "keine Angabe", "Sans objet", "Non renseigné", "Sin especificar"),
        *("Niet bekend", "Uppgift saknas", "Brak danych", "Não informado", "不詳", "Bilinmeyen"),
    ],
)
def test_nobody_is_known_by_its_name_in_other_languages(cell):
    assert is_nobody(cell)
    assert may_be_whole(outline(cell))


@pytest.mark.parametrize("cell", TOTALS.split("|"))
def test_no_total_is_passed_over_for_the_words_that_it_has(cell):
    assert may_be_whole(outline(cell))
    assert is_total(outline(cell))


@pytest.mark.parametrize("cell", UNITS.split("|"))
def test_names_that_differ_in_their_numbers_are_alike(cell):
    assert not is_total(outline(f"{cell} 17"))


@pytest.mark.parametrize(
    "level",
    [
        *("All ages", "Persons", "Both sexes", "All persons", "All age groups", "All quintiles"),
        *("Total", "Insgesamt", "Beide Geschlechter", "Ambos sexos", "Alle leeftijden"),
        "Les deux sexes",
    ],
)
def test_a_level_is_known_as_a_whole_by_its_name(level):
    assert names_whole(level)


@pytest.mark.parametrize("level", ["Male", "0-9 yrs", "18+", "All other", "Year", "Elective"])
def test_a_part_is_no_whole(level):
    assert not names_whole(level)


def test_spans_of_ages_overlap_where_one_reaches_into_the_other():
    assert overlapping_ages(["0-17", "18+ yrs", "65 years and over"]) == (
        "18+ yrs",
        "65 years and over",
    )
    assert overlapping_ages(["0-14", "0-4", "15-44"]) == ("0-14", "0-4")
    assert overlapping_ages(["Under 18", "18 to 64", "65+"]) is None
    assert overlapping_ages(["0-5", "5-10", "10-15"]) is None
    assert overlapping_ages(["Male", "Female"]) is None
