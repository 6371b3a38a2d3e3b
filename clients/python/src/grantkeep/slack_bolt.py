"""Makes Bolt for Python use the tokens of Grantkeep.

It has the shape that Bolt documents, and is tested without Bolt.

See https://docs.slack.dev/tools/bolt-python/concepts/authorization
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from grantkeep._client import Grantkeep
from grantkeep._errors import GrantkeepError
from grantkeep._token import SlackToken


def create_authorize(grantkeep: Grantkeep, **options: Any) -> Callable[..., Any]:
    """Returns the function ``authorize`` of Bolt's ``App``, for workspaces and org-wide installs.

    Bolt ignores the bot's own messages, since it gets the ids of the bot.

    >>> app = App(signing_secret=secret, authorize=create_authorize(grantkeep))

    :param options: those of ``Grantkeep.token``
    """

    def authorize(
        context: Any,
        enterprise_id: Optional[str] = None,
        team_id: Optional[str] = None,
    ) -> Any:
        from slack_bolt.authorization import AuthorizeResult

        is_org_wide = bool(getattr(context, "is_enterprise_install", False))
        ids = [enterprise_id, team_id] if is_org_wide else [team_id, enterprise_id]
        token = look_up_first(grantkeep, ids, options)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=token.access_token,
            bot_id=token.bot_id,
            bot_user_id=token.bot_user_id,
        )

    return authorize


def look_up_first(grantkeep: Grantkeep, ids: Any, options: Any) -> SlackToken:
    """Returns the token of the first organization that has an installation.

    A workspace of an enterprise may have that of its enterprise.

    :raises GrantkeepError: if the lookup fails, or with ``provider_unavailable`` if the ids of the bot are not known
        yet: without them, Bolt would answer the bot's own messages
    """
    failure = GrantkeepError("installation_not_found", "The event names no team.")
    for organization_id in ids:
        if organization_id is None:
            continue
        try:
            token = grantkeep.token("slack", organization_id=organization_id, **options)
        except GrantkeepError as error:
            if error.code != "installation_not_found":
                raise
            failure = error
            continue
        if token.bot_id is None or token.bot_user_id is None:
            token = grantkeep.token("slack", organization_id=organization_id, max_age=0, **options)
        if token.bot_id is None or token.bot_user_id is None:
            message = "The ids of the bot are not known yet."
            raise GrantkeepError("provider_unavailable", message)
        return token
    raise failure
