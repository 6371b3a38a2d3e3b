"""Comments on each issue that is opened. `handler` is what Lambda runs, as the target of a rule of Grantkeep's bus."""

from __future__ import annotations

import json
import os
from collections import deque
from typing import Any, Deque, Dict
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from grantkeep import Grantkeep, Token

grantkeep = Grantkeep(os.environ.get("TOKEN_LOOKUP", "grantkeep-production-token-lookup:live"))

# The last deliveries that were handled: each may come more than once.
seen: Deque[str] = deque(maxlen=10_000)


def handler(event: Dict[str, Any], context: object = None) -> None:
    detail = event["detail"]
    if event["detail-type"] != "github.issues" or detail["action"] != "opened":
        return
    if detail["delivery_id"] in seen:
        return

    # A body that is too large for the bus is at a URL.
    body = detail["body"] if "body" in detail else json.load(urlopen(detail["body_url"], timeout=10))
    repository, issue = body["repository"]["full_name"], body["issue"]
    text = f"Thank you for “{issue['title']}”. {review(issue['title'])}"
    comment(detail["installation_id"], f"/repos/{repository}/issues/{issue['number']}/comments", text)
    seen.append(detail["delivery_id"])
    print(f"Commented on {repository}#{issue['number']}.", flush=True)


def review(title: str) -> str:
    """Returns the bot's opinion. An agent would ask its model here."""
    return "What did you expect to happen?" if len(title) < 20 else "Somebody will look at it soon."


def comment(installation_id: str, path: str, text: str) -> None:
    token = grantkeep.token(installation_id=installation_id)
    try:
        post(token, path, {"body": text})
    except HTTPError as error:
        if error.code != 401:
            raise
        # The token ended before it expired. Grantkeep refreshes it once, however many report it.
        rejected = token.access_token
        post(grantkeep.token(installation_id=installation_id, rejected=rejected), path, {"body": text})


def post(token: Token, path: str, body: Dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {token.access_token}", "Content-Type": "application/json"}
    url = f"{token.api_base_url}{path}"
    urlopen(Request(url, json.dumps(body).encode(), headers), timeout=10).close()
