"""Starting, stopping, and what can be in the way."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading

import pytest
from conftest import BINARY, Model, eventually


def start(data, *arguments):
    command = [BINARY, "--data", data, "start", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_a_data_folder_in_use_is_refused_by_name(model):
    second = start(model.data, "--port", "0")
    assert second.returncode == 1
    assert str(model.process.pid) in second.stderr and str(model.data) in second.stderr


def test_a_port_that_is_taken_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = start(tmp_path / "data", "--port", port)
    assert refused.returncode == 1
    assert f"port {port} is taken" in refused.stderr and "--port" in refused.stderr


def test_a_folder_of_a_newer_version_is_left_alone(model):
    model.stop()
    before = (model.data / "FORMAT").read_text()
    (model.data / "FORMAT").write_text(before.replace(before.strip().split()[-1], "999"))
    refused = start(model.data, "--port", "0")
    assert refused.returncode == 1 and "newer" in refused.stderr
    (model.data / "FORMAT").write_text(before)
    model.start()


def test_down_ends_it_and_the_next_start_finds_everything(model):
    model.client("ssm").put_parameter(Name="/kept", Value="yes", Type="String")
    model.run("down")
    assert model.process.wait(timeout=20) == 0
    model.close_pipes()
    model.start()
    assert model.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "yes"


def test_a_moved_clock_stays_moved(model):
    model.run("clock", "+8d")
    model.kill()
    model.start()
    assert model.ask("clock")["offset_ms"] == 8 * 86_400_000
    model.run("clock", "reset")
    assert model.ask("clock")["offset_ms"] == 0


def test_nothing_acknowledged_is_lost_by_kill_9(model):
    table = {"TableName": "items", "BillingMode": "PAY_PER_REQUEST"}
    key = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}
    model.client("dynamodb").create_table(
        **table, **key, AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}]
    )
    model.client("s3").create_bucket(Bucket="kept")
    acknowledged, stopping = [], threading.Event()

    def write(worker):
        dynamodb, s3 = model.client("dynamodb"), model.client("s3")
        number = 0
        while not stopping.is_set():
            name = f"{worker}-{number}"
            try:
                dynamodb.put_item(TableName="items", Item={"k": {"S": name}, "v": {"N": str(number)}})
                s3.put_object(Bucket="kept", Key=name, Body=name.encode() * 100)
            except Exception:
                return
            acknowledged.append(name)
            number += 1

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for worker in workers:
        worker.start()
    assert eventually(lambda: len(acknowledged) > 200, seconds=60)
    model.kill()
    stopping.set()
    for worker in workers:
        worker.join()
    model.start()
    dynamodb, s3 = model.client("dynamodb"), model.client("s3")
    pages = dynamodb.get_paginator("scan").paginate(TableName="items")
    items = {item["k"]["S"] for page in pages for item in page["Items"]}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="kept")
    keys = {found["Key"] for page in pages for found in page.get("Contents", [])}
    print(f"{len(acknowledged)} acknowledged, {len(items)} items and {len(keys)} objects after kill -9")
    assert set(acknowledged) <= items and set(acknowledged) <= keys
    body = s3.get_object(Bucket="kept", Key=acknowledged[-1])["Body"].read()
    assert body == acknowledged[-1].encode() * 100


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk of its own can be mounted by root only")
def test_a_full_disk_is_said_and_passes(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
    try:
        model = Model(data=disk / "data")
        ssm, s3 = model.client("ssm"), model.client("s3")
        s3.create_bucket(Bucket="small")
        ssm.put_parameter(Name="/before", Value="kept", Type="String")
        with pytest.raises(Exception) as error:
            for number in range(40):
                s3.put_object(Bucket="small", Key=str(number), Body=b"x" * (1 << 20))
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        assert ssm.get_parameter(Name="/before")["Parameter"]["Value"] == "kept"
        for found in s3.list_objects_v2(Bucket="small").get("Contents", []):
            assert len(s3.get_object(Bucket="small", Key=found["Key"])["Body"].read()) == 1 << 20
        subprocess.run(["mount", "-o", "remount,size=128m", disk], check=True)
        assert eventually(lambda: put(s3), seconds=20), "writes come back with the space"
        model.stop()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
        shutil.rmtree(disk, ignore_errors=True)


def put(s3):
    try:
        s3.put_object(Bucket="small", Key="after", Body=b"x")
        return True
    except Exception:
        return False


def test_an_ephemeral_model_keeps_nothing(tmp_path):
    model = Model(data=tmp_path / "data", arguments=["--ephemeral"])
    model.client("ssm").put_parameter(Name="/gone", Value="x", Type="String")
    folder = pathlib.Path(model.running["ca_bundle"]).parent.parent
    model.stop()
    assert not folder.exists()
    assert not (tmp_path / "data/rows").exists()
    model.start()
    with pytest.raises(Exception, match="ParameterNotFound"):
        model.client("ssm").get_parameter(Name="/gone")
    model.stop()


def test_an_interrupt_ends_it_in_order(model):
    model.process.send_signal(signal.SIGINT)
    assert model.process.wait(timeout=20) == 0
    assert not (model.data / "run.json").exists()
