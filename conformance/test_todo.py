"""The todo system, deployed by its own script and used in a browser: what the first issue promises, as a person would."""

import base64
import json
import re
import shutil
import subprocess
import uuid

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import BINARY, ROOT, Model, eventually
from playwright.sync_api import expect, sync_playwright

PASSWORD = "Correct-Horse-9"


class Todo:
    """A model with the system on it."""

    def __init__(self, model, said):
        self.model = model
        self.said = said
        addresses = dict(line.split(None, 1) for line in said.splitlines() if re.match(r"(app|api|sign-in) ", line))
        self.app, self.api = addresses["app"].strip(), addresses["api"].strip()

    def get(self, url, **more):
        """A client behind the proxy that trusts the model's CA."""
        return self.request("GET", url, **more)

    def request(self, method, url, **more):
        proxies = {"https": self.model.url, "http": self.model.url}
        more.setdefault("allow_redirects", False)
        return requests.request(method, url, proxies=proxies, verify=self.model.running["ca_bundle"], **more)

    def outputs(self):
        stack = self.model.client("cloudformation").describe_stacks(StackName="todo")["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="module")
def todo():
    model = Model()
    done = model.run("up", "--detach", str(ROOT / "systems/todo"), "--param", "IsServerless=true", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield Todo(model, done.stdout)
    model.remove()


@pytest.fixture(scope="module")
def chromium(todo):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--proxy-server={todo.model.url}",
                f"--ignore-certificate-errors-spki-list={todo.model.running['ca_key_hash']}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def by(page, name):
    return page.get_by_test_id(name)


def submit(page):
    page.locator("form button[type=submit], form input[type=submit]").first.click()


def code_for(todo, email):
    mails = eventually(lambda: todo.model.mail(email))
    assert mails, f"no code arrived for {email}"
    return re.search(r"\b(\d{6})\b", mails[0]["body"]).group(1)


def sign_up(todo, page, name, email):
    page.goto(todo.app)
    by(page, "sign-up").click()
    page.wait_for_url("**/signup**")
    for field, value in {"email": email, "name": name, "username": email, "password": PASSWORD}.items():
        found = page.locator(f"input[name='{field}']")
        if found.count():
            found.first.fill(value)
    submit(page)
    page.locator("input[name='code']").fill(code_for(todo, email))
    submit(page)
    # Confirmed: either straight back with a code, or to the sign-in form.
    if not eventually(lambda: page.url.startswith(todo.app) or None, seconds=2):
        sign_in_form(page, email)
    expect(by(page, "user-name")).to_contain_text(name)


def sign_in_form(page, email):
    page.locator("input[name='username']").fill(email)
    page.locator("input[name='password']").fill(PASSWORD)
    submit(page)


def add(page, title):
    by(page, "new-task").fill(title)
    by(page, "new-task").press("Enter")
    expect(task(page, title)).to_be_visible()


def task(page, title):
    return by(page, "task").filter(has_text=title)


def test_a_person_signs_up_keeps_tasks_and_signs_out(todo, page):
    email = f"ada-{uuid.uuid4().hex[:6]}@example.com"
    sign_up(todo, page, "Ada", email)
    expect(by(page, "empty")).to_be_visible()
    add(page, "write the notes")
    add(page, "send them")
    done = task(page, "write the notes").get_by_test_id("task-done")
    done.click()
    expect(done).to_be_checked()
    done.click()
    expect(done).not_to_be_checked()
    task(page, "send them").get_by_test_id("delete-task").click()
    expect(task(page, "send them")).to_have_count(0)
    page.reload()
    expect(task(page, "write the notes")).to_be_visible()
    expect(task(page, "send them")).to_have_count(0)
    # A deep link is a path that only the page knows; the distribution serves the page for it.
    page.goto(f"{todo.app}/about")
    expect(by(page, "about")).to_be_visible()
    page.reload()
    expect(by(page, "about")).to_be_visible()
    by(page, "sign-out").click()
    expect(by(page, "sign-in")).to_be_visible()

    by(page, "sign-in").click()
    sign_in_form(page, email)
    expect(task(page, "write the notes")).to_be_visible()


def test_a_second_person_sees_none_of_the_first_ones_tasks(todo, chromium):
    names = {}
    for name in ["grace", "edsger"]:
        page = chromium.new_context().new_page()
        page.set_default_timeout(15_000)
        sign_up(todo, page, name.title(), f"{name}-{uuid.uuid4().hex[:6]}@example.com")
        add(page, f"{name}'s secret")
        names[name] = page
    expect(task(names["edsger"], "grace's secret")).to_have_count(0)
    names["grace"].reload()
    expect(task(names["grace"], "grace's secret")).to_be_visible()
    expect(task(names["grace"], "edsger's secret")).to_have_count(0)
    for page in names.values():
        page.context.close()


def test_an_expired_session_leads_back_to_sign_in(todo, page):
    email = f"barbara-{uuid.uuid4().hex[:6]}@example.com"
    sign_up(todo, page, "Barbara", email)
    try:
        todo.model.run("clock", "+8d")
        page.reload()
        expect(by(page, "sign-in")).to_be_visible()
    finally:
        todo.model.run("clock", "reset")


def test_the_bucket_behind_the_distribution_answers_403_to_anyone_else(todo):
    bucket = todo.outputs()["SiteBucketName"]
    assert todo.get(f"https://{bucket}.s3.us-east-1.amazonaws.com/index.html").status_code == 403
    assert todo.get(f"{todo.app}/index.html").status_code == 200
    redirect = todo.get(todo.app.replace("https", "http") + "/")
    assert (redirect.status_code, redirect.headers["location"]) == (301, todo.app + "/")


def test_no_token_or_a_stale_one_gets_401_with_awss_body(todo):
    for headers in [{}, {"authorization": "Bearer nonsense"}]:
        answer = todo.get(f"{todo.api}/tasks", headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert todo.get(f"{todo.api}/health").status_code == 200


def token(todo, email):
    outputs = todo.outputs()
    idp = todo.model.client("cognito-idp")
    idp.admin_create_user(
        UserPoolId=outputs["UserPoolId"],
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "name", "Value": "Tester"}],
    )
    idp.admin_set_user_password(UserPoolId=outputs["UserPoolId"], Username=email, Password=PASSWORD, Permanent=True)
    client = idp.create_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientName="test", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    answer = idp.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD}
    )
    return answer["AuthenticationResult"]


