"""Explanations come from terms and codes only, and read well in both languages."""

import string

import pytest

from matching import ProblemError, solve
from matching.explain import render, say, why_chosen, why_not, why_open
from matching.reasons import Reason
from matching.scoring import PAIR_TERMS
from matching.texts import EN, LANGUAGES, TERM_NAMES, ZH
from tests.matching.instances import EPOCH, make_problem, make_visit, make_worker, one_gap, promised, two_rivals, window


def read(sentences, language="en"):
    return " ".join(render(sentence, language, EPOCH) for sentence in sentences)


def keys(sentences):
    return [sentence.key for sentence in sentences]


def test_operations_see_every_term():
    problem = two_rivals()
    told = why_chosen(problem, solve(problem), "V-1")
    assert keys(told)[0] == "chosen"
    assert {"because.quality", "because.travel"} <= set(keys(told))
    assert "A service score of 4.8 stars counts 360.0 min." in read(told)


def test_a_worker_reads_when_to_set_out_and_why():
    visit = make_visit(preferred=frozenset({"W-1"}), windows=(window(9),))
    problem = make_problem([visit], [make_worker(fairness_gap=0.5)])
    told = why_chosen(problem, solve(problem), "V-1", "worker")
    assert keys(told) == ["chosen.worker", "worker.favourite", "worker.near", "worker.fairness", "worker.quality"]
    assert "11-23 09:00" in read(told)
    assert "请在 11-23 08:54 前出发" in read(told, "zh-CN")


def test_a_customer_reads_of_no_other_worker_and_no_inner_number():
    problem = two_rivals()
    told = read(why_chosen(problem, solve(problem), "V-1", "customer"))
    assert "W-" not in told
    assert "4.8" in told


def test_why_not_names_the_rule_and_what_would_change_it():
    problem = make_problem([make_visit(skills=frozenset({"cook"}))],
                           [make_worker("W-1"), make_worker("W-2", skills=frozenset({"cook"}))])
    told = why_not(problem, solve(problem), "V-1", "W-1")
    assert keys(told) == ["not.lacks_skill", "change.lacks_skill"]
    assert read(told) == "W-1 lacks a skill: cook. A training for cook would be needed."


def test_why_not_compares_with_the_one_who_was_chosen():
    problem = two_rivals()
    told = why_not(problem, solve(problem), "V-1", "W-1")
    assert keys(told) == ["less.value", "less.term", "change.stars"]
    assert dict(told[0].params)["minutes"] == pytest.approx(45.0)
    assert dict(told[2].params)["stars"] == pytest.approx(0.6)
    assert "服务分" in read(told, "zh-CN")


def test_what_cannot_change_is_not_asked_for():
    far, good = make_worker("W-1", stars=4.9), make_worker("W-2", stars=5.0, fairness_gap=0.9)
    problem = make_problem([make_visit(windows=(window(9),))], [far, good])
    told = why_not(problem, solve(problem), "V-1", "W-1")
    assert keys(told)[-1] == "change.no_one_thing"
    assert "Neither a better score nor a shorter way alone would decide for W-1." in read(told)


def test_a_shorter_way_is_asked_for_where_there_is_one_to_save():
    problem = make_problem([make_visit(place=1, windows=(window(9),))], [make_worker("W-1", 0), make_worker("W-2", 1)])
    told = why_not(problem, solve(problem), "V-1", "W-1")
    assert "change.closer" in keys(told)
    minutes = next(dict(sentence.params)["minutes"] for sentence in told if sentence.key == "change.closer")
    assert 0 < minutes <= dict(told[0].params)["minutes"] + 0.1


def test_nobody_asks_why_not_of_the_chosen():
    problem = two_rivals()
    assert why_not(problem, solve(problem), "V-1", "W-2") == ()


def test_a_busy_worker_is_busy_with_something():
    problem = one_gap()
    told = why_not(problem, solve(problem), "V-2", "W-1")
    assert keys(told) == ["not.busy", "busy.with", "change.busy"]
    assert dict(told[1].params)["visits"] == ("V-1",)


def test_an_open_visit_is_explained_with_counts():
    problem = one_gap()
    told = why_open(problem, solve(problem), "V-2")
    assert read(told) == "Visit V-2 stays open: 1 busy. A wider time window, or another time."
    assert read(told, "zh-CN").startswith("任务 V-2 还没有派出：1 人在忙。")
    assert why_open(problem, solve(problem), "V-1") == ()
    assert why_chosen(problem, solve(problem), "V-2") == ()


def test_a_better_worker_may_be_needed_elsewhere():
    # W-2 is better for both visits but can do one; the plan loses least by giving V-1 to W-1.
    workers = [make_worker("W-1", stars=4.0, skills=frozenset({"a"})),
               make_worker("W-2", stars=5.0, skills=frozenset({"a", "b"}))]
    visits = [make_visit("V-1", 1, (window(9),), skills=frozenset({"a"})),
              make_visit("V-2", 1, (window(9),), skills=frozenset({"b"}))]
    problem = make_problem(visits, workers)
    roster = solve(problem)
    assert roster.choice_of("V-1").worker == "W-1"
    assert "not.busy" in keys(why_not(problem, roster, "V-1", "W-2"))


def test_a_moved_promise_is_told_with_its_price():
    problem = promised(price=1.0)
    told = why_chosen(problem, solve(problem), "V-1")
    assert "This moves what was promised, which counts 1.0 min against." in read(told)


def test_unknown_names_are_refused_in_a_sentence():
    problem = two_rivals()
    with pytest.raises(ProblemError):
        why_chosen(problem, solve(problem), "V-1", "neighbour")
    with pytest.raises(ProblemError):
        why_not(problem, solve(problem), "V-9", "W-1")
    with pytest.raises(ProblemError, match="There is no worker W-9"):
        why_not(problem, solve(problem), "V-1", "W-9")
    with pytest.raises(ProblemError):
        render(say("chosen"), "fr", EPOCH)


def test_both_languages_have_the_same_sentences_with_the_same_places():
    assert set(EN) == set(ZH)
    for key, text in EN.items():
        mine = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        other = {name for _, name, _, _ in string.Formatter().parse(ZH[key]) if name}
        assert mine == other, key


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentences(reason):
    assert all(f"{kind}.{reason}" in texts for kind in ("not", "change", "count") for texts in LANGUAGES.values())


def test_every_term_has_a_name_and_a_sentence():
    names = {name for name, _ in PAIR_TERMS} | {"travel", "idle", "change"}
    assert all(f"because.{name}" in EN for name in names)
    assert all(names <= set(table) for table in TERM_NAMES.values())
