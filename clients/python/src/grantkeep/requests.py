"""Authenticates the requests of the library ``requests``."""

from __future__ import annotations

from typing import Any, Optional

import requests
from requests.auth import AuthBase

from grantkeep._client import Grantkeep
from grantkeep._installation import Installation


class TokenAuth(AuthBase):
    """Sends each request with a valid token. After a 401 it reports the token, and sends the request once more.

    Give it to the requests for one platform only: it sends the token to whatever host they go to. ``requests`` itself
    removes it when a redirect leads to another host.

    >>> auth = TokenAuth(grantkeep, "github", organization_id=583231)
    >>> requests.get("https://api.github.com/installation/repositories", auth=auth, timeout=10)

    :param options: those of ``Grantkeep.token``
    """

    def __init__(self, grantkeep: Grantkeep, platform: Optional[str] = None, **options: Any) -> None:
        self._installation = Installation(grantkeep, platform, options)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        token = self._installation.token().access_token
        body: Any = request.body
        start = body.tell() if hasattr(body, "tell") else None

        def replace(response: requests.Response, **options: Any) -> requests.Response:
            is_sent = response.request.headers.get("Authorization") == f"Bearer {token}"
            can_repeat = body is None or isinstance(body, (bytes, str)) or start is not None
            if response.status_code != 401 or not is_sent or not can_repeat:
                return response
            replacement = self._installation.token(rejected=token).access_token
            if replacement == token:
                return response
            # The connection can be used again once the response was read.
            response.content
            response.close()
            if start is not None:
                body.seek(start)
            again = response.request.copy()
            again.headers["Authorization"] = f"Bearer {replacement}"
            connection: Any = getattr(response, "connection")
            repeated: requests.Response = connection.send(again, **options)
            repeated.history.append(response)
            repeated.request = again
            return repeated

        request.headers["Authorization"] = f"Bearer {token}"
        register_hook: Any = request.register_hook
        register_hook("response", replace)
        return request
