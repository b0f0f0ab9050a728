"""Starts real servers for the tests.

KVASIR_BIN is the program (default: .build/release/kvasir), KVASIR_ARGS what `serve` gets besides (such as "--model M.gguf").
"""

import os
import pathlib
import shlex
import signal
import socket
import subprocess
import time
import uuid

import httpx
import openai
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Server:
    """A running `kvasir serve`."""

    def __init__(self, log_path: pathlib.Path, *arguments: str, api_key: str | None = None):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.api_key = api_key
        self.log_path = log_path
        program = os.environ.get("KVASIR_BIN", str(ROOT / ".build/release/kvasir"))
        command = [program, "serve", "--port", str(port), *shlex.split(os.environ.get("KVASIR_ARGS", "")), *arguments]
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self._wait_until_ready(command)

    def _wait_until_ready(self, command: list[str]):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{shlex.join(command)} did not start:\n{self.log_path.read_text(errors='replace')}")

    def stop(self) -> int:
        """Stops the server as an operator would; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}

    def client(self, **options) -> openai.OpenAI:
        options.setdefault("max_retries", 0)
        options.setdefault("timeout", 120)
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=self.api_key or "none", **options)

    def post(self, path: str, body: dict) -> dict:
        response = httpx.post(f"{self.url}{path}", json=body, headers=self.headers, timeout=120)
        response.raise_for_status()
        return response.json()

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics, by its name with labels."""
        text = httpx.get(f"{self.url}/metrics", headers=self.headers, timeout=30).text
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def wait_for_metric(self, name: str, value: float, seconds: float = 30):
        deadline = time.monotonic() + seconds
        while (found := self.metrics()[name]) != value:
            assert time.monotonic() < deadline, f"{name} is {found}, not {value}, after {seconds} s"
            time.sleep(0.02)


@pytest.fixture(scope="session")
def start_server(tmp_path_factory):
    """Starts a server with some flags; all of them are stopped in the end."""
    servers = []

    def start(*arguments: str, **options) -> Server:
        log = tmp_path_factory.mktemp("server") / "log.txt"
        servers.append(Server(log, *arguments, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server) -> Server:
    return start_server()


@pytest.fixture(scope="session")
def client(server) -> openai.OpenAI:
    return server.client()


@pytest.fixture(scope="session")
def model(client) -> str:
    return client.models.list().data[0].id


@pytest.fixture
def salt() -> str:
    """A cache namespace of the test's own, in which nothing is cached yet."""
    return uuid.uuid4().hex
