"""Parameters and logs as boto3 and the AWS CLI use them."""

import time
import uuid

import pytest
from botocore.exceptions import ClientError


def test_parameters_are_found_by_name_version_and_path(shared):
    ssm = shared.client("ssm")
    path = f"/{uuid.uuid4().hex[:8]}"
    for value in ("one", "two"):
        ssm.put_parameter(Name=f"{path}/a/url", Value=value, Type="String", Overwrite=True)
    ssm.put_parameter(Name=f"{path}/key", Value="hidden", Type="SecureString")
    assert ssm.get_parameter(Name=f"{path}/a/url:1")["Parameter"]["Value"] == "one"
    assert ssm.get_parameter(Name=f"{path}/key")["Parameter"]["Value"] != "hidden"
    assert ssm.get_parameter(Name=f"{path}/key", WithDecryption=True)["Parameter"]["Value"] == "hidden"
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=path, Recursive=True, PaginationConfig={"PageSize": 1}
    )
    names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
    assert names == [f"{path}/a/url", f"{path}/key"]
    ssm.delete_parameters(Names=names)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=names[0])


def test_a_parameter_that_is_there_is_not_overwritten_unasked(shared):
    name = f"/{uuid.uuid4().hex[:8]}"
    put = ["ssm", "put-parameter", "--name", name, "--value", "x", "--type", "String"]
    assert shared.aws(*put)["Version"] == 1
    again = shared.aws(*put, check=False)
    assert "ParameterAlreadyExists" in again.stderr
    assert shared.aws(*put, "--overwrite")["Version"] == 2


def test_events_are_read_in_order_and_found_by_what_they_say(shared):
    logs = shared.client("logs")
    group = f"/app/{uuid.uuid4().hex[:8]}"
    stream = {"logGroupName": group, "logStreamName": "one"}
    logs.create_log_group(logGroupName=group)
    with pytest.raises(ClientError) as refusal:
        logs.create_log_group(logGroupName=group)
    assert refusal.value.response["Error"]["Code"] == "ResourceAlreadyExistsException"
    logs.create_log_stream(**stream)
    now = int(time.time() * 1000)
    lines = ["started", '{"level": "error", "code": 7}', "stopped"]
    events = [{"timestamp": now + at, "message": line} for at, line in enumerate(lines)]
    logs.put_log_events(**stream, logEvents=events)
    read = logs.get_log_events(**stream, startFromHead=True)["events"]
    assert [event["message"] for event in read] == lines
    for pattern, expected in (("absent", []), ("stopped", lines[2:]), ("{ $.code = 7 }", lines[1:2])):
        found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        assert [event["message"] for event in found] == expected, pattern
    shown = shared.aws("logs", "filter-log-events", "--log-group-name", group, "--log-stream-names", "one")["events"]
    assert [event["message"] for event in shown] == lines
    logs.delete_log_group(logGroupName=group)
