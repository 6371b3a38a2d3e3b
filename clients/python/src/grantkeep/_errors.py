"""The one error of this package."""

from __future__ import annotations

from typing import Optional

_RETRYABLE = frozenset(
    ["retry_later", "provider_unavailable", "provider_rate_limited", "function_failed"]
)


class GrantkeepError(Exception):
    """Reports why a lookup failed. It never contains a token.

    ``code`` is an error code of Grantkeep (docs/errors.md), or one of a failure between this client and
    ``token-lookup``:

    - ``invoke_failed``: Lambda did not run the function. ``__cause__`` is the error of boto3.
    - ``function_failed``: the function crashed or timed out.
    - ``unexpected_response``: the function returned something else than a token.

    >>> try:
    ...     grantkeep.token("slack", organization_id="T0ACME")
    ... except GrantkeepError as error:
    ...     if error.code == "reauthorization_required":
    ...         ask_customer_to_install_again()
    """

    #: The cause of the failure, to branch on.
    code: str
    message: str
    #: Whether the same lookup may succeed later, without anybody's action.
    retryable: bool
    #: The number of seconds to wait before the next lookup, if Grantkeep knows it.
    retry_after_seconds: Optional[float]
    #: The field of the request that is not valid.
    field: Optional[str]

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: Optional[bool] = None,
        retry_after_seconds: Optional[float] = None,
        field: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = code in _RETRYABLE if retryable is None else retryable
        self.retry_after_seconds = retry_after_seconds
        self.field = field
