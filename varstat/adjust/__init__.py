"""What case-mix explains: standardisation, regression on cells, and who can be compared."""

from varstat.adjust.casemix import Casemix, Coefficients
from varstat.adjust.comparability import Comparability, assess_comparability
from varstat.adjust.direct import Direct, standardise_directly
from varstat.adjust.fit import fit_casemix
from varstat.adjust.indirect import Indirect, standardise_indirectly
from varstat.adjust.interaction import Interaction, check_interactions, say_interaction
from varstat.adjust.standardisation import standardise
from varstat.adjust.standardised import Standardised, StandardisedGroup, StandardisedUnits

__all__ = [
    "Casemix",
    "Coefficients",
    "Comparability",
    "Direct",
    "Indirect",
    "Interaction",
    "Standardised",
    "StandardisedGroup",
    "StandardisedUnits",
    "assess_comparability",
    "check_interactions",
    "fit_casemix",
    "say_interaction",
    "standardise",
    "standardise_directly",
    "standardise_indirectly",
]