def test_a_token_of_another_client_is_refused_and_its_claims_are_cognitos(todo):
    result = token(todo, f"mallory-{uuid.uuid4().hex[:6]}@example.com")
    claims = json.loads(base64.urlsafe_b64decode(result["IdToken"].split(".")[1] + "=="))
    assert claims["iss"] == todo.outputs()["Issuer"] and claims["token_use"] == "id"
    answer = todo.get(f"{todo.api}/tasks", headers={"authorization": f"Bearer {result['IdToken']}"})
    assert answer.status_code == 401


def test_preflight_requests_get_exactly_the_configured_origins(todo):
    def preflight(origin):
        headers = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        return todo.request("OPTIONS", f"{todo.api}/tasks", headers=headers)

    assert preflight(todo.app).headers["access-control-allow-origin"] == todo.app
    assert "access-control-allow-origin" not in preflight("https://evil.example").headers


def test_the_greedy_route_serves_the_root_too(todo):
    assert todo.get(f"{todo.api}/").status_code == 401
    assert todo.get(f"{todo.api}/tasks").json() == {"message": "Unauthorized"}


def test_the_alias_needs_no_proxy(todo):
    host = todo.api.removeprefix("https://")
    answer = requests.get(f"{todo.model.url}/health", headers={"host": f"{host}.localhost:{todo.model.port}"})
    assert answer.status_code == 200


