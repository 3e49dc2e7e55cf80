"""Words of headings: what a column is called, in several languages, and what that suggests."""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[^0-9a-z%]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNIT = _words(
    "unit org organisation organization provider trust hospital practice ward school district "
    "surgeon clinic clinician consultant centre center site facility location gp lad authority "
    "municipality council kommune gemeinde krankenhaus klinik klinikum hopital etablissement "
    "centro hospitais ospedale azienda comune ziekenhuis instelling sykehus sjukhus sygehus "
    "sairaala szpital municipio municipi commune kreis landkreis praxis cabinet area county team "
    "store branch plant department station finess institution unidad unidade enhet"
)
CODE = _words("code id key kode codigo codice kod nr no number num ref identifier cd ods ccn fips")
NAME = _words(
    "name label nom nome nombre naam navn namn bezeichnung title description libelle nimi nazwa"
)
GROUP = _words(
    "region country type category sex gender age board ics icb parent commissioning simd imd "
    "specialty speciality measure indicator diagnosis state nation group quintile decile level "
    "geschlecht sexe sexo sesso alter edad eta land pays pais stratum procedure method status "
    "condition metric variable qf class band banding kjonn lan provincia regione regiao"
)
PERIOD = _words(
    "date period year month quarter week fy day time jahr monat quartal annee mois trimestre ano "
    "mes anno mese jaar maand kwartaal ar maned kvartal manad semester release jahrgang datum"
)
EVENT = _words(
    "numerator event events death deaths died case cases observed daycase daycases day readmitted "
    "readmissions falls infections complications late breaches over under within yes positive "
    "vaccinated seen waiting missed attended screened caesareans cancelled lost passed achieved "
    "met dead failed falle todesfalle verstorbene deces cas decessi muertes fallecidos obitos "
    "eventi eventos evenements overleden doden dodsfall dode zaehler zahler numerateur numerador "
    "numeratore teller zgony kuolemat tillfallen pensioners hits tested"
)
SIZE = _words(
    "denominator den denom total totals all eligible admissions discharges attendances procedures "
    "population patients n available appointments offered items births deliveries registered "
    "invited operations stays episodes spells cohort size sample list pupils tests trials nenner "
    "denominateur denominador denominatore noemer patienten falle gesamt patientes pacientes "
    "pazienti altas ricoveri sejours insgesamt opnamen innleggelser vardtillfallen summe alle "
    "tous todos tutti behandlungen eingriffe faelle gesamtzahl wszystkie kaikki nevner namnare"
)
EXPOSURE = _words(
    "population days years hours person inhabitants residents beds beddays exposure tage jahre "
    "jours annees dias anos giorni anni dagen einwohner habitants habitantes abitanti inwoners "
    "befolkning invanare innbyggere pflegetage stunden miles liggedager liggedagen varddagar"
)
TIME_UNITS = _words("days hours years tage jours dias giorni dagen fte")
OBSERVED = _words("observed obs actual beobachtet observes observados osservati waargenomen")
EXPECTED = _words(
    "expected exp predicted erwartet erwartete attendus attendu esperados esperadas attesi "
    "verwacht verwachte forventet forventede forvantat forvantade oczekiwane prevus"
)
RATE = _words(
    "rate ratio proportion share average mean median per smr hsmr quote anteil taux part tasa "
    "proporcion tasso quota aandeel andel odsetek index score hi value indicator"
)
PERCENT = _words("% percent pct percentage prozent pourcentage porcentaje percentuale procent")
ASIDE = _words(
    "ll ul lower upper lcl ucl lci uci ci limit limits rank ranking se sd stderr std "
    "latitude longitude lat lon long banding band decile quintile percentile zscore pvalue phone "
    "postcode zip open close index year"
)
# Whose values are nobody's to read but theirs.
PERSON = _words(
    "patient person pupil student child staff employee surname forename firstname lastname nhs "
    "born birth dob email mail address phone telephone postcode zip ssn bsn mrn user client member"
)
LOWER = _words("lower low ll lcl lci untere inferieur inferior")
UPPER = _words("upper high ul ucl uci obere superieur superior")
# What says that a column is of all periods together.
TOTAL = _words("total all sum overall year ytd gesamt summe totale")
# By what a column is called whose values are measures.
MEASURE = _words(
    "measure indicator metric variable measurement statistic kennzahl indikator indicateur "
    "indicador indicatore"
)
PERIOD_PART = _words(
    "month quarter qtr monat quartal mois trimestre mes mese maand kwartaal manad maned kvartal"
)
ERROR = _words("se stderr sem")
AVERAGE = _words("mean average value estimate mittelwert moyenne media promedio gemiddelde medel")


def split_words(heading: str) -> tuple[str, ...]:
    """Split a heading into words, without capitals and accents.

    Examples
    --------
    >>> split_words("LengthOfStay"), split_words("FTE_DAYS_LOST"), split_words("Décès (%)")
    (('length', 'of', 'stay'), ('fte', 'days', 'lost'), ('deces', '%'))
    """
    plain = unicodedata.normalize("NFKD", heading)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.replace("ø", "o").replace("ß", "ss").replace("æ", "ae")
    parts = _CAMEL.sub(" ", plain.replace("%", " % ")).lower()
    return tuple(word for word in _APART.split(parts) if word)
