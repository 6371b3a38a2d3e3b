"""Names one installation for the library of a platform."""

from __future__ import annotations

from typing import Any, Dict, Optional

from grantkeep._client import Grantkeep
from grantkeep._token import Token


class Installation:
    """An installation, and the options with which its token is looked up: those of ``Grantkeep.token``."""

    def __init__(self, grantkeep: Grantkeep, platform: Optional[str], options: Dict[str, Any]) -> None:
        self._grantkeep = grantkeep
        self._arguments = () if platform is None else (platform,)
        self._options = options

    def token(self, rejected: Optional[str] = None) -> Token:
        """Returns a valid token, in place of one that the platform refused.

        :raises GrantkeepError: if the lookup fails
        """
        token: Token = self._grantkeep.token(*self._arguments, rejected=rejected, **self._options)
        return token
