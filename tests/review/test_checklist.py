"""Checklists: what card and run answer is filled in, with evidence, and nothing is guessed."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import review, simulate

from varstat.review.checklist import fill_checklists, load_checklists
from varstat.review.part import Part, leave_out
from varstat.review.reviewed import Reviewed
from varstat.review.verdicts import judge_run

ITEMS = [(name, item) for name, each in load_checklists().items() for item in each.items]


@pytest.fixture(scope="module")
def reviewed() -> Reviewed:
    """A nation of units."""
    return review(simulate(np.linspace(-2.5, -0.5, 20), np.full(20, 400), 1))


def _answers(part: Part) -> dict[tuple[str, str], tuple[str, str]]:
    table = part.tables["checklist"]
    keys = zip(table["checklist"], table["item"], strict=True)
    return dict(zip(keys, zip(table["answer"], table["evidence"], strict=True), strict=True))


def test_there_are_four_checklists_with_their_sources() -> None:
    lists = load_checklists()
    assert list(lists) == ["barg", "measure-testing", "record", "rss"]
    for each in lists.values():
        assert each.source
        assert each.doi or each.url
        assert each.doi is None or re.fullmatch(r"10\.\d{4,}/\S+", each.doi)


@pytest.mark.parametrize(("name", "item"), ITEMS, ids=lambda each: getattr(each, "id", each))
def test_every_item_is_a_question_with_one_way_to_answer_at_most(name: str, item: Any) -> None:
    assert item.text.endswith("?")
    ways = [item.card, item.part, item.claim, item.run, item.diagnostics or None]
    assert sum(way is not None for way in [*ways, item.adjusted or None]) <= 1


def test_an_items_name_stands_once_in_its_list() -> None:
    assert len({(name, item.id) for name, item in ITEMS}) == len(ITEMS)


def test_whatever_is_answered_has_evidence_that_is_there(reviewed: Reviewed) -> None:
    parts = [
        Part(name="data", status="holds", sentence="."),
        Part(name="reliability", status="fails", sentence="."),
    ]
    claims = judge_run(reviewed, parts)
    part = fill_checklists(reviewed, parts, claims)
    card = json.loads(reviewed.posterior.card.model_dump_json())
    stated = {
        "parts": [{"status": each.status} for each in parts],
        "claims": [{"verdict": each.verdict} for each in claims],
        "level": 0.9,
        "version": "0",
        "diagnostics": {},
        "provenance": {"data_hash": "0"},
    }
    for answer, evidence in _answers(part).values():
        assert answer in ("yes", "no", "not stated")
        assert (evidence == "") is (answer == "not stated") or answer == "not stated"
        if evidence:
            where, pointer = evidence.split("#/")
            found: Any = {"card": card, "review": stated}[where]
            for key in pointer.split("/"):
                found = found[int(key)] if isinstance(found, list) else found[key]


def test_parts_answer_by_their_status(reviewed: Reviewed) -> None:
    def answer(*parts: Part) -> str:
        return _answers(fill_checklists(reviewed, parts))[("rss", "precision")][0]

    part = Part(name="reliability", status="holds", sentence=".")
    assert answer(part) == "yes"
    assert answer(Part(name="reliability", status="fails", sentence=".")) == "no"
    assert answer(Part(name="reliability", status="with care", sentence=".")) == "not stated"
    assert answer(leave_out("reliability", "There is one unit.")) == "not stated"
    assert answer() == "not stated"


def test_what_was_not_done_is_answered_with_no(reviewed: Reviewed) -> None:
    part = fill_checklists(reviewed, [leave_out("multiverse", "It was not asked for.")])
    assert _answers(part)[("barg", "5.B")] == ("no", "review#/parts/0/status")
    assert part.status == "with care"


def test_the_run_says_nothing_of_what_others_published(reviewed: Reviewed) -> None:
    key = ("rss", "uncertainty")
    own = judge_run(reviewed)
    assert _answers(fill_checklists(reviewed, (), own))[key] == ("yes", "review#/level")
    theirs = [replace(own[0], published=True)]
    assert _answers(fill_checklists(reviewed, (), theirs))[key] == ("not stated", "")


def test_whether_units_differ_is_answered_by_the_claim(reviewed: Reviewed) -> None:
    key = ("measure-testing", "cms.meaningful-differences")
    found = _answers(fill_checklists(reviewed, (), judge_run(reviewed)))[key]
    assert found == ("yes", "review#/claims/0/verdict")


def test_the_sentence_counts_the_answers(reviewed: Reviewed) -> None:
    part = fill_checklists(reviewed)
    table = part.tables["checklist"]
    assert isinstance(table, pd.DataFrame)
    assert part.sentence.startswith(f"Of {len(table)} items of 4 checklists")
    assert sum(part.values.values()) == len(table) == len(ITEMS)
