"""S3 as boto3, the AWS CLI and plain HTTP clients use it."""

import base64
import http.client
import io
import uuid

import boto3.s3.transfer
import pytest
import requests
from botocore.exceptions import ClientError

MIB = 1 << 20


@pytest.fixture
def s3(shared):
    return shared.client("s3")


@pytest.fixture
def bucket(s3):
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def refused(call, **input):
    """What `call` is refused with: its code and the whole answer."""
    with pytest.raises(ClientError) as error:
        call(**input)
    return error.value.response["Error"]["Code"], error.value.response


def public(s3, bucket):
    s3.delete_public_access_block(Bucket=bucket)
    policy = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
        f'"Resource":"arn:aws:s3:::{bucket}/*"}}}}'
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def test_an_object_comes_back_as_it_was_put(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="a/ü b.txt", Body=b"hello", ContentType="text/plain", Metadata={"of": "me"})
    got = s3.get_object(Bucket=bucket, Key="a/ü b.txt")
    assert (got["Body"].read(), got["ETag"], got["ContentType"], got["Metadata"]) == (b"hello", put["ETag"], "text/plain", {"of": "me"})
    part = s3.get_object(Bucket=bucket, Key="a/ü b.txt", Range="bytes=1-3")
    assert (part["Body"].read(), part["ContentRange"]) == (b"ell", "bytes 1-3/5")
    head = s3.head_object(Bucket=bucket, Key="a/ü b.txt")
    assert head["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "5"
    assert refused(s3.get_object, Bucket=bucket, Key="nope")[0] == "NoSuchKey"
    assert refused(s3.get_object, Bucket="there-is-none-such", Key="k")[0] == "NoSuchBucket"
    code, answer = refused(s3.get_object, Bucket=bucket, Key="a/ü b.txt", IfNoneMatch=put["ETag"])
    assert (code, answer["ResponseMetadata"]["HTTPStatusCode"]) == ("304", 304)


def test_a_bucket_is_where_it_was_asked_for(shared, s3):
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    elsewhere = shared.client("s3", region="us-west-2")
    configuration = {"LocationConstraint": "us-east-2"}
    code, _ = refused(elsewhere.create_bucket, Bucket=f"{name}-2", CreateBucketConfiguration=configuration)
    assert code == "IllegalLocationConstraintException"


def test_parts_become_one_object_and_completing_twice_is_harmless(s3, bucket):
    body = bytes(range(256)) * (6 * MIB // 256)
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=config)
    assert s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-2"')
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == body
    place = {"Bucket": bucket, "Key": "again"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    etag = s3.upload_part(**place, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    first = s3.complete_multipart_upload(**place, MultipartUpload=parts)
    assert s3.complete_multipart_upload(**place, MultipartUpload=parts)["ETag"] == first["ETag"]
    place["UploadId"] = "unknown"
    assert refused(s3.complete_multipart_upload, **place, MultipartUpload=parts)[0] == "NoSuchUpload"


def test_a_listing_comes_in_pages_and_in_common_prefixes(s3, bucket):
    for key in ["a", "b/1", "b/2", "c"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    assert [found["Key"] for page in pages for found in page["Contents"]] == ["a", "b/1", "b/2", "c"]
    found = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [one["Prefix"] for one in found["CommonPrefixes"]] == ["b/"]


def test_versions_stay_below_a_delete_marker(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    # Two answers in a row without `100 Continue` between them: an empty body must not confuse the client.
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.put_object(Bucket=bucket, Key="k", Body=b"three")
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    assert refused(s3.get_object, Bucket=bucket, Key="k")[0] == "NoSuchKey"
    code, answer = refused(s3.get_object, Bucket=bucket, Key="k", VersionId=marker)
    assert (code, answer["ResponseMetadata"]["HTTPHeaders"]["allow"]) == ("MethodNotAllowed", "DELETE")
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"one"
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 3


def test_tags_of_aws_are_not_for_others_to_set(s3, bucket):
    tags = {"TagSet": [{"Key": "team", "Value": "blue"}]}
    answer = s3.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags["TagSet"]
    system = {"TagSet": [{"Key": "aws:team", "Value": "blue"}]}
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=system)[0] == "InvalidTag"
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", Tagging="aws:a=b")[0] == "InvalidTag"
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []})
    assert refused(s3.get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"


def test_a_wrong_checksum_is_refused(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body", ChecksumAlgorithm="SHA256")
    wrong = base64.b64encode(b"\0" * 4).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="k2", Body=b"body", ChecksumCRC32=wrong)[0] == "BadDigest"
    wrong = base64.b64encode(b"\0" * 16).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="k2", Body=b"body", ContentMD5=wrong)[0] == "BadDigest"
    assert refused(s3.head_object, Bucket=bucket, Key="k2")[0] == "404"


def test_a_refused_upload_leaves_the_connection_usable(shared):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=20)
    for _ in range(2):
        connection.request("PUT", "/there-is-none-such/k", body=b"x" * (8 * MIB))
        answer = connection.getresponse()
        assert answer.status in (403, 404)
        answer.read()
    connection.close()


def test_who_waits_for_continue_is_answered_when_refused(shared):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=20)
    connection.putrequest("PUT", "/there-is-none-such/k")
    connection.putheader("Content-Length", str(1 << 30))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status in (403, 404), answer.headers["connection"]) == (True, "close")
    connection.close()