def test_a_second_run_changes_nothing_and_is_quick(todo):
    done = todo.model.run("up", "--detach", str(ROOT / "systems/todo"), check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == todo.said
    assert done.stderr.count("unchanged") >= 3


def test_a_second_project_fails_on_its_export_names_and_says_so(todo):
    command = ["up", "--detach", str(ROOT / "systems/todo"), "--stack", "second", "--param", "ProjectName=second"]
    done = todo.model.run(*command, check=False)
    assert done.returncode != 0
    cloudformation = todo.model.client("cloudformation")
    events = cloudformation.describe_stack_events(StackName="second")["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert "Export with name todo-" in reasons and "is already exported by stack todo" in reasons
    assert cloudformation.describe_stacks(StackName="second")["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"
    cloudformation.delete_stack(StackName="second")
    # What rolls back leaves nothing of the second project behind.
    tables = todo.model.client("dynamodb").list_tables()["TableNames"]
    assert len([name for name in tables if name.startswith("second")]) == 0


def test_serverful_is_refused_by_the_templates_own_rule(todo):
    command = ["up", "--detach", str(ROOT / "systems/todo"), "--stack", "third", "--param", "IsServerless=false"]
    done = todo.model.run(*command, check=False)
    assert done.returncode != 0
    assert "IsServerless=false is not available in this release" in done.stderr


def test_status_lists_stacks_resources_and_addresses(todo):
    status = json.loads(todo.model.run("status", "--json").stdout)
    assert {"todo"} <= {stack["name"] for stack in status["stacks"]}
    assert {"AWS::Lambda::Function", "AWS::CloudFront::Distribution"} <= {row["type"] for row in status["resources"]}
    assert todo.app in {address["url"] for address in status["addresses"]}


def test_the_functions_log_has_its_lines(todo):
    todo.get(f"{todo.api}/health")
    logs = todo.model.client("logs")

    def lines():
        found = logs.filter_log_events(logGroupName="/aws/lambda/todo-backend")["events"]
        text = "\n".join(event["message"] for event in found)
        return text if "REPORT RequestId" in text else None

    text = eventually(lines)
    assert text and "START RequestId" in text and "END RequestId" in text


def test_the_trail_has_who_made_the_stack(todo):
    def events():
        found = todo.model.client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUserPool"}]
        )["Events"]
        return found

    event = json.loads(eventually(events)[0]["CloudTrailEvent"])
    assert event["userIdentity"]["type"] == "Root" and event["eventSource"] == "cognito-idp.amazonaws.com"


def test_taking_a_permission_from_the_service_role_fails_the_update_by_name(todo):
    """A stack of its own: a role that may do all but one thing."""
    model = todo.model
    iam, cloudformation = model.client("iam"), model.client("cloudformation")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

    def allow(actions):
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        iam.put_role_policy(RoleName="deployer", PolicyName="deploy", PolicyDocument=json.dumps(policy))

    def template(value):
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/role/test", "Type": "String", "Value": value}}
        return json.dumps({"Resources": {"Setting": parameter}})

    allow(["ssm:*"])
    cloudformation.create_stack(StackName="by-role", TemplateBody=template("one"), RoleARN=role)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="by-role", WaiterConfig={"Delay": 1})
    allow(["ssm:GetParameter", "ssm:GetParameters", "ssm:DescribeParameters", "ssm:DeleteParameter"])
    cloudformation.update_stack(StackName="by-role", TemplateBody=template("two"), RoleARN=role)

    def status():
        return cloudformation.describe_stacks(StackName="by-role")["Stacks"][0]["StackStatus"]

    assert eventually(lambda: status() if not status().endswith("IN_PROGRESS") else None) != "UPDATE_COMPLETE"
    events = cloudformation.describe_stack_events(StackName="by-role")["StackEvents"]
    assert any("ssm:PutParameter" in event.get("ResourceStatusReason", "") for event in events)
    told = model.run("explain", "denied").stdout
    assert "ssm:PutParameter" in told and "identity-based policy" in told
    allow(["ssm:*"])
    cloudformation.delete_stack(StackName="by-role", RoleARN=role)


def test_a_denied_call_names_who_what_and_where(todo):
    iam = todo.model.client("iam")
    iam.create_user(UserName="eve")
    key = iam.create_access_key(UserName="eve")["AccessKey"]
    eve = todo.model.client("dynamodb", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    table = todo.outputs()["TableName"]
    with pytest.raises(ClientError) as error:
        eve.scan(TableName=table)
    answer = error.value.response
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert answer["Error"]["Message"] == (
        f"User: arn:aws:iam::000000000000:user/eve is not authorized to perform: dynamodb:Scan on resource: "
        f"arn:aws:dynamodb:us-east-1:000000000000:table/{table} because no identity-based policy allows the dynamodb:Scan action"
    )
    request = answer["ResponseMetadata"]["RequestId"]
    told = eventually(lambda: todo.model.run("explain", "denied", request, check=False).stdout)
    assert "user/eve" in told and "no identity-based policy allows it" in told


def test_deleting_the_stack_with_a_full_bucket_fails_with_the_reason(todo):
    """Last: it takes the system apart."""
    cloudformation = todo.model.client("cloudformation")
    cloudformation.delete_stack(StackName="todo")

    def status():
        found = cloudformation.describe_stacks(StackName="todo")["Stacks"][0]["StackStatus"]
        return None if found.endswith("IN_PROGRESS") else found

    assert eventually(status, seconds=60) == "DELETE_FAILED"
    events = cloudformation.describe_stack_events(StackName="todo")["StackEvents"]
    reasons = {event["LogicalResourceId"]: event.get("ResourceStatusReason", "") for event in reversed(events)}
    assert "The bucket you tried to delete is not empty" in reasons["SiteBucket"]


def test_the_script_is_a_program_of_standard_commands_only():
    """`deploy` works against AWS as it stands: it names no model, no endpoint and no port."""
    text = (ROOT / "systems/todo/deploy").read_text()
    assert "maquette" not in text.lower() and "4566" not in text and "endpoint" not in text
    assert subprocess.run(["bash", "-n", ROOT / "systems/todo/deploy"]).returncode == 0
    assert BINARY.exists()
