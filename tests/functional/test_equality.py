"""T08 and T04: an exempt dataset changes no public byte, and to everybody without a grant it is not there."""

from __future__ import annotations

from tests.functional.conftest import Told, answers
from tests.functional.visits import Answer, guesses, identifiers, masked, twin


def test_T08_public_answers_are_byte_equal_with_and_without_the_secrets(told: Told) -> None:
    assert len(told.before) >= 40
    after = answers(told.world.app, list(told.before))
    assert {
        path: difference(told.before[path], item) for path, item in after.items() if item != told.before[path]
    } == {}


def test_T08_searches_are_byte_equal_over_elasticsearch_too(told: Told) -> None:
    assert len(told.before_elastic) >= 25
    after = answers(told.world.elastic_app, list(told.before_elastic))
    earlier = told.before_elastic
    assert {path: difference(earlier[path], item) for path, item in after.items() if item != earlier[path]} == {}


def difference(before: Answer, after: Answer) -> str:
    """Where two answers part, for the report."""
    if (before.status, before.statements) != (after.status, after.statements):
        return f"{before.status}/{before.statements} statements, then {after.status}/{after.statements}"
    if before.body == after.body:
        return f"headers {set(before.headers) ^ set(after.headers)}"
    place = next((n for n, (a, b) in enumerate(zip(before.body, after.body, strict=False)) if a != b), 0)
    return f"at {place}: {before.body[place - 60 : place + 90]!r}, then {after.body[place - 60 : place + 90]!r}"


def test_T08_the_questions_are_answered(told: Told) -> None:
    """Equal refusals would prove nothing."""
    refused = {path: answer.status for path, answer in told.before.items() if answer.status >= 400}
    layer = told.world.public["Balai pertemuan"][1]
    # points without figures have no chart
    assert set(refused) == {"/tidak-ada", "/dataset/tidak-ada", f"/grafik/{layer}"}, refused


def test_T08_asked_for_by_id_the_secrets_answer_as_what_never_was(told: Told) -> None:
    """Same status, same bytes (ids aside), same number of statements, at every address the routes can form."""
    visitor, app = told.visitor, told.world.app
    compared = 0
    for secret in told.world.secrets.values():
        other = twin(secret)
        tokens = (*identifiers(secret), *secret.words), (*identifiers(other), *other.words)
        for rule in app.url_map.iter_rules():
            if not rule.arguments:
                continue
            for one, two in zip(guesses(rule, secret), guesses(rule, other), strict=True):
                tail = "?lang=en" if compared % 3 == 2 else ""
                first, second = visitor.both(one + tail, two + tail)
                assert masked(first, tokens[0]) == masked(second, tokens[1]), (one, two)
                compared += 1
    assert compared > 200
