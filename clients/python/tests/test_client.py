"""What the cases of all languages do not cover, because it is of this language."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterator, List

import pytest
from scripted_lambda import FUNCTION_NAME, ScriptedLambda
from virtual_time import VirtualRuntime

from grantkeep import Grantkeep, GrantkeepError, SlackToken
from grantkeep.slack_bolt import look_up_first

# The time of the stand-in is not that of this client.
LASTING: Dict[str, Any] = {"expires_at": None}
SLACK: Dict[str, Any] = {"platform": "slack", **LASTING}
NOT_FOUND = {"errorType": "installation_not_found", "errorMessage": "There is none."}


@pytest.fixture
def start() -> Iterator[Any]:
    started: List[ScriptedLambda] = []

    def start_with(*responses: Dict[str, Any]) -> Any:
        stand_in = ScriptedLambda(VirtualRuntime(), list(responses))
        started.append(stand_in)
        return Grantkeep(FUNCTION_NAME, client=stand_in.client()), stand_in

    yield start_with
    for stand_in in started:
        stand_in.close()


def test_a_greatest_age_beyond_fifteen_minutes_is_refused() -> None:
    for seconds in (-1, 901):
        with pytest.raises(ValueError):
            Grantkeep(FUNCTION_NAME, max_age=seconds)


def test_a_token_is_not_shown_by_repr(start: Any) -> None:
    grantkeep, _ = start({"token": {"access_token": "ghs_SECRET", **LASTING}})

    token = grantkeep.token("github", organization_id=1)

    assert token.access_token == "ghs_SECRET"
    assert "ghs_SECRET" not in repr(token) + str(token)


def test_the_threads_of_a_process_share_one_invoke(start: Any) -> None:
    grantkeep, stand_in = start({"token": {"access_token": "ghs_1", **LASTING}})
    together = threading.Barrier(20)

    def look_up(_: int) -> str:
        together.wait()
        token: str = grantkeep.token("github", organization_id=1).access_token
        return token

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(look_up, range(20))) == {"ghs_1"}
    assert len(stand_in.invokes) == 1


def test_an_error_keeps_the_error_of_boto3_as_its_cause(start: Any) -> None:
    grantkeep, _ = start({"raise": "access_denied"})

    with pytest.raises(GrantkeepError) as raised:
        grantkeep.token("github", organization_id=1)

    assert type(raised.value.__cause__).__name__ == "ClientError"
    assert "AccessDeniedException" in str(raised.value)


def test_bolt_gets_the_token_of_the_enterprise_if_the_workspace_has_none(start: Any) -> None:
    grantkeep, stand_in = start({"function_error": NOT_FOUND}, {"token": SLACK})

    token = look_up_first(grantkeep, ["T0TEAM", None, "E0GRID"], {})

    assert isinstance(token, SlackToken)
    assert [one["request"]["organization_id"] for one in stand_in.invokes] == ["T0TEAM", "E0GRID"]


def test_bolt_gets_no_token_without_the_ids_of_the_bot(start: Any) -> None:
    unknown = {"token": {**SLACK, "bot_id": None}}
    grantkeep, _ = start(unknown, unknown)

    with pytest.raises(GrantkeepError) as raised:
        look_up_first(grantkeep, ["T0TEAM"], {})

    assert raised.value.retryable


def test_bolt_gets_an_error_for_an_organization_that_is_unknown(start: Any) -> None:
    grantkeep, _ = start({"function_error": NOT_FOUND}, {"function_error": NOT_FOUND})

    with pytest.raises(GrantkeepError) as raised:
        look_up_first(grantkeep, ["T0TEAM", "E0GRID"], {})

    assert raised.value.code == "installation_not_found"


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0.25), (0.5, 0.375), (0.999, 0.5)])
def test_callers_that_failed_together_return_at_different_times(
    chance: float, seconds: float
) -> None:
    class Chance(VirtualRuntime):
        def random(self) -> float:
            return chance

    runtime = Chance()
    busy = {"function_error": {"errorType": "retry_later", "errorMessage": "Busy."}}
    stand_in = ScriptedLambda(runtime, [busy, {"token": {}}])
    grantkeep = Grantkeep(FUNCTION_NAME, client=stand_in.client(), _runtime=runtime)

    def look_up() -> None:
        grantkeep.token("github", organization_id=1)

    runtime.start(look_up)
    runtime.run()
    stand_in.close()

    first, second = (one["at_ms"] / 1000 for one in stand_in.invokes)
    assert second - first == pytest.approx(seconds, abs=0.001)
