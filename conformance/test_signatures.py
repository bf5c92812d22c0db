"""Who may call: signatures, keys, and what AWS answers to bad ones."""

import datetime
import json
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import requests
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def test_a_wrong_secret_is_refused_by_each_family(shared):
    for service, call, expected in [
        ("dynamodb", lambda client: client.list_tables(), "InvalidSignatureException"),
        ("sts", lambda client: client.get_caller_identity(), "SignatureDoesNotMatch"),
        ("s3", lambda client: client.list_buckets(), "SignatureDoesNotMatch"),
    ]:
        with pytest.raises(ClientError) as error:
            call(shared.client(service, secret="wrong"))
        assert code(error) == expected, service


def test_an_unknown_key_is_refused_by_each_family(shared):
    for service, call, expected in [
        ("dynamodb", lambda client: client.list_tables(), "UnrecognizedClientException"),
        ("sts", lambda client: client.get_caller_identity(), "InvalidClientTokenId"),
        ("s3", lambda client: client.list_buckets(), "InvalidAccessKeyId"),
    ]:
        with pytest.raises(ClientError) as error:
            call(shared.client(service, key="AKIAIOSFODNN7EXAMPLE"))
        assert code(error) == expected, service


def test_a_call_without_a_signature_is_refused(shared):
    answer = requests.post(
        shared.url,
        headers={"x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0"},
        data="{}",
    )
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("MissingAuthenticationTokenException")


@pytest.mark.parametrize("version", ["4", "2"])
def test_a_presigned_url_works_and_one_changed_does_not(shared, version):
    # boto3 presigns with version 2 unless it is told otherwise.
    s3 = shared.client("s3", signature_version="s3v4") if version == "4" else shared.client("s3")
    bucket = f"presigned-v{version}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/b c", Body=b"hello")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a/b c"}, ExpiresIn=60)
    assert requests.get(url).text == "hello"
    changed = requests.get(url.replace("a/b", "a/c"))
    assert (changed.status_code, "SignatureDoesNotMatch" in changed.text) == (403, True)
    upload = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "up"})
    assert requests.put(upload, data=b"loaded").status_code == 200
    assert s3.get_object(Bucket=bucket, Key="up")["Body"].read() == b"loaded"


def test_an_expired_presigned_url_says_so(model):
    s3 = model.client("s3")
    s3.create_bucket(Bucket="presigned")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "k"}, ExpiresIn=60)
    model.run("clock", "+2m")
    answer = requests.get(url)
    assert (answer.status_code, "Request has expired" in answer.text) == (403, True)


def test_a_stale_signature_is_refused(model):
    model.run("clock", "+1d")
    request = botocore.awsrequest.AWSRequest("POST", model.url + "/", data="Action=GetCallerIdentity&Version=2011-06-15")
    request.headers["content-type"] = "application/x-www-form-urlencoded"
    credentials = botocore.credentials.Credentials("test", "test")
    botocore.auth.SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    prepared = request.prepare()
    answer = requests.post(prepared.url, data=prepared.body, headers=dict(prepared.headers))
    assert answer.status_code == 403
    assert "Signature expired" in answer.text


def test_a_body_other_than_the_signed_one_is_refused(shared):
    request = botocore.awsrequest.AWSRequest("POST", shared.url + "/", data="{}")
    request.headers["x-amz-target"] = "DynamoDB_20120810.ListTables"
    request.headers["content-type"] = "application/x-amz-json-1.0"
    credentials = botocore.credentials.Credentials("test", "test")
    botocore.auth.SigV4Auth(credentials, "dynamodb", "us-east-1").add_auth(request)
    prepared = request.prepare()
    answer = requests.post(prepared.url, data='{"Limit": 1}', headers=dict(prepared.headers))
    assert answer.json()["__type"].endswith("InvalidSignatureException")


def test_what_aws_has_and_the_model_has_not_is_refused_by_name(shared):
    with pytest.raises(ClientError) as error:
        shared.client("dynamodb").execute_statement(Statement="SELECT * FROM x")
    assert code(error) == "NotImplemented"
    assert "ExecuteStatement" in error.value.response["Error"]["Message"]
    with pytest.raises(ClientError) as error:
        shared.client("sqs").list_queues()
    assert "sqs" in str(error.value)


def test_malformed_bodies_get_the_words_of_the_protocol(shared):
    request = botocore.awsrequest.AWSRequest("POST", shared.url + "/", data='{"TableName": ')
    request.headers["x-amz-target"] = "DynamoDB_20120810.DescribeTable"
    request.headers["content-type"] = "application/x-amz-json-1.0"
    credentials = botocore.credentials.Credentials("test", "test")
    botocore.auth.SigV4Auth(credentials, "dynamodb", "us-east-1").add_auth(request)
    prepared = request.prepare()
    answer = requests.post(prepared.url, data=prepared.body, headers=dict(prepared.headers))
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("SerializationException")


def test_local_pages_cannot_be_read_under_a_foreign_name(shared):
    request = urllib.request.Request(f"{shared.url}/_maquette/health", headers={"host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)
    stop = urllib.request.Request(f"{shared.url}/_maquette/stop", method="POST", data=b"")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(stop)
    assert error.value.code == 403


def test_an_alias_reaches_the_same_place(shared):
    shared.client("s3").create_bucket(Bucket="alias-bucket")
    shared.client("s3").put_object(Bucket="alias-bucket", Key="k", Body=b"same")
    url = shared.client("s3").generate_presigned_url("get_object", Params={"Bucket": "alias-bucket", "Key": "k"})
    assert requests.get(url).text == "same"
    host = {"host": f"sts.us-east-1.amazonaws.com.localhost:{shared.port}"}
    answer = requests.post(shared.url, headers=host, data="Action=GetCallerIdentity&Version=2011-06-15")
    assert "MissingAuthenticationToken" in answer.text


def test_the_command_line_finds_its_way_through_the_proxy(shared):
    assert shared.aws("sts", "get-caller-identity")["Account"] == "000000000000"
    named = shared.run(
        "run", "--", "env", "-u", "AWS_ENDPOINT_URL", "aws", "sts", "get-caller-identity", "--output", "json"
    )
    assert json.loads(named.stdout)["Arn"] == "arn:aws:iam::000000000000:root"
    assert datetime.datetime.fromisoformat(shared.ask("health")["now"]).year >= 2026
