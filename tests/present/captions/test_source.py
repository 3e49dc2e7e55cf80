"""What stands small below a chart."""

import varstat
from varstat.present.captions.source import say_source


def test_a_result_by_itself_has_no_file(hospitals) -> None:
    assert say_source(hospitals) == ""


def test_coefficients_stand_behind_the_columns_that_explain() -> None:
    said = {"direction": "higher-is-better", "draws": 200}
    leagues = varstat.league("example:star98", covariates=["lowinc", "perasian"], **said)
    hyper = leagues[0].hyperparameters
    low = hyper.mean[hyper.name.index("coefficient[lowinc]")]
    text = say_source(leagues)
    assert f"Adjusted for lowinc ({low:+.2g})".replace("-", "−") in text
    assert "(on the logit scale for one SD)." in text
    assert "(on the" not in say_source(varstat.league("example:star98", **said))
