"""Looks up the OAuth tokens that Grantkeep keeps valid."""

from grantkeep._cancellation import Cancellation
from grantkeep._client import Grantkeep
from grantkeep._errors import GrantkeepError
from grantkeep._token import GithubToken, JiraToken, SlackToken, Token

__all__ = [
    "Cancellation",
    "GithubToken",
    "Grantkeep",
    "GrantkeepError",
    "JiraToken",
    "SlackToken",
    "Token",
]
