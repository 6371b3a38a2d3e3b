"""The client of one deployed ``token-lookup``."""

from __future__ import annotations

from typing import Any, Literal, Optional, Sequence, Union, overload

from grantkeep._cancellation import Cancellation
from grantkeep._invoke import LambdaClient, LookupFunction, create_lambda_client
from grantkeep._lookup import Id, Lookup, Permissions, Requirement
from grantkeep._retries import retry
from grantkeep._runtime import Runtime, Signal
from grantkeep._token import GithubToken, JiraToken, SlackToken, Token
from grantkeep._token_cache import LookedUp, Requirements, TokenCache

_DEFAULT_MAX_AGE_SECONDS = 300
_GREATEST_MAX_AGE_SECONDS = 900
_DEFAULT_RETRY_FOR_SECONDS = 10


class Grantkeep:
    """A client of one deployed ``token-lookup``. All times are in seconds. It may be used by several threads.

    Create it outside the handler: it keeps tokens in memory for five minutes, and makes one call for all who look the
    same token up.

    >>> grantkeep = Grantkeep("grantkeep-production-token-lookup:live")
    >>> token = grantkeep.token("slack", organization_id="T0ACME")

    :param function_name: the name or ARN of the function, with its alias: ``grantkeep-production-token-lookup:live``
    :param qualifier: the alias, unless the name ends in it
    :param client: boto3's Lambda client. Default: one with a timeout of 35 seconds
    :param max_age: how long a token is kept in memory, from 0 to 900
    :param retry_for: how long a lookup that failed for the moment is repeated
    :raises ValueError: if ``max_age`` is not from 0 to 900
    """

    def __init__(
        self,
        function_name: str,
        *,
        qualifier: Optional[str] = None,
        client: Optional[LambdaClient] = None,
        max_age: float = _DEFAULT_MAX_AGE_SECONDS,
        retry_for: float = _DEFAULT_RETRY_FOR_SECONDS,
        _runtime: Optional[Runtime] = None,
    ) -> None:
        if not 0 <= max_age <= _GREATEST_MAX_AGE_SECONDS:
            raise ValueError("max_age must be from 0 to 900 seconds.")
        self._function = LookupFunction(client or create_lambda_client(), function_name, qualifier)
        self._max_age = max_age
        self._retry_for = retry_for
        self._runtime = _runtime or Runtime()
        self._cache = TokenCache(self._runtime)

    @overload
    def token(
        self,
        platform: Literal["github"],
        *,
        organization_id: Optional[Id] = None,
        provider_installation_id: Optional[Id] = None,
        min_ttl: Optional[int] = None,
        repositories: Optional[Sequence[str]] = None,
        permissions: Optional[Permissions] = None,
        require: Optional[Requirement] = None,
        reason: Optional[str] = None,
        rejected: Optional[str] = None,
        max_age: Optional[float] = None,
        retry_for: Optional[float] = None,
        cancellation: Optional[Cancellation] = None,
    ) -> GithubToken: ...

    @overload
    def token(
        self,
        platform: Literal["slack"],
        *,
        organization_id: Id,
        min_ttl: Optional[int] = None,
        require: Optional[Requirement] = None,
        reason: Optional[str] = None,
        rejected: Optional[str] = None,
        max_age: Optional[float] = None,
        retry_for: Optional[float] = None,
        cancellation: Optional[Cancellation] = None,
    ) -> SlackToken: ...

    @overload
    def token(
        self,
        platform: Literal["jira"],
        *,
        organization_id: Id,
        min_ttl: Optional[int] = None,
        require: Optional[Requirement] = None,
        reason: Optional[str] = None,
        rejected: Optional[str] = None,
        max_age: Optional[float] = None,
        retry_for: Optional[float] = None,
        cancellation: Optional[Cancellation] = None,
    ) -> JiraToken: ...

    @overload
    def token(
        self,
        *,
        installation_id: str,
        min_ttl: Optional[int] = None,
        repositories: Optional[Sequence[str]] = None,
        permissions: Optional[Permissions] = None,
        require: Optional[Requirement] = None,
        reason: Optional[str] = None,
        rejected: Optional[str] = None,
        max_age: Optional[float] = None,
        retry_for: Optional[float] = None,
        cancellation: Optional[Cancellation] = None,
    ) -> Union[GithubToken, SlackToken, JiraToken]: ...

    def token(
        self,
        platform: Optional[str] = None,
        *,
        min_ttl: Optional[int] = None,
        rejected: Optional[str] = None,
        max_age: Optional[float] = None,
        retry_for: Optional[float] = None,
        cancellation: Optional[Cancellation] = None,
        **fields: Any,
    ) -> Any:
        """Returns a valid token of an installation: from memory, or from ``token-lookup``.

        >>> token = grantkeep.token("github", organization_id=583231, permissions={"issues": "write"})

        :param min_ttl: how long the token must still be valid for
        :param repositories: the names of the repositories to restrict a token of a GitHub App to
        :param permissions: the permissions to restrict a token of a GitHub App to
        :param require: ``{"scopes": [...]}`` or ``{"permissions": {...}}`` without which the caller cannot work
        :param reason: why the token is needed, for the audit log of Grantkeep: without secrets and personal data, at
            most 200 characters. A token from memory is not logged again, also with another reason
        :param rejected: the token that the platform refused with a 401. Grantkeep refreshes it once, however many
            report it
        :param max_age: the greatest age of a token from memory, at most that of the client
        :param retry_for: how long a lookup that failed for the moment is repeated
        :param cancellation: ends the wait of this caller
        :raises GrantkeepError: if the lookup fails
        :raises concurrent.futures.CancelledError: if the caller cancelled
        """
        lookup = Lookup(platform=platform, min_ttl=min_ttl, rejected=rejected, **fields)
        own_age = self._max_age if max_age is None else max_age
        requirements = Requirements(
            max_age=min(own_age, self._max_age),
            min_ttl=min_ttl or 0,
            rejected=rejected,
            cancellation=cancellation,
        )
        seconds = self._retry_for if retry_for is None else retry_for
        return self._cache.get(
            lookup.cache_key(),
            requirements,
            lambda aborted: self._look_up(lookup, seconds, aborted),
        )

    def _look_up(self, lookup: Lookup, retry_for: float, aborted: Signal) -> LookedUp:
        """Invokes until a response comes that was read before its token expired."""
        request = lookup.to_request()

        def invoke() -> LookedUp:
            started_at = self._runtime.now()
            return LookedUp(self._function.invoke(request), started_at)

        def call() -> LookedUp:
            return retry(invoke, retry_for=retry_for, aborted=aborted, runtime=self._runtime)

        found = call()
        # A Lambda that was frozen during the call goes on with a token of the past.
        return call() if self._is_expired(found.token) else found

    def _is_expired(self, token: Token) -> bool:
        expires_at = token.expires_at
        return expires_at is not None and expires_at.timestamp() <= self._runtime.now().wall
