"""Runs the cases that the clients of all languages run: clients/cases/README.md describes them."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError
from datetime import datetime
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest
from scripted_lambda import CASES, FUNCTION_NAME, ScriptedLambda, to_iso
from virtual_time import VirtualRuntime

from grantkeep import Cancellation, Grantkeep, GrantkeepError, Token


# The names of the wire, where those of this language differ.
OPTIONS = {
    "min_ttl_seconds": "min_ttl",
    "rejected_token": "rejected",
    "max_age_seconds": "max_age",
    "retry_for_seconds": "retry_for",
}


def read_cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        if file.name == "platforms.json":
            continue
        for case in json.loads(file.read_text()):
            yield pytest.param(case, id=f"{file.stem}: {case['name']}")


def test_there_are_at_least_sixty_cases() -> None:
    assert len(list(read_cases())) >= 60


@pytest.mark.parametrize("case", read_cases())
def test_case(case: Dict[str, Any]) -> None:
    runtime = VirtualRuntime()
    stand_in = ScriptedLambda(runtime, case["responses"])
    try:
        Run(case, runtime, stand_in).steps()
        check_invokes(stand_in.invokes, case["invokes"])
    finally:
        stand_in.close()


class Run:
    """One case."""

    def __init__(
        self, case: Dict[str, Any], runtime: VirtualRuntime, stand_in: ScriptedLambda
    ) -> None:
        self._case = case
        self._runtime = runtime
        self._clients = [
            create_client(stand_in, runtime, {"function_name": FUNCTION_NAME, **translate(options)})
            for options in case.get("clients", [{}])
        ]

    def steps(self) -> None:
        for step in self._case["steps"]:
            if "wait_ms" in step:
                self._runtime.run(step["wait_ms"] / 1000)
            elif "jump_ms" in step:
                self._runtime.jump(step["jump_ms"] / 1000)
            else:
                self._look_up(step.get("lookups", [step]))

    def _look_up(self, lookups: List[Dict[str, Any]]) -> None:
        """Makes lookups at the same time, and compares what each of them ends with."""
        outcomes: List[Tuple[Dict[str, Any], List[Any]]] = []
        for lookup in lookups:
            for _ in range(lookup.get("times", 1)):
                ends: List[Any] = []
                outcomes.append((lookup["expect"], ends))
                self._plan(lookup, ends)
        self._runtime.run(until=lambda: all(ends for _, ends in outcomes))
        for expected, ends in outcomes:
            assert len(ends) == 1, "A lookup did not end."
            compare(ends[0], expected)

    def _plan(self, lookup: Dict[str, Any], ends: List[Any]) -> None:
        fields = translate(lookup["lookup"])
        client = self._clients[fields.pop("client", 0)]
        abort_after = lookup.get("abort_after_ms")
        if abort_after is not None:
            cancellation = Cancellation()
            fields["cancellation"] = cancellation

        def call() -> None:
            try:
                ends.append(client.token(**fields))
            except (GrantkeepError, CancelledError) as error:
                ends.append(error)

        def start() -> None:
            if abort_after == 0:
                cancellation.cancel()
            self._runtime.start(call)
            if abort_after:
                self._runtime.add_timer(abort_after / 1000, cancellation.cancel)

        after: Callable[[], None] = start
        self._runtime.add_timer(lookup.get("after_ms", 0) / 1000, after)


def create_client(
    stand_in: ScriptedLambda, runtime: VirtualRuntime, options: Dict[str, Any]
) -> Grantkeep:
    return Grantkeep(client=stand_in.client(), _runtime=runtime, **options)


def translate(options: Dict[str, Any]) -> Dict[str, Any]:
    return {OPTIONS.get(name, name): value for name, value in options.items()}


def compare(end: Any, expected: Dict[str, Any]) -> None:
    if expected.get("aborted"):
        assert isinstance(end, CancelledError), end
    elif "error" in expected:
        assert isinstance(end, GrantkeepError), end
        fields = {name: getattr(end, name) for name in expected["error"]}
        assert fields == expected["error"]
    else:
        assert isinstance(end, Token), end
        fields = {name: on_wire(getattr(end, name)) for name in expected["token"]}
        assert fields == {name: normal(value) for name, value in expected["token"].items()}


def check_invokes(seen: List[Dict[str, Any]], expected: List[Dict[str, Any]]) -> None:
    assert [invoke["request"] for invoke in seen] == [invoke["request"] for invoke in expected]
    for invoke, wanted in zip(seen, expected):
        for name in ("function_name", "qualifier"):
            if name in wanted:
                assert invoke[name] == wanted[name]
        if "between_ms" in wanted:
            earliest, latest = wanted["between_ms"]
            assert earliest <= invoke["at_ms"] <= latest


def on_wire(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_iso(value.timestamp())
    return list(value) if isinstance(value, tuple) else value


def normal(value: Any) -> Any:
    is_time = isinstance(value, str) and value.endswith("Z") and "T" in value and "-" in value
    return to_iso(to_seconds(value)) if is_time else value


def to_seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
