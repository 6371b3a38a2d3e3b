"""Local mode, in a process of its own: ``npx grantkeep dev``."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, Dict, List, Optional
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CHECKOUT = Path(__file__).parents[3]
REGION = "us-east-1"
LOWEST_PORT = 11_000
# Linux gives ports from here on to clients, and to servers that listen on port 0.
FIRST_CLIENT_PORT = 32_768
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


class LocalMode:
    """Grantkeep, its AWS API and the emulated platforms, on three ports one after the other."""

    def __init__(self) -> None:
        port = _find_free_ports()
        self.url = f"http://127.0.0.1:{port}"
        self.aws_url = f"http://127.0.0.1:{port + 1}"
        self.platforms_url = f"http://127.0.0.1:{port + 2}"
        # For root, local mode keeps its data in the temporary folder. PostgreSQL runs as another user then.
        self._folder = tempfile.mkdtemp()
        os.chmod(self._folder, 0o755)
        self._output: List[str] = []
        self._process = subprocess.Popen(
            ["node", "cli/grantkeep.mjs", "dev", "--port", str(port)],
            cwd=CHECKOUT,
            env={
                **{name: value for name, value in os.environ.items() if name[:4] != "AWS_"},
                "TMPDIR": self._folder,
                "PATH": f"{CHECKOUT / 'node_modules/.bin'}:{os.environ['PATH']}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._wait_until_ready()

    def stop(self) -> None:
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def control(self, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
        """Controls the emulated platforms."""
        return _send(Request(f"{self.platforms_url}/_control{path}"), body)

    def requests(self, method: str, path: str) -> int:
        """Counts the requests to the emulated platforms."""
        seen = self.control("/requests")["requests"]
        return sum(1 for one in seen if one["method"] == method and one["path"].endswith(path))

    def install_github(self, account: str) -> Dict[str, Any]:
        """Installs the GitHub App on an account, and stores the installation with the HTTP API."""
        self.control("/github/organizations", {"login": account, "repositories": ["hello"]})
        installed = self.control("/github/installations", {"account": account})
        body = {
            "platform": "github",
            "organization_id": str(installed["account"]["id"]),
            "organization_name": account,
            "provider_installation_id": str(installed["id"]),
            "installed_by": "test",
        }
        request = AWSRequest("POST", f"{self.url}/installations", data=json.dumps(body))
        request.headers["content-type"] = "application/json"
        keys = Credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(keys, "execute-api", REGION).add_auth(request)
        stored: Dict[str, Any] = _send(Request(request.url, headers=dict(request.headers)), body)
        return stored

    def _wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._output.append(line)
            if line.startswith("ready "):
                threading.Thread(target=self._read_on, daemon=True).start()
                return
        raise AssertionError("Local mode did not start:\n" + "".join(self._output))

    def _read_on(self) -> None:
        assert self._process.stdout is not None
        self._output.extend(self._process.stdout)


def _send(request: Request, body: Optional[Dict[str, Any]]) -> Any:
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    with urlopen(request, timeout=30) as response:
        return json.loads(response.read() or b"null")


def _find_free_ports() -> int:
    """Returns the first of three ports on which nothing listens, and which no client is given meanwhile."""
    while True:
        port = random.randrange(LOWEST_PORT, FIRST_CLIENT_PORT - 2)
        if all(_is_free(port + offset) for offset in range(3)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as other:
        return other.connect_ex(("127.0.0.1", port)) != 0
