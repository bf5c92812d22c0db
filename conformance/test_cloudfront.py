"""CloudFront as boto3, the AWS CLI and browsers use it, in front of S3 and of an HTTP API."""

import gzip
import hashlib
import json
import uuid

import pytest
import requests
from botocore.exceptions import ClientError

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def behaviour(**more):
    return {
        "TargetOriginId": "bucket",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_OPTIMIZED,
        "Compress": True,
        **more,
    }


class Site:
    """A private bucket and a distribution that alone may read it."""

    def __init__(self, model, **settings):
        self.model = model
        self.s3 = model.client("s3")
        self.cloudfront = model.client("cloudfront")
        self.bucket = f"site-{uuid.uuid4().hex}"
        self.s3.create_bucket(Bucket=self.bucket)
        control = self.cloudfront.create_origin_access_control(
            OriginAccessControlConfig={
                "Name": self.bucket,
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )["OriginAccessControl"]["Id"]
        origin = {
            "Id": "bucket",
            "DomainName": f"{self.bucket}.s3.us-east-1.amazonaws.com",
            "OriginAccessControlId": control,
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        config = {
            "CallerReference": self.bucket,
            "Comment": "",
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behaviour(),
            **settings,
        }
        made = self.cloudfront.create_distribution(DistributionConfig=config)
        self.etag = made["ETag"]
        self.id, self.host, self.arn = (made["Distribution"][name] for name in ("Id", "DomainName", "ARN"))
        self.allow(
            {"Service": "cloudfront.amazonaws.com"}, Condition={"StringEquals": {"AWS:SourceArn": self.arn}}
        )

    def allow(self, principal, **more):
        objects = f"arn:aws:s3:::{self.bucket}/*"
        statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": objects, **more}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(policy))

    def put(self, key, body, kind="text/html", **more):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=kind, **more)

    def ask(self, path, method="GET", scheme="https", **more):
        proxies = {"http": self.model.url, "https": self.model.url}
        ca = self.model.running["ca_bundle"]
        address = f"{scheme}://{self.host}{path}"
        return requests.request(method, address, proxies=proxies, verify=ca, allow_redirects=False, **more)


@pytest.fixture
def site(shared):
    return Site(shared)


def test_a_private_bucket_is_read_by_its_distribution_and_by_nobody_else(site):
    site.put("index.html", b"<h1>home</h1>")
    home = site.ask("/")
    assert (home.status_code, home.text, home.headers["content-type"]) == (200, "<h1>home</h1>", "text/html")
    direct = requests.get(f"{site.model.url}/{site.bucket}/index.html")
    assert direct.status_code == 403
    other = Site(site.model)
    site.allow({"Service": "cloudfront.amazonaws.com"}, Condition={"StringEquals": {"AWS:SourceArn": other.arn}})
    assert site.ask("/another.html").status_code == 403


def test_an_origin_access_identity_reads_the_bucket_too(site):
    identity = site.cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={"CallerReference": site.bucket, "Comment": ""}
    )["CloudFrontOriginAccessIdentity"]
    origin = {
        "Id": "bucket",
        "DomainName": f"{site.bucket}.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity['Id']}"},
    }
    site.put("a.txt", b"a", "text/plain")
    config = site.cloudfront.get_distribution_config(Id=site.id)["DistributionConfig"]
    config["Origins"] = {"Quantity": 1, "Items": [origin]}
    site.cloudfront.update_distribution(Id=site.id, IfMatch=site.etag, DistributionConfig=config)
    assert site.ask("/a.txt").status_code == 403
    reader = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity['Id']}"
    site.allow({"AWS": reader})
    site.cloudfront.create_invalidation(
        DistributionId=site.id,
        InvalidationBatch={"CallerReference": "1", "Paths": {"Quantity": 1, "Items": ["/*"]}},
    )
    assert site.ask("/a.txt").text == "a"


def test_what_is_cached_stays_until_it_is_invalidated(site):
    site.put("a.txt", b"old", "text/plain")
    first, second = site.ask("/a.txt"), site.ask("/a.txt")
    assert first.headers["x-cache"] == "Miss from cloudfront"
    assert second.headers["x-cache"] == "Hit from cloudfront"
    assert int(second.headers["age"]) >= 0
    site.put("a.txt", b"new", "text/plain")
    assert site.ask("/a.txt").text == "old"
    done = site.cloudfront.create_invalidation(
        DistributionId=site.id,
        InvalidationBatch={"CallerReference": "1", "Paths": {"Quantity": 1, "Items": ["/a*"]}},
    )["Invalidation"]
    assert done["Status"] in ("InProgress", "Completed")
    assert site.ask("/a.txt").text == "new"


