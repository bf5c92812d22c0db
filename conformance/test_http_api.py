"""HTTP APIs as boto3, the AWS CLI and browsers use them."""

import base64
import io
import json
import uuid
import zipfile

import pytest
import requests
from botocore.exceptions import ClientError

ECHO = """
import base64, json

def handler(event, context):
    path = event["rawPath"]
    if path.endswith("/binary"):
        body = base64.b64encode(bytes(range(256))).decode()
        return {"statusCode": 200, "headers": {"content-type": "image/png"}, "body": body, "isBase64Encoded": True}
    if path.endswith("/plain"):
        return {"hello": "world"}
    if path.endswith("/cookies"):
        return {"statusCode": 201, "cookies": ["a=1; Secure", "b=2"], "headers": {"x-own": "yes"}, "body": "made"}
    if path.endswith("/broken"):
        raise Exception("a secret of the function")
    if path.endswith("/length"):
        return {"statusCode": 200, "body": str(len(base64.b64decode(event["body"])))}
    return event
"""

AUTHORIZER = """
def handler(event, context):
    return {"isAuthorized": event["identitySource"] == ["let me in"], "context": {"who": "jane"}}
"""


def function(model, name, source):
    """A function, its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = model.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", source)
    functions = model.client("lambda")
    arn = functions.create_function(
        FunctionName=name, Runtime="python3.12", Handler="index.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )["FunctionArn"]
    functions.add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return arn


class Api:
    """An API whose default stage sends everything to one function."""

    def __init__(self, model, target, **settings):
        self.model = model
        self.control = model.client("apigatewayv2")
        made = self.control.create_api(Name="echo", ProtocolType="HTTP", **settings)
        self.id, self.endpoint = made["ApiId"], made["ApiEndpoint"]
        self.integration = self.control.create_integration(
            ApiId=self.id, IntegrationType="AWS_PROXY", IntegrationUri=target, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        self.stage("$default")

    def stage(self, name, **settings):
        self.control.create_stage(ApiId=self.id, StageName=name, AutoDeploy=True, **settings)

    def route(self, key, **settings):
        target = f"integrations/{self.integration}"
        return self.control.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)["RouteId"]

    def ask(self, method, path, **more):
        proxies = {"https": self.model.url}
        ca = self.model.running["ca_bundle"]
        return requests.request(method, self.endpoint + path, proxies=proxies, verify=ca, **more)


@pytest.fixture(scope="module")
def echo(shared):
    return function(shared, f"echo-{uuid.uuid4().hex[:8]}", ECHO)


@pytest.fixture
def api(shared, echo):
    return Api(shared, echo)


def test_a_function_gets_the_request_as_an_event_of_version_2(api):
    api.route("ANY /things/{id}")
    event = api.ask("POST", "/things/a%20b?q=1&q=2", data="text", cookies={"c": "d"}, headers={"X-Two": "2"}).json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /things/{id}"
    assert event["rawPath"] == "/things/a b"
    assert event["rawQueryString"] == "q=1&q=2"
    assert event["queryStringParameters"] == {"q": "1,2"}
    assert event["pathParameters"] == {"id": "a b"}
    assert event["cookies"] == ["c=d"]
    assert event["headers"]["x-two"] == "2"
    assert event["headers"]["host"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert (event["body"], event["isBase64Encoded"]) == ("text", False) or (
        base64.b64decode(event["body"]),
        event["isBase64Encoded"],
    ) == (b"text", True)
    context = event["requestContext"]
    assert context["http"]["method"] == "POST"
    assert context["stage"] == "$default"
    assert context["apiId"] == api.id


def test_a_function_answers_with_cookies_bytes_or_just_an_object(api):
    api.route("$default")
    made = api.ask("GET", "/cookies")
    assert (made.status_code, made.text, made.headers["x-own"]) == (201, "made", "yes")
    assert made.raw.headers.getlist("set-cookie") == ["a=1; Secure", "b=2"]
    picture = api.ask("GET", "/binary")
    assert (picture.content, picture.headers["content-type"]) == (bytes(range(256)), "image/png")
    plain = api.ask("GET", "/plain")
    assert (plain.json(), plain.headers["content-type"]) == ({"hello": "world"}, "application/json")


def test_bytes_go_in_as_base64_and_large_bodies_arrive_whole(api):
    api.route("POST /length")
    sent = api.ask("POST", "/length", data=bytes(range(256)) * 12_000, headers={"content-type": "application/x-bytes"})
    assert sent.text == str(256 * 12_000)
    too_large = api.ask("POST", "/length", data=b"x" * (10 * 1024 * 1024 + 1))
    assert too_large.status_code == 413


def test_what_no_route_takes_is_not_found_and_what_breaks_tells_nothing(api):
    api.route("GET /broken")
    missing = api.ask("GET", "/nowhere")
    assert (missing.status_code, missing.json()) == (404, {"message": "Not Found"})
    broken = api.ask("GET", "/broken")
    assert (broken.status_code, broken.json()) == (500, {"message": "Internal Server Error"})
    assert "secret" not in str(broken.headers)


def test_a_named_stage_is_a_part_of_the_path_and_has_variables(api):
    api.route("GET /here")
    api.stage("beta", StageVariables={"colour": "blue"})
    event = api.ask("GET", "/beta/here").json()
    assert event["rawPath"] == "/beta/here"
    assert event["requestContext"]["http"]["path"] == "/beta/here"
    assert event["requestContext"]["stage"] == "beta"
    assert event["stageVariables"] == {"colour": "blue"}


def test_browsers_are_answered_by_the_apis_cors_and_not_by_the_function(shared, echo):
    cors = {"AllowOrigins": ["https://app.example.com"], "AllowMethods": ["GET", "PUT"], "AllowHeaders": ["x-two"]}
    api = Api(shared, echo, CorsConfiguration={**cors, "MaxAge": 300})
    api.route("GET /x")
    origin = {"Origin": "https://app.example.com"}
    asked = api.ask("OPTIONS", "/x", headers={**origin, "Access-Control-Request-Method": "PUT"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "https://app.example.com"
    assert asked.headers["access-control-allow-methods"] == "GET,PUT"
    assert asked.headers["access-control-max-age"] == "300"
    assert api.ask("GET", "/x", headers=origin).headers["access-control-allow-origin"] == "https://app.example.com"
    stranger = api.ask("GET", "/x", headers={"Origin": "https://evil.example.com"})
    assert "access-control-allow-origin" not in stranger.headers


def signed_in(model):
    """A pool's client, and the tokens of somebody in it."""
    idp = model.client("cognito-idp")
    pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = idp.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool, Username="jane", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="jane", Password="Correct-horse-1", Permanent=True)
    proof = {"USERNAME": "jane", "PASSWORD": "Correct-horse-1"}
    flow = "ADMIN_USER_PASSWORD_AUTH"
    done = idp.admin_initiate_auth(UserPoolId=pool, ClientId=client, AuthFlow=flow, AuthParameters=proof)
    return pool, client, done["AuthenticationResult"]


