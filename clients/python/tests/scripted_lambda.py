"""The stand-in of Lambda, with the tokens of clients/cases/platforms.json."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict

from lambda_stand_in import LambdaStandIn

CASES = Path(__file__).parents[2] / "cases"
PLATFORMS: Dict[str, Dict[str, Any]] = json.loads((CASES / "platforms.json").read_text())
FUNCTION_NAME = "grantkeep-production-token-lookup:live"


class ScriptedLambda(LambdaStandIn):
    """Adds the responses with a token."""

    def _payload(self, response: Dict[str, Any]) -> bytes:
        if "token" not in response:
            return super()._payload(response)
        token = response["token"]
        fields = {**PLATFORMS.get(token.get("platform"), PLATFORMS["github"]), **token}
        seconds = fields.pop("expires_in_seconds")
        if "expires_at" not in fields:
            is_lasting = seconds is None
            fields["expires_at"] = (
                None if is_lasting else to_iso(self._runtime.now().wall + seconds)
            )
        return json.dumps(fields).encode()


def to_iso(seconds: float) -> str:
    text = datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
