"""One invoke of ``token-lookup``."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Dict, Optional, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)

from grantkeep._errors import GrantkeepError
from grantkeep._token import Token, parse_token

# A lookup may take 30 seconds: a refresh waits for the platform for up to 20.
_READ_TIMEOUT_SECONDS = 35
_CONNECT_TIMEOUT_SECONDS = 3

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")

# After a timeout, the function may still be running: the next invoke would only wait for it.
_TIMEOUTS = (ReadTimeoutError, ConnectTimeoutError)


class LambdaClient(Protocol):
    """The part of boto3's Lambda client that is used."""

    def invoke(self, **request: Any) -> Dict[str, Any]: ...


def create_lambda_client() -> LambdaClient:
    """Creates a client of boto3. It does not retry, since this package does."""
    config = Config(
        retries={"total_max_attempts": 1},
        read_timeout=_READ_TIMEOUT_SECONDS,
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
    )
    # boto3 before 1.28 does not read these variables.
    url = os.environ.get("AWS_ENDPOINT_URL_LAMBDA") or os.environ.get("AWS_ENDPOINT_URL")
    client: LambdaClient = boto3.client("lambda", config=config, endpoint_url=url)
    return client


class LookupFunction:
    """A deployed ``token-lookup``."""

    def __init__(
        self, client: LambdaClient, function_name: str, qualifier: Optional[str] = None
    ) -> None:
        self._client = client
        self._function = {"FunctionName": function_name}
        if qualifier is not None:
            self._function["Qualifier"] = qualifier

    def invoke(self, request: Dict[str, Any]) -> Token:
        """Invokes the function once.

        :raises GrantkeepError: if there is no token in the response
        """
        try:
            response = self._client.invoke(**self._function, Payload=json.dumps(request).encode())
            payload = _parse_json(response["Payload"].read())
        except (BotoCoreError, ClientError) as error:
            raise _invoke_error(error) from error
        if response.get("FunctionError") is not None:
            raise _lookup_error(payload)
        token = parse_token(payload)
        if token is None or request.get("platform", token.platform) != token.platform:
            message = "token-lookup returned an unexpected response."
            raise GrantkeepError("unexpected_response", message)
        return token


def is_transient(error: GrantkeepError) -> bool:
    """Returns whether an error is worth another invoke within the same lookup."""
    if error.code == "function_failed" or isinstance(error.__cause__, _TIMEOUTS):
        return False
    return error.retryable


def _invoke_error(error: Exception) -> GrantkeepError:
    message = f"token-lookup could not be invoked: {_name(error)}."
    return GrantkeepError("invoke_failed", message, retryable=_is_passing(error))


def _name(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__


def _is_passing(error: Exception) -> bool:
    """Returns whether boto3 reports throttling, an error of Lambda, or one of the network."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status == 429 or status >= 500)
    return isinstance(error, (HTTPClientError, ConnectionError))


def _lookup_error(failure: object) -> GrantkeepError:
    """Returns the error that the function threw: its ``errorType`` is the code, its ``errorMessage`` JSON."""
    fields = failure if isinstance(failure, dict) else {}
    code, text = fields.get("errorType"), fields.get("errorMessage")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        kind = f": {code[:100]}" if isinstance(code, str) else ""
        return GrantkeepError("function_failed", f"token-lookup failed{kind}.")
    sentence = text if isinstance(text, str) else code
    details = _parse_json(sentence)
    if not isinstance(details, dict) or not isinstance(details.get("message"), str):
        return GrantkeepError(code, sentence)
    seconds, field = details.get("retry_after_seconds"), details.get("field")
    is_time = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds >= 0
    return GrantkeepError(
        code,
        details["message"],
        retry_after_seconds=seconds if is_time else None,
        field=field if isinstance(field, str) else None,
    )


def _parse_json(text: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
