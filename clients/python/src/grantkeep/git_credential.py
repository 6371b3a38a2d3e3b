"""A credential helper of git, for repositories on GitHub.

In a sandbox, for example::

    git config --global credential.https://github.com.helper \\
      "grantkeep --function grantkeep-production-token-lookup:live --organization-id 583231"

See https://git-scm.com/docs/git-credential#IOFMT
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import Dict, List, Optional, Tuple
from urllib.parse import urlsplit

from grantkeep._client import Grantkeep
from grantkeep._errors import GrantkeepError
from grantkeep._installation import Installation
from grantkeep._token import Token

# The user name that GitHub takes with a token of an App. It ignores the name with other tokens.
_USERNAME = "x-access-token"

# A clone of a large repository takes minutes.
_MIN_TTL_SECONDS = 600

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_PERMISSION = re.compile(r"([a-z_]+)=(read|write|admin)")


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command ``git-credential-grantkeep``, and returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        grantkeep = Grantkeep(options.function)
        sys.stdout.write(credential_for(grantkeep, options, sys.stdin.read()))
    except GrantkeepError as error:
        sys.stderr.write(f"grantkeep: {error.code}: {error}\n")
        return 1
    return 0


def credential_for(grantkeep: Grantkeep, options: argparse.Namespace, attributes: str) -> str:
    """Returns what the helper prints: a credential for the host of the token, and nothing for any other host.

    :raises GrantkeepError: if the lookup fails
    """
    # Git also sends `store`, and later versions may send others, which a helper ignores.
    if options.operation not in ("get", "erase"):
        return ""
    sent = _read_attributes(attributes)
    host = sent.get("host", "")
    is_local = sent.get("protocol") == "http" and _LOOPBACK.fullmatch(host)
    if sent.get("protocol") != "https" and not is_local:
        return ""
    installation = Installation(grantkeep, _platform(options), _lookup_options(options))
    token = installation.token()
    if token.platform != "github" or host != _web_host(token):
        return ""
    if options.operation == "get":
        return _to_credential(token)
    if sent.get("password") == token.access_token:
        installation.token(rejected=token.access_token)
    return ""


def _to_credential(token: Token) -> str:
    lines = [f"username={_USERNAME}", f"password={token.access_token}"]
    if token.expires_at is not None:
        lines.append(f"password_expiry_utc={int(token.expires_at.timestamp())}")
    return "\n".join([*lines, ""])


def _web_host(token: Token) -> str:
    """Returns the host of the repositories: ``github.com``, that of data residency, or of an Enterprise Server."""
    host = urlsplit(token.api_base_url).netloc
    return re.sub(r"^api\.(github\.com|[^.]+\.ghe\.com)$", r"\1", host)


def _read_attributes(text: str) -> Dict[str, str]:
    lines = (line.split("=", 1) for line in text.split("\n") if "=" in line)
    return {name: value for name, value in lines}


def _platform(options: argparse.Namespace) -> Optional[str]:
    return None if options.installation_id else "github"


def _lookup_options(options: argparse.Namespace) -> Dict[str, object]:
    fields = {
        "organization_id": options.organization_id,
        "provider_installation_id": options.provider_installation_id,
        "installation_id": options.installation_id,
        "repositories": options.repository,
        "permissions": dict(options.permission) if options.permission else None,
        "min_ttl": _MIN_TTL_SECONDS,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _permission(text: str) -> Tuple[str, str]:
    match = _PERMISSION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text} is not a name and a level: contents=read")
    name, level = match.groups()
    return name, level


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="git-credential-grantkeep", description=__doc__)
    default = os.environ.get("GRANTKEEP_FUNCTION")
    parser.add_argument("--function", default=default, required=default is None)
    key = parser.add_mutually_exclusive_group(required=True)
    key.add_argument("--organization-id")
    key.add_argument("--provider-installation-id")
    key.add_argument("--installation-id")
    parser.add_argument("--repository", action="append")
    parser.add_argument("--permission", action="append", type=_permission)
    parser.add_argument("operation")
    return parser


if __name__ == "__main__":
    sys.exit(main())