def test_a_presigned_url_is_good_for_its_method_only(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"signed")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert requests.get(url).content == b"signed"
    assert requests.put(url, data=b"x").status_code == 403
    upload = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "up"})
    assert requests.put(upload, data=b"from a page").status_code == 200
    assert s3.get_object(Bucket=bucket, Key="up")["Body"].read() == b"from a page"


def test_pages_may_call_a_bucket_as_its_rules_say(shared, s3, bucket):
    rule = {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["GET"], "ExposeHeaders": ["ETag"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    public(s3, bucket)
    address = f"{shared.url}/{bucket}/k"

    def preflight(origin):
        return requests.options(address, headers={"origin": origin, "access-control-request-method": "GET"})

    assert preflight("https://app.example.com").headers["access-control-allow-origin"] == "https://app.example.com"
    assert preflight("https://evil.example").status_code == 403
    answer = requests.get(address, headers={"origin": "https://app.example.com"})
    assert (answer.content, answer.headers["access-control-expose-headers"]) == (b"x", "ETag")
    answer = requests.get(address, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_anonymous_see_what_a_policy_lets_them(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert requests.get(f"{shared.url}/{bucket}/k").status_code == 403
    public(s3, bucket)
    assert requests.get(f"{shared.url}/{bucket}/k").content == b"x"
    assert requests.get(f"{shared.url}/{bucket}/none").status_code == 403


def test_what_a_bucket_has_not_is_missing_by_its_own_name(s3, bucket):
    for call, code in [
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
    ]:
        found, answer = refused(call, Bucket=bucket)
        assert (found, answer["Error"]["BucketName"]) == (code, bucket)


def test_the_command_line_makes_fills_and_empties_a_bucket(shared, tmp_path):
    bucket = f"s3://cli-{uuid.uuid4().hex[:12]}"
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("home")
    (folder / "deep/page.html").write_text("page")

    def aws(*words):
        done = shared.run("run", "--", "env", "-u", "AWS_ENDPOINT_URL", "aws", "s3", *words, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    aws("mb", bucket)
    aws("sync", str(folder), bucket)
    assert aws("sync", str(folder), bucket) == ""
    aws("mv", f"{bucket}/index.html", f"{bucket}/moved.html")
    assert aws("cp", f"{bucket}/moved.html", "-") == "home"
    assert "deep/page.html" in aws("ls", bucket, "--recursive")
    aws("rb", bucket, "--force")
