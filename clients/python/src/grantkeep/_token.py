"""The tokens that a lookup returns, and how they are read from its response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import urlsplit

# A bearer token of RFC 6750 is printable ASCII: nothing in it can end a header.
_TOKEN = re.compile(r"[\x21-\x7e]+")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?Z")


@dataclass(frozen=True)
class Token:
    """A token of an installation. ``repr`` does not show it."""

    platform: str
    installation_id: str
    #: The platform's own id of the organization, such as a GitHub account id or a Slack team id.
    organization_id: str
    organization_name: str
    access_token: str
    token_type: str
    #: ``None`` if the token does not expire.
    expires_at: Optional[datetime]
    #: When lookups stop, because the refresh token of the grant is lost. Otherwise ``None``.
    grant_ends_at: Optional[datetime]
    scopes: Tuple[str, ...]
    #: The scopes that an install requests today and that the grant lacks.
    missing_scopes: Tuple[str, ...]
    #: The URL that the paths of the platform's API are appended to.
    api_base_url: str

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}(platform={self.platform!r}, installation_id={self.installation_id!r})"


@dataclass(frozen=True, repr=False)
class GithubToken(Token):
    """A token of a GitHub account."""

    #: The permissions that the organization granted to the App, also if the token is restricted to less.
    permissions: Mapping[str, str]
    #: The permissions that the App requests today and the organization has not accepted.
    missing_permissions: Mapping[str, str]
    #: GitHub's id of the installation, as in its webhooks. ``None`` for an OAuth App.
    provider_installation_id: Optional[str]
    account_type: Optional[str]


@dataclass(frozen=True, repr=False)
class SlackToken(Token):
    """A token of a Slack workspace or enterprise."""

    bot_user_id: Optional[str]
    bot_id: Optional[str]
    app_id: Optional[str]
    enterprise_id: Optional[str]
    is_enterprise_install: Optional[bool]


@dataclass(frozen=True, repr=False)
class JiraToken(Token):
    """A token of a Jira site."""

    #: The address of the site, for links to issues. ``api_base_url`` is for requests.
    site_url: Optional[str]


def parse_token(response: object) -> Optional[Token]:
    """Returns the token in a response of ``token-lookup``, or ``None`` if the response holds none."""
    if not isinstance(response, dict):
        return None
    common = _parse_common(response)
    if common is None:
        return None
    platform = response.get("platform")
    if platform == "github":
        return GithubToken(
            platform="github",
            **common,
            permissions=_levels(response.get("permissions")),
            missing_permissions=_levels(response.get("missing_permissions")),
            provider_installation_id=_text(response.get("provider_installation_id")),
            account_type=_text(response.get("account_type")),
        )
    if platform == "slack":
        is_enterprise = response.get("is_enterprise_install")
        return SlackToken(
            platform="slack",
            **common,
            bot_user_id=_text(response.get("bot_user_id")),
            bot_id=_text(response.get("bot_id")),
            app_id=_text(response.get("app_id")),
            enterprise_id=_text(response.get("enterprise_id")),
            is_enterprise_install=is_enterprise if isinstance(is_enterprise, bool) else None,
        )
    if platform == "jira":
        return JiraToken(platform="jira", **common, site_url=_text(response.get("site_url")))
    return None


def _parse_common(response: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    texts = {
        name: _text(response.get(name))
        for name in ("installation_id", "organization_id", "access_token", "api_base_url")
    }
    scopes = _texts(response.get("scopes"))
    missing_scopes = _texts(response.get("missing_scopes"))
    if not all(texts.values()) or scopes is None or missing_scopes is None:
        return None
    access_token = str(texts["access_token"])
    if not _TOKEN.fullmatch(access_token) or response.get("token_type") != "bearer":
        return None
    if not _is_url(str(texts["api_base_url"])):
        return None
    try:
        expires_at = _time(response["expires_at"])
        grant_ends_at = _time(response.get("grant_ends_at"))
    except (KeyError, ValueError):
        return None
    return {
        **texts,
        "organization_name": _text(response.get("organization_name")) or "",
        "token_type": "bearer",
        "expires_at": expires_at,
        "grant_ends_at": grant_ends_at,
        "scopes": scopes,
        "missing_scopes": missing_scopes,
    }


def _text(value: object) -> Optional[str]:
    return value if isinstance(value, str) else None


def _texts(value: object) -> Optional[Tuple[str, ...]]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return None
    return tuple(value)


def _levels(value: object) -> Mapping[str, str]:
    entries = value.items() if isinstance(value, dict) else ()
    return {name: level for name, level in entries if isinstance(level, str)}


def _time(value: object) -> Optional[datetime]:
    """Returns a time of RFC 3339 in UTC.

    :raises ValueError: for anything else
    """
    if value is None:
        return None
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("not a time")
    seconds, fraction = match.groups()
    time = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return time.replace(microsecond=int((fraction or "0").ljust(6, "0")))


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and " " not in text
    except ValueError:
        return False
