"""JSON: there and back, digests, sentences for what is wrong, and a schema that agrees."""

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Matrix, Problem, ProblemError, solve
from matching.jsonio import digest, problem_from_json, problem_to_json, roster_from_json, roster_to_json
from matching.schema import problem_schema, roster_schema
from tests.matching.instances import make_problem, promised, small_problem

PROBLEM_SHAPE = jsonschema_rs.validator_for(problem_schema())
ROSTER_SHAPE = jsonschema_rs.validator_for(roster_schema())


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_there_and_back(seed):
    problem = small_problem(seed, 3, 4, 2)
    text = problem_to_json(problem)
    roster = solve(problem)
    assert problem_from_json(text) == problem
    assert roster_from_json(roster_to_json(roster)) == roster
    PROBLEM_SHAPE.validate(json.loads(text))
    ROSTER_SHAPE.validate(json.loads(roster_to_json(roster)))


def test_equal_problems_have_equal_digests_and_others_do_not():
    assert digest(promised()) == digest(promised())
    assert digest(promised()) != digest(promised(price=1.0))


def test_defaults_are_left_out():
    plain = json.loads(problem_to_json(make_problem()))
    assert "weights" not in plain
    assert "tier" not in plain["visits"][0]


@pytest.mark.parametrize(("text", "part"), [
    ("{", "not JSON"),
    ("[]", "At problem: an object is needed"),
    ("{}", "the field epoch is missing"),
    ('{"epoch": 3, "places": [], "visits": [], "workers": []}', "At problem.epoch: 3 is not a text"),
    ('{"epoch": "2026-11-23T00:00:00+08:00", "places": [[1]], "visits": [], "workers": []}', "a point is"),
    ('{"epoch": "2026-11-23T00:00:00+08:00", "places": [], "visits": [], "workers": [], "colour": 1}', "no field colour"),
    ('{"epoch": "x", "places": [], "visits": [], "workers": []}', "not an ISO instant"),
    ('{"epoch": "x", "places": [], "visits": {}, "workers": []}', "At problem.visits: a list is needed"),
    ('{"epoch": "x", "places": [], "visits": [], "workers": [], "travel": {"kind": "broom"}}', "haversine or matrix"),
    ('{"epoch": "x", "places": [], "visits": [], "workers": [], "travel": {"kind": "matrix", "tables": [1]}}', "an object"),
    ('{"epoch": "x", "places": [[NaN, 1]], "visits": [], "workers": []}', "not on the globe"),
    (('{"epoch": "x", "places": [], "workers": [], "visits": [{"code": "V", "place": 0, "minutes": 60,'
     ' "windows": [{"earliest": 1e3, "latest": 5}]}]}'), "is not a whole number"),
    (('{"epoch": "x", "places": [], "workers": [], "visits": [{"code": "V", "place": 0, "minutes": 60,'
     ' "windows": [{"earliest": 1, "latest": 5}], "priority": "vip"}]}'), "none of rescue, recurring, one_off"),
    (('{"epoch": "x", "places": [], "workers": [], "visits": [{"code": "V", "place": true, "minutes": 60,'
     ' "windows": []}]}'), "At problem.visits[0].place: true is not a whole number"),
])
def test_bad_json_is_refused_in_a_sentence(text, part):
    with pytest.raises(ProblemError) as refused:
        problem_from_json(text)
    assert part in str(refused.value)


def test_a_huge_number_is_refused_too():
    text = problem_to_json(make_problem()).replace('"minutes": 120', '"minutes": 99999999999999999999')
    with pytest.raises(ProblemError):
        problem_from_json(text)


@pytest.mark.parametrize(("was", "now", "part"), [
    ('"p_accept": 1.0', '"p_accept": 1' + "0" * 400, "workers[0].p_accept: the number is too large"),
    ('"kind": "haversine"', '"kind": ["haversine"]', "haversine or matrix"),
    ('"code": "V-1"', '"code": "\\ud800"', "visits[0].code: half of a surrogate pair"),
    ('"code": "V-1"', '"code": ' + "[" * 300 + "]" * 300, "visits[0].code: a list is not a text"),
    ('"code": "V-1"', '"code": "V-1", "priority": ' + '{"a":' * 300 + "1" + "}" * 300, "an object is none of rescue"),
])
def test_what_only_an_attacker_writes_is_refused_in_a_sentence(was, now, part):
    text = problem_to_json(make_problem())
    assert was in text
    with pytest.raises(ProblemError) as refused:
        problem_from_json(text.replace(was, now))
    assert part in str(refused.value)


def test_a_table_belongs_to_the_digest_and_needs_no_points():
    one, other = (Problem("2026-11-23T00:00:00+08:00", (), (), (), Matrix({"ebike": [[0, way], [5, 0]]})) for way in (5, 6))
    assert digest(one) != digest(other)
    assert problem_from_json(problem_to_json(one)) == one
