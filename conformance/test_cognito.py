"""Cognito user pools as boto3, the AWS CLI and browsers use them."""

import base64
import hashlib
import hmac
import io
import json
import re
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zipfile

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Correct-horse-1"
CALLBACK = "https://app.example.com/callback"


class Pool:
    """A pool in which people sign in with their address, with one client and a domain."""

    def __init__(self, model, **settings):
        self.model = model
        self.idp = model.client("cognito-idp")
        settings = {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"], **settings}
        described = self.idp.create_user_pool(PoolName="people", **settings)["UserPool"]
        self.id, self.arn = described["Id"], described["Arn"]
        client = self.idp.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email"],
            CallbackURLs=[CALLBACK],
            SupportedIdentityProviders=["COGNITO"],
        )
        self.client = client["UserPoolClient"]["ClientId"]

    def sign_up(self, address):
        return self.idp.sign_up(ClientId=self.client, Username=address, Password=PASSWORD)

    def code(self, address):
        return re.search(r"\d{6}", self.model.mail(address)[-1]["body"]).group()

    def confirm(self, address, code=None):
        self.idp.confirm_sign_up(ClientId=self.client, Username=address, ConfirmationCode=code or self.code(address))

    def sign_in(self, address, password=PASSWORD):
        answer = self.idp.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": address, "PASSWORD": password},
        )
        return answer["AuthenticationResult"]


@pytest.fixture
def pool(shared):
    return Pool(shared)


def address():
    return f"{uuid.uuid4().hex}@example.com"


def claims(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def refusal(action, *arguments, **named):
    with pytest.raises(ClientError) as refused:
        action(*arguments, **named)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_people_sign_up_confirm_and_sign_in(pool):
    jane = address()
    done = pool.sign_up(jane)
    assert done["UserConfirmed"] is False
    assert done["CodeDeliveryDetails"]["Destination"] == f"{jane[0]}***@e***"
    assert refusal(pool.sign_in, jane) == ("UserNotConfirmedException", "User is not confirmed.")
    pool.confirm(jane)
    tokens = pool.sign_in(jane)
    told = claims(tokens["IdToken"])
    assert told["sub"] == done["UserSub"]
    assert told["email"] == jane
    assert told["iss"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    known = pool.idp.get_user(AccessToken=tokens["AccessToken"])
    assert {one["Name"]: one["Value"] for one in known["UserAttributes"]}["email_verified"] == "true"


def test_the_commonest_mistakes_are_named_as_aws_names_them(pool):
    jane = address()
    pool.sign_up(jane)
    assert refusal(pool.sign_up, jane)[0] == "UsernameExistsException"
    assert refusal(pool.confirm, jane, "000000")[0] == "CodeMismatchException"
    pool.confirm(jane)
    assert refusal(pool.sign_in, jane, "wrong") == ("NotAuthorizedException", "Incorrect username or password.")
    weak = refusal(pool.idp.sign_up, ClientId=pool.client, Username=address(), Password="short")
    assert weak[0] == "InvalidPasswordException"
    assert refusal(pool.idp.get_user, AccessToken="a.b.c")[0] == "NotAuthorizedException"


def test_a_refresh_token_gives_new_tokens_until_the_user_signs_out_everywhere(pool):
    jane = address()
    pool.sign_up(jane)
    pool.confirm(jane)
    tokens = pool.sign_in(jane)
    asked = {
        "ClientId": pool.client,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]},
    }
    assert "AccessToken" in pool.idp.initiate_auth(**asked)["AuthenticationResult"]
    pool.idp.global_sign_out(AccessToken=tokens["AccessToken"])
    assert refusal(pool.idp.initiate_auth, **asked)[0] == "NotAuthorizedException"


def test_an_administrator_makes_an_account_that_chooses_its_password(pool):
    jane = address()
    pool.idp.admin_create_user(UserPoolId=pool.id, Username=jane, TemporaryPassword="Temporary-1")
    assert "Temporary-1" in pool.model.mail(jane)[-1]["body"]
    asked = pool.idp.initiate_auth(
        ClientId=pool.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": jane, "PASSWORD": "Temporary-1"},
    )
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    done = pool.idp.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": jane, "NEW_PASSWORD": PASSWORD},
    )
    assert "IdToken" in done["AuthenticationResult"]


def test_the_command_line_describes_what_boto3_made(pool):
    described = pool.model.aws("cognito-idp", "describe-user-pool", "--user-pool-id", pool.id)["UserPool"]
    assert described["Arn"] == pool.arn
    clients = pool.model.aws("cognito-idp", "list-user-pool-clients", "--user-pool-id", pool.id)["UserPoolClients"]
    assert [client["ClientId"] for client in clients] == [pool.client]