def test_a_token_of_the_pool_opens_a_route_and_any_other_does_not(api):
    pool, client, tokens = signed_in(api.model)
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"

    def authorizer(audience):
        return api.control.create_authorizer(
            ApiId=api.id,
            Name=audience,
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Audience": [audience], "Issuer": issuer},
        )["AuthorizerId"]

    right = {"AuthorizationType": "JWT", "AuthorizerId": authorizer(client)}
    api.route("GET /mine", **right)
    api.route("GET /scoped", AuthorizationScopes=["orders/read"], **right)
    api.route("GET /others", AuthorizationType="JWT", AuthorizerId=authorizer("somebody-else"))
    token = {"Authorization": f"Bearer {tokens['AccessToken']}"}
    jwt = api.ask("GET", "/mine", headers=token).json()["requestContext"]["authorizer"]["jwt"]
    assert jwt["claims"]["username"] == "jane"
    assert api.ask("GET", "/mine", headers={"Authorization": tokens["IdToken"]}).status_code == 200
    nobody = api.ask("GET", "/mine")
    assert (nobody.status_code, nobody.json()) == (401, {"message": "Unauthorized"})
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert api.ask("GET", "/mine", headers={"Authorization": "Bearer a.b.c"}).status_code == 401
    assert api.ask("GET", "/others", headers=token).status_code == 401
    scoped = api.ask("GET", "/scoped", headers=token)
    assert (scoped.status_code, scoped.json()) == (403, {"message": "Forbidden"})


def test_an_expired_token_opens_nothing(model):
    api = Api(model, function(model, "echo", ECHO))
    pool, client, tokens = signed_in(model)
    authorizer = api.control.create_authorizer(
        ApiId=api.id,
        Name="people",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": [client], "Issuer": f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"},
    )["AuthorizerId"]
    api.route("GET /mine", AuthorizationType="JWT", AuthorizerId=authorizer)
    token = {"Authorization": f"Bearer {tokens['AccessToken']}"}
    assert api.ask("GET", "/mine", headers=token).status_code == 200
    model.run("clock", "+61m")
    expired = api.ask("GET", "/mine", headers=token)
    assert expired.status_code == 401
    assert "expired" in expired.headers["www-authenticate"]


def test_a_function_decides_who_may_come_in(api):
    decider = function(api.model, f"decide-{uuid.uuid4().hex[:8]}", AUTHORIZER)
    authorizer = api.control.create_authorizer(
        ApiId=api.id,
        Name="decide",
        AuthorizerType="REQUEST",
        AuthorizerUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{decider}/invocations",
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.X-Key"],
        AuthorizerResultTtlInSeconds=0,
    )["AuthorizerId"]
    api.route("GET /mine", AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    event = api.ask("GET", "/mine", headers={"X-Key": "let me in"}).json()
    assert event["requestContext"]["authorizer"]["lambda"] == {"who": "jane"}
    assert api.ask("GET", "/mine", headers={"X-Key": "no"}).status_code == 403
    assert api.ask("GET", "/mine").status_code == 401


def test_the_command_line_reads_what_boto3_made_and_mistakes_have_names(api):
    described = api.model.aws("apigatewayv2", "get-api", "--api-id", api.id)
    assert described["ProtocolType"] == "HTTP"
    assert described["ApiEndpoint"] == api.endpoint
    stages = api.model.aws("apigatewayv2", "get-stages", "--api-id", api.id)["Items"]
    assert [stage["StageName"] for stage in stages] == ["$default"]
    with pytest.raises(ClientError) as missing:
        api.control.get_api(ApiId="nosuchapi0")
    assert missing.value.response["Error"]["Code"] == "NotFoundException"
    api.route("GET /twice")
    with pytest.raises(ClientError) as twice:
        api.route("GET /twice")
    assert twice.value.response["Error"]["Code"] == "ConflictException"
