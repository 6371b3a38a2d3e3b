"""A server with the API ``Invoke`` of Lambda, whose responses a test scripts. The client is the real boto3."""

from __future__ import annotations

import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from virtual_time import VirtualRuntime

# As Lambda's API reports them.
_FAILURES = {
    "throttled": (429, "TooManyRequestsException"),
    "service_error": (500, "ServiceException"),
    "access_denied": (403, "AccessDeniedException"),
    "function_not_found": (404, "ResourceNotFoundException"),
}


class LambdaStandIn:
    """The server, the script of its responses, and the invokes that it received."""

    def __init__(self, runtime: VirtualRuntime, script: List[Dict[str, Any]]) -> None:
        self._runtime = runtime
        self._script = list(script)
        self._lock = threading.Lock()
        self.invokes: List[Dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def client(self) -> Any:
        """Creates the client of boto3. It retries nothing, as the one that Grantkeep creates."""
        client = boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=500),
        )
        client.meta.events.register("before-send.lambda.Invoke", self._before_send)
        return client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, path: str, body: bytes) -> Dict[str, Any]:
        """Records an invoke, and returns the next response of the script."""
        url = urlsplit(path)
        qualifier = parse_qs(url.query).get("Qualifier")
        with self._lock:
            self.invokes.append(
                {
                    "request": json.loads(body),
                    "function_name": unquote(url.path.split("/")[3]),
                    "qualifier": qualifier[0] if qualifier else None,
                    "at_ms": self._runtime.now().monotonic * 1000,
                }
            )
            assert self._script, "An invoke has no response."
            return self._script.pop(0)

    def _before_send(self, request: Any, **_: Any) -> None:
        """Fails where a socket cannot: these two happen before the server sees anything, or take 35 seconds."""
        with self._lock:
            raised = self._script[0].get("raise") if self._script else None
        if raised not in ("connection_refused", "timeout"):
            return
        url = urlsplit(request.url)
        self._take(f"{url.path}?{url.query}", request.body)
        if raised == "timeout":
            raise ReadTimeoutError(endpoint_url=request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    def _handler(self) -> type:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                response = stand_in._take(self.path, body)
                if "after_ms" in response:
                    stand_in._runtime.sleep(response["after_ms"] / 1000)
                stand_in._runtime.jump(response.get("jump_ms", 0) / 1000)
                raised = response.get("raise")
                if raised == "connection_reset":
                    self._reset()
                elif raised in _FAILURES:
                    status, name = _FAILURES[raised]
                    self._send(status, b'{"Message":"Failed."}', {"x-amzn-errortype": name})
                else:
                    has_failed = "function_error" in response
                    headers = {"x-amz-function-error": "Unhandled"} if has_failed else {}
                    self._send(200, stand_in._payload(response), headers)

            def _send(self, status: int, body: bytes, headers: Dict[str, str]) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def _reset(self) -> None:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True

            def log_message(self, format: str, *args: Optional[str]) -> None:
                pass

        return Handler

    def _payload(self, response: Dict[str, Any]) -> bytes:
        if "payload_text" in response:
            return str(response["payload_text"]).encode()
        if "payload" in response:
            return json.dumps(response["payload"]).encode()
        if "function_error" in response:
            failure = dict(response["function_error"])
            if isinstance(failure.get("errorMessage"), dict):
                failure["errorMessage"] = json.dumps(failure["errorMessage"])
            return json.dumps(failure).encode()
        raise AssertionError(f"A response of this shape is not known: {response}")