def test_tokens_verify_against_the_keys_that_the_issuer_publishes(pool):
    jane = address()
    pool.sign_up(jane)
    pool.confirm(jane)
    token = pool.sign_in(jane)["IdToken"]
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    issuer = claims(token)["iss"]
    keys = pool.model.run("run", "--", "curl", "--silent", "--fail", f"{issuer}/.well-known/jwks.json").stdout
    key = next(key for key in json.loads(keys)["keys"] if key["kid"] == head["kid"])
    number = lambda text: int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")
    signed, signature = token.rsplit(".", 1)
    shown = pow(number(signature), number(key["e"]), number(key["n"])).to_bytes(256, "big")
    assert shown.endswith(hashlib.sha256(signed.encode()).digest())


FUNCTION = """
def handler(event, context):
    source = event["triggerSource"]
    if source == "PreSignUp_SignUp":
        if event["request"]["userAttributes"]["email"].startswith("bad"):
            raise Exception("not from here")
        event["response"]["autoConfirmUser"] = True
        event["response"]["autoVerifyEmail"] = True
    if source == "TokenGeneration_Authentication":
        event["response"] = {"claimsOverrideDetails": {"claimsToAddOrOverride": {"tenant": "blue"}}}
    return event
"""


def test_functions_confirm_refuse_and_add_claims(shared):
    name = f"turn-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = shared.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", FUNCTION)
    functions = shared.client("lambda")
    function = functions.create_function(
        FunctionName=name, Runtime="python3.12", Handler="index.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )["FunctionArn"]
    pool = Pool(shared, LambdaConfig={"PreSignUp": function, "PreTokenGeneration": function})
    jane = address()
    assert refusal(pool.sign_up, jane) == (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error AccessDeniedException.",
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="pool",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=pool.arn,
    )
    assert refusal(pool.sign_up, f"bad{jane}") == (
        "UserLambdaValidationException",
        "PreSignUp failed with error not from here.",
    )
    assert pool.sign_up(jane)["UserConfirmed"] is True
    assert claims(pool.sign_in(jane)["IdToken"])["tenant"] == "blue"


def authenticator(secret, now):
    """The code that an authenticator shows at a time (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    tag = hmac.digest(key, struct.pack(">Q", int(now) // 30), "sha1")
    start = tag[-1] & 15
    return f"{(struct.unpack('>I', tag[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_an_authenticator_is_asked_for_once_it_is_connected(pool):
    pool.idp.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    jane = address()
    pool.sign_up(jane)
    pool.confirm(jane)
    access = pool.sign_in(jane)["AccessToken"]
    secret = pool.idp.associate_software_token(AccessToken=access)["SecretCode"]
    code = authenticator(secret, time.time())
    assert pool.idp.verify_software_token(AccessToken=access, UserCode=code)["Status"] == "SUCCESS"
    wish = {"Enabled": True, "PreferredMfa": True}
    pool.idp.set_user_mfa_preference(AccessToken=access, SoftwareTokenMfaSettings=wish)
    proof = {"USERNAME": jane, "PASSWORD": PASSWORD}
    asked = pool.idp.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=proof)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    def show(code):
        return pool.idp.respond_to_auth_challenge(
            ClientId=pool.client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": jane, "SOFTWARE_TOKEN_MFA_CODE": code},
        )

    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert refusal(show, wrong) == ("CodeMismatchException", "Invalid code received for user")
    assert "AccessToken" in show(authenticator(secret, time.time()))["AuthenticationResult"]
    assert pool.idp.get_user(AccessToken=access)["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_a_browser_gets_a_code_and_exchanges_it_once(pool):
    prefix = f"people-{uuid.uuid4().hex[:8]}"
    pool.idp.create_user_pool_domain(Domain=prefix, UserPoolId=pool.id)
    jane = address()
    pool.sign_up(jane)
    pool.confirm(jane)
    browser = urllib.request.build_opener(StayHere)
    host = f"{prefix}.auth.us-east-1.amazoncognito.com"

    def ask(path, form=None, **headers):
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(f"{pool.model.url}{path}", data, {"Host": host, **headers})
        try:
            return browser.open(request)
        except urllib.error.HTTPError as answer:
            return answer

    query = urllib.parse.urlencode(
        {"client_id": pool.client, "response_type": "code", "scope": "openid email", "redirect_uri": CALLBACK}
    )
    page = ask(f"/login?{query}")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.read().decode()).group(1)
    form = {"_csrf": token, "username": jane, "password": PASSWORD}
    done = ask(f"/login?{query}", form, Cookie=f"XSRF-TOKEN={token}")
    assert done.status == 302
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(done.headers["Location"]).query)["code"][0]
    grant = {"grant_type": "authorization_code", "client_id": pool.client, "code": code, "redirect_uri": CALLBACK}
    tokens = json.load(ask("/oauth2/token", grant))
    assert claims(tokens["id_token"])["email"] == jane
    assert json.load(ask("/oauth2/token", grant)) == {"error": "invalid_grant"}
