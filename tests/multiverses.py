"""What multiverses in tests start from."""

from dataclasses import replace

from varstat.review.multiverse.facts import Facts

OWN = {
    "likelihood": "binomial",
    "effects": "normal",
    "tau-prior": "as stated",
    "peers": "none",
    "covariates": "none",
    "strata": "none",
    "period": "all",
    "exclude-smallest": "0",
    "target": "best:0.25",
    "comparability": "exclude",
}
PLAIN = Facts(
    measure="proportion",
    counts=True,
    units=100,
    periods=(),
    covariates=(),
    strata=(),
    peers=False,
    smallest_group=100,
    single=True,
    stated_transient=False,
    own_tau=False,
    incomparable=0,
    quick=True,
    own=OWN,
)
RICH = replace(
    PLAIN,
    covariates=("imd", "age"),
    periods=("2019", "2020"),
    peers=True,
    smallest_group=3,
    single=False,
    quick=False,
    own=OWN | {"peers": "declared", "covariates": "imd+age"},
)
