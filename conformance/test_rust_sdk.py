"""The official Rust SDK, built with the dependencies of the reference systems."""

import os
import subprocess

from conftest import ROOT


def test_the_rust_sdk_takes_the_model_for_aws(shared):
    # The systems' backends use the same SDK: their build folder has most of it already.
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": shared.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "systems/target")),
    }
    manifest = ROOT / "conformance/rust/Cargo.toml"
    command = ["cargo", "run", "--quiet", "--release", "--locked", "--manifest-path", manifest]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    assert "dynamodb: a table" in done.stdout and "s3: a streamed body" in done.stdout
