"""Runs the reviewer on local mode, where BOT_URL gets what EventBridge would deliver."""

from __future__ import annotations

import json
import os
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

# What boto3 and urllib need for the endpoints of `npm run dev`. A variable that is set stays as it is.
VARIABLES = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:3001",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "TOKEN_LOOKUP": "token-lookup:live",
    "PORT": "4000",
    "NO_PROXY": "127.0.0.1",
}


class Events(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        # The client reads the variables when it is created.
        from reviewer import handler

        try:
            handler(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
        except Exception:
            traceback.print_exc()
            self.send_response(500)
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        """Prints nothing, so that the output is that of the reviewer."""


if __name__ == "__main__":
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    with suppress(KeyboardInterrupt):
        HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Events).serve_forever()
