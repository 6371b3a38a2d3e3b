"""The client against local mode: production handlers, PostgreSQL, and the emulated GitHub."""

from __future__ import annotations

import asyncio
import io
import uuid
from typing import Any, Iterator

import pytest
import requests
from local_mode import CREDENTIALS, REGION, LocalMode

from grantkeep import GithubToken, Grantkeep, GrantkeepError
from grantkeep.git_credential import main
from grantkeep.requests import TokenAuth

FUNCTION_NAME = "grantkeep-production-token-lookup:live"


@pytest.fixture(scope="module")
def local_mode() -> Iterator[LocalMode]:
    running = LocalMode()
    yield running
    running.stop()


@pytest.fixture
def grantkeep(local_mode: LocalMode, monkeypatch: pytest.MonkeyPatch) -> Grantkeep:
    """A client as a bot creates it: boto3 reads its settings from the environment."""
    for name, value in {**CREDENTIALS, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", local_mode.aws_url)
    return Grantkeep(FUNCTION_NAME)


@pytest.fixture
def account(local_mode: LocalMode) -> Any:
    login = f"py-{uuid.uuid4().hex[:12]}"
    stored = local_mode.install_github(login)
    return {"login": login, "organization_id": stored["organization_id"], "stored": stored}


def revoke(token: GithubToken) -> None:
    """Revokes a token at GitHub, before its expiry."""
    headers = {"Authorization": f"Bearer {token.access_token}"}
    response = requests.delete(f"{token.api_base_url}/installation/token", headers=headers, timeout=30)
    assert response.status_code == 204


def create_issue(token: GithubToken, login: str, auth: Any) -> requests.Response:
    url = f"{token.api_base_url}/repos/{login}/hello/issues"
    return requests.post(url, json={"title": "Found by a bot"}, auth=auth, timeout=30)


def test_a_token_works_and_after_an_hour_another_one_does(
    local_mode: LocalMode, grantkeep: Grantkeep, account: Any
) -> None:
    auth = TokenAuth(grantkeep, "github", organization_id=account["organization_id"])
    first = grantkeep.token("github", organization_id=int(account["organization_id"]))

    assert create_issue(first, account["login"], auth).status_code == 201
    local_mode.control("/time", {"seconds": 3_660})
    # The clock of this process did not move: the platform refuses the token in memory.
    assert create_issue(first, account["login"], auth).status_code == 201

    second = grantkeep.token("github", organization_id=account["organization_id"])
    assert second.access_token != first.access_token
    assert second.account_type == "Organization"
    assert second.provider_installation_id == account["stored"]["provider_installation_id"]


def test_a_revoked_token_is_replaced_by_one_mint_and_the_request_is_sent_again_with_its_body(
    local_mode: LocalMode, grantkeep: Grantkeep, account: Any
) -> None:
    auth = TokenAuth(grantkeep, "github", organization_id=account["organization_id"])
    token = grantkeep.token("github", organization_id=account["organization_id"])
    revoke(token)
    before = local_mode.requests("POST", "/access_tokens")

    response = create_issue(token, account["login"], auth)

    assert response.status_code == 201
    assert response.json()["title"] == "Found by a bot"
    assert [one.status_code for one in response.history] == [401]
    assert local_mode.requests("POST", "/access_tokens") - before == 1


def test_httpx_recovers_from_a_revoked_token_in_threads_and_in_coroutines(
    local_mode: LocalMode, grantkeep: Grantkeep, account: Any
) -> None:
    httpx = pytest.importorskip("httpx")
    from grantkeep.httpx import TokenAuth as HttpxTokenAuth

    auth = HttpxTokenAuth(grantkeep, "github", organization_id=account["organization_id"])
    token = grantkeep.token("github", organization_id=account["organization_id"])
    url = f"{token.api_base_url}/repos/{account['login']}/hello/issues"
    revoke(token)

    created = httpx.post(url, json={"title": "By httpx"}, auth=auth)

    async def create() -> Any:
        async with httpx.AsyncClient() as client:
            return await client.post(url, json={"title": "By a coroutine"}, auth=auth)

    assert (created.status_code, created.json()["title"]) == (201, "By httpx")
    assert asyncio.run(create()).status_code == 201


def test_the_git_helper_prints_a_credential_for_the_host_of_the_token_alone(
    local_mode: LocalMode,
    grantkeep: Grantkeep,
    account: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--function", FUNCTION_NAME, "--organization-id", account["organization_id"]]
    token = grantkeep.token("github", organization_id=account["organization_id"])
    host = local_mode.platforms_url.split("//")[1]

    def run(operation: str, attributes: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(attributes))
        assert main([*arguments, operation]) == 0
        return capsys.readouterr().out

    credential = run("get", f"protocol=http\nhost={host}\npath=a/b.git\n\n")

    assert f"username=x-access-token\npassword={token.access_token}\n" in credential
    assert "password_expiry_utc=" in credential
    assert run("get", "protocol=https\nhost=evil.example\n\n") == ""
    assert run("store", f"protocol=http\nhost={host}\n\n") == ""
    revoke(token)
    run("erase", f"protocol=http\nhost={host}\npassword={token.access_token}\n\n")
    replaced = run("get", f"protocol=http\nhost={host}\n\n")
    assert token.access_token not in replaced


def test_an_unknown_organization_is_an_error_with_a_code(grantkeep: Grantkeep) -> None:
    with pytest.raises(GrantkeepError) as raised:
        grantkeep.token("slack", organization_id="T0NOBODY")

    assert raised.value.code == "installation_not_found"
    assert not raised.value.retryable


def test_a_request_that_is_not_valid_names_its_field(grantkeep: Grantkeep) -> None:
    with pytest.raises(GrantkeepError) as raised:
        grantkeep.token("github", organization_id="two words")

    assert (raised.value.code, raised.value.field) == ("invalid_request", "organization_id")
