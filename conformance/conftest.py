"""Real clients against the real binary.

`model` is a model of its own for the test that asks for it; `shared` is one for all tests that only add to it. Each
listens on a free port over a temporary folder, and is stopped and checked at the end: no test leaves a process behind.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
import botocore.config
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("MAQUETTE_BINARY", ROOT / "target/release/maquette"))


class Model:
    """A running model, found by its data folder as the command line finds it."""

    def __init__(self, data=None, arguments=(), environment=None):
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="maquette-"))
        self.is_ours = data is None
        self.arguments = list(arguments)
        self.environment = environment or {}
        self.process = None
        self.start()

    def start(self):
        command = [BINARY, "--data", self.data, "start", "--port", "0", *self.arguments]
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        ready = self.process.stdout.readline()
        if not ready.startswith("ready "):
            raise RuntimeError(f"the model does not start: {ready}{self.process.stderr.read()}")
        self.url = ready.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.running = json.loads((self.data / "run.json").read_text())

    def kill(self):
        """kill -9"""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.close_pipes()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
            finally:
                self.close_pipes()

    def close_pipes(self):
        self.process.stdout.close()
        self.process.stderr.close()

    def remove(self):
        self.stop()
        if self.is_ours:
            shutil.rmtree(self.data, ignore_errors=True)

    def client(self, service, key="test", secret="test", token=None, region="us-east-1", **config):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=botocore.config.Config(retries={"max_attempts": 0}, **config),
        )

    def run(self, *words, check=True, **more):
        """`maquette WORDS`"""
        return subprocess.run(
            [BINARY, "--data", self.data, *words], capture_output=True, text=True, check=check, timeout=300, **more
        )

    def aws(self, *words, check=True):
        """`maquette run -- aws WORDS`, its output as JSON where it is."""
        done = self.run("run", "--", "aws", *words, "--output", "json", check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"aws {' '.join(words)}: {done.stderr}{done.stdout}")
        if not check:
            return done
        return json.loads(done.stdout) if done.stdout.strip() else None

    def ask(self, path):
        """`GET /_maquette/PATH`"""
        with urllib.request.urlopen(f"{self.url}/_maquette/{path}") as answer:
            return json.load(answer)

    def mail(self, to):
        return self.ask(f"mail/{to}")


@pytest.fixture
def model():
    model = Model()
    yield model
    model.remove()


@pytest.fixture(scope="session")
def shared():
    model = Model()
    yield model
    model.remove()


def eventually(what, seconds=20):
    """Waits for a state, not for a time: `what` until it gives something true."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.02)


def pytest_configure(config):
    if not BINARY.exists():
        pytest.exit("build first: cargo build --release", returncode=2)
    os.environ.setdefault("AWS_PAGER", "")
    sys.path.insert(0, str(ROOT / "conformance"))
