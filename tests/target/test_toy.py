"""A target rule of a new system takes one declaration, and runs from there to the result."""

import math

import pytest

import varstat
from varstat.target.rule import NAMED_RULES, NamedRule, TargetRule


def test_a_toy_rule_runs_from_its_declaration_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = NamedRule(
        name="toy-third",
        system="a system that doesn't exist",
        rule=TargetRule(kind="best", value=1 / 3),
        bias="Its bias is made up.",
    )
    monkeypatch.setitem(NAMED_RULES, toy.name, toy)
    asked = {"direction": "higher-is-better", "draws": 200}
    found = varstat.opportunity("example:star98", target="toy-third", **asked)[0]
    same = varstat.opportunity("example:star98", target=f"best:{1 / 3!r}", **asked)[0]
    assert found.target_rule == "toy-third"
    assert "Its bias is made up." in found.findings
    assert math.isclose(found.total.estimate, same.total.estimate)