def test_head_ranges_and_conditions_are_answered_as_http_says(site):
    site.put("digits.txt", b"0123456789", "text/plain")
    whole = site.ask("/digits.txt", headers={"Accept-Encoding": "identity"})
    head = site.ask("/digits.txt", "HEAD", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")
    part = site.ask("/digits.txt", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    beyond = site.ask("/digits.txt", headers={"Range": "bytes=20-30"})
    assert beyond.status_code == 416
    same = site.ask("/digits.txt", headers={"If-None-Match": whole.headers["etag"], "Accept-Encoding": "identity"})
    assert (same.status_code, same.content) == (304, b"")
    since = site.ask("/digits.txt", headers={"If-Modified-Since": whole.headers["last-modified"]})
    assert since.status_code == 304
    assert site.ask("/digits.txt", "POST", data=b"x").status_code == 403


def test_text_is_compressed_for_those_who_take_it_and_pictures_are_not(site):
    text = b"the same words again and again " * 200
    site.put("long.js", text, "application/javascript")
    site.put("long.png", text, "image/png")
    squeezed = site.ask("/long.js", headers={"Accept-Encoding": "gzip"}, stream=True)
    assert squeezed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(squeezed.raw.read(decode_content=False)) == text
    assert "content-encoding" not in site.ask("/long.js", headers={"Accept-Encoding": "identity"}).headers
    assert "content-encoding" not in site.ask("/long.png", headers={"Accept-Encoding": "gzip"}).headers


def test_plain_http_is_sent_to_https(site):
    moved = site.ask("/a.txt?b=c", scheme="http")
    assert (moved.status_code, moved.headers["location"]) == (301, f"https://{site.host}/a.txt?b=c")


def test_a_page_of_ones_own_stands_for_an_error(shared):
    page = {"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": "200", "ErrorCachingMinTTL": 0}
    site = Site(shared, CustomErrorResponses={"Quantity": 1, "Items": [page]})
    site.put("index.html", b"app")
    deep = site.ask("/some/route")
    assert (deep.status_code, deep.text) == (200, "app")


def test_a_large_object_arrives_whole(site):
    body = bytes(range(256)) * 65_536
    site.put("large.bin", body, "application/octet-stream")
    for _ in range(2):
        got = site.ask("/large.bin").content
        assert hashlib.sha256(got).digest() == hashlib.sha256(body).digest()


def test_a_distribution_changes_and_goes_only_for_who_knows_its_version(site):
    config = site.cloudfront.get_distribution_config(Id=site.id)["DistributionConfig"]

    def refused(action, **named):
        with pytest.raises(ClientError) as error:
            action(Id=site.id, **named)
        return error.value.response["Error"]["Code"]

    update, delete = site.cloudfront.update_distribution, site.cloudfront.delete_distribution
    assert refused(update, IfMatch="E000", DistributionConfig=config) in ("InvalidIfMatchVersion", "PreconditionFailed")
    assert refused(delete, IfMatch=site.etag) == "DistributionNotDisabled"
    config["Enabled"] = False
    etag = update(Id=site.id, IfMatch=site.etag, DistributionConfig=config)["ETag"]
    assert etag != site.etag
    delete(Id=site.id, IfMatch=etag)
    assert refused(site.cloudfront.get_distribution) == "NoSuchDistribution"


def test_the_command_line_lists_invalidates_and_waits(site):
    listed = site.model.aws("cloudfront", "list-distributions")["DistributionList"]["Items"]
    assert site.host in [one["DomainName"] for one in listed]
    made = site.model.aws("cloudfront", "create-invalidation", "--distribution-id", site.id, "--paths", "/*")
    invalidation = made["Invalidation"]["Id"]
    site.model.aws(
        "cloudfront", "wait", "invalidation-completed", "--distribution-id", site.id, "--id", invalidation
    )


def test_the_cache_key_is_what_the_policy_names(site):
    policy = {
        "Name": f"key-{uuid.uuid4().hex[:8]}",
        "MinTTL": 1,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": False,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": {"Quantity": 1, "Items": ["lang"]}},
            "QueryStringsConfig": {
                "QueryStringBehavior": "whitelist",
                "QueryStrings": {"Quantity": 1, "Items": ["page"]},
            },
        },
    }
    made = site.cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]["Id"]
    config = site.cloudfront.get_distribution_config(Id=site.id)["DistributionConfig"]
    config["DefaultCacheBehavior"]["CachePolicyId"] = made
    site.cloudfront.update_distribution(Id=site.id, IfMatch=site.etag, DistributionConfig=config)
    site.put("a.txt", b"a", "text/plain")

    def is_hit(path, **cookies):
        return site.ask(path, cookies=cookies).headers["x-cache"].startswith("Hit")

    assert not is_hit("/a.txt?page=1")
    assert is_hit("/a.txt?page=1&utm=2")
    assert not is_hit("/a.txt?page=2")
    assert not is_hit("/a.txt?page=1", lang="de")
    assert is_hit("/a.txt?page=1", lang="de", session="x")
