"""Authenticates the requests of the library ``httpx``."""

from __future__ import annotations

import asyncio
from typing import Any, AsyncGenerator, Generator, Optional

import httpx

from grantkeep._client import Grantkeep
from grantkeep._installation import Installation


class TokenAuth(httpx.Auth):
    """Sends each request with a valid token. After a 401 it reports the token, and sends the request once more.

    Give it to the requests for one platform only: it sends the token to whatever host they go to. It works with
    ``Client`` and ``AsyncClient``, where lookups run in a thread.

    >>> auth = TokenAuth(grantkeep, "github", organization_id=583231)
    >>> httpx.get("https://api.github.com/installation/repositories", auth=auth)

    :param options: those of ``Grantkeep.token``
    """

    # A request is sent twice, so that its body has to be in memory.
    requires_request_body = True

    def __init__(self, grantkeep: Grantkeep, platform: Optional[str] = None, **options: Any) -> None:
        self._installation = Installation(grantkeep, platform, options)

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        request.read()
        token = self._installation.token().access_token
        response = yield _with_token(request, token)
        if response.status_code != 401:
            return
        replacement = self._installation.token(rejected=token).access_token
        if replacement != token:
            yield _with_token(request, replacement)

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        await request.aread()
        look_up = self._installation.token
        token = (await asyncio.to_thread(look_up)).access_token
        response = yield _with_token(request, token)
        if response.status_code != 401:
            return
        replacement = (await asyncio.to_thread(look_up, token)).access_token
        if replacement != token:
            yield _with_token(request, replacement)


def _with_token(request: httpx.Request, token: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token}"
    return request
