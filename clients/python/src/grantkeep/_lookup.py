"""The request of a lookup, and the key under which its token is kept in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence, Union

Id = Union[str, int]
Permissions = Mapping[str, str]
Requirement = Mapping[str, Any]


@dataclass(frozen=True)
class Lookup:
    """What a caller looks up."""

    platform: Optional[str] = None
    organization_id: Optional[Id] = None
    provider_installation_id: Optional[Id] = None
    installation_id: Optional[str] = None
    min_ttl: Optional[int] = None
    repositories: Optional[Sequence[str]] = None
    permissions: Optional[Permissions] = None
    require: Optional[Requirement] = None
    reason: Optional[str] = None
    rejected: Optional[str] = None

    def to_request(self) -> Dict[str, Any]:
        """Returns the request of ``token-lookup``, as it is sent."""
        sha256 = self.rejected and hashlib.sha256(self.rejected.encode()).hexdigest()
        return {
            **self._key(),
            **_given(
                min_ttl_seconds=self.min_ttl,
                repositories=_listed(self.repositories),
                permissions=self.permissions and dict(self.permissions),
                require=self.require and dict(self.require),
                reason=self.reason,
                rejected_token_sha256=sha256,
            ),
        }

    def cache_key(self) -> str:
        """Returns a text that is equal for two lookups only if they may have the same token."""
        require = self.require or {}
        return json.dumps(
            [
                self._key(),
                _sorted(self.repositories),
                self.permissions and sorted(self.permissions.items()),
                _sorted(require.get("scopes")),
                require.get("permissions") and sorted(require["permissions"].items()),
            ]
        )

    def _key(self) -> Dict[str, str]:
        return _given(
            platform=self.platform,
            organization_id=_text(self.organization_id),
            provider_installation_id=_text(self.provider_installation_id),
            installation_id=self.installation_id,
        )


def _given(**fields: Any) -> Dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _text(value: Optional[Id]) -> Optional[str]:
    return None if value is None else str(value)


def _listed(values: Optional[Sequence[str]]) -> Optional[Sequence[str]]:
    return None if values is None else list(values)


def _sorted(values: Optional[Sequence[str]]) -> Optional[Sequence[str]]:
    return None if values is None else sorted(values)
