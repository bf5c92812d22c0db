"""Functions through the AWS SDK: they run, they are confined, and whatever they do the model goes on."""

import base64
import concurrent.futures
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import zipfile

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import BINARY, Model, eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def zipped(**files):
    """A package; `__` in a name is a dot, `___` a slash."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace("___", "/").replace("__", "."))
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return packed.getvalue()


class Functions:
    """A model's functions, all of one role."""

    def __init__(self, model):
        self.model = model
        self.api = model.client("lambda", read_timeout=120, max_pool_connections=50)
        self.logs = model.client("logs")
        self.iam = model.client("iam")
        self.role = self.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="worker", PolicyArn=LOGGING)

    def create(self, name, code, runtime="python3.12", **more):
        code = code if isinstance(code, bytes) else zipped(index__py=code)
        more = {"Timeout": 10, "Handler": "index.handler", "Role": self.role, "Code": {"ZipFile": code}, **more}
        return self.api.create_function(FunctionName=name, Runtime=runtime, **more)

    def invoke(self, name, event=None, **more):
        return self.api.invoke(FunctionName=name, Payload=json.dumps(event), **more)

    def ask(self, name, event=None, **more):
        """What a function answers; one that fails is a failed test."""
        answer = self.invoke(name, event, **more)
        payload = json.load(answer["Payload"])
        assert "FunctionError" not in answer, payload
        return payload

    def fail(self, name, event=None):
        """What a failing function answers, and the end of its log."""
        answer = self.invoke(name, event, LogType="Tail")
        assert answer["FunctionError"] == "Unhandled"
        return json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()

    def log(self, name):
        try:
            events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]


@pytest.fixture(scope="module")
def functions():
    model = Model()
    yield Functions(model)
    model.remove()


def processes(marker):
    """The processes whose command line or name has this."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


# ── What a function is ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_is_created_waited_for_and_invoked(functions):
    code = "def handler(event, context):\n print('seen', event)\n return {'got': event, 'arn': context.invoked_function_arn}"
    made = functions.create("first", code, MemorySize=256)
    assert (made["Version"], made["PackageType"], made["Architectures"]) == ("$LATEST", "Zip", ["x86_64"])
    functions.api.get_waiter("function_active_v2").wait(FunctionName="first")
    answer = functions.invoke("first", {"a": 1}, LogType="Tail")
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert json.load(answer["Payload"]) == {"got": {"a": 1}, "arn": made["FunctionArn"]}
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "seen {'a': 1}\n" in log and "\tMemory Size: 256 MB\t" in log and "Init Duration" in log
    assert functions.api.invoke(FunctionName="first", InvocationType="DryRun")["StatusCode"] == 204
    assert eventually(lambda: [line for line in functions.log("first") if line.startswith("REPORT RequestId: ")])
    functions.api.delete_function(FunctionName="first")
    with pytest.raises(functions.api.exceptions.ResourceNotFoundException, match="Function not found: arn:aws:lambda"):
        functions.invoke("first")


def test_code_comes_from_a_bucket_and_is_given_back(functions):
    s3 = functions.model.client("s3")
    s3.create_bucket(Bucket="packages")
    package = zipped(index__js="exports.handler = async (event) => { console.log('hi'); return [process.version, event]; };")
    s3.put_object(Bucket="packages", Key="node.zip", Body=package)
    functions.create("node", b"", "nodejs20.x", Code={"S3Bucket": "packages", "S3Key": "node.zip"})
    assert functions.ask("node", 7)[1] == 7
    where = functions.api.get_function(FunctionName="node")["Code"]["Location"]
    proxies = {"https": functions.model.url}
    assert requests.get(where, proxies=proxies, verify=functions.model.running["ca_bundle"]).content == package
    with pytest.raises(ClientError, match="S3 Error Code: NoSuchKey"):
        functions.create("missing", b"", Code={"S3Bucket": "packages", "S3Key": "none"})


def test_a_program_of_ones_own_speaks_the_runtime_api(functions):
    bootstrap = """#!/bin/sh
while true; do
  head=$(mktemp)
  body=$(curl -sS -D "$head" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(grep -i lambda-runtime-aws-request-id "$head" | tr -d '\\r' | cut -d' ' -f2)
  curl -sS -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d "[$body]" > /dev/null
done
"""
    functions.create("shell", zipped(bootstrap=bootstrap), "provided.al2023")
    assert functions.ask("shell", {"a": 1}) == [{"a": 1}]
    assert functions.ask("shell", 2) == [2]
    functions.create("empty", zipped(readme="nothing"), "provided.al2023")
    answer = json.load(functions.invoke("empty")["Payload"])
    assert answer["errorType"] == "Runtime.InvalidEntrypoint"


def test_updates_versions_aliases_and_revisions(functions):
    api = functions.api
    functions.create("versioned", "import os\ndef handler(e, c): return [os.environ.get('WORD'), 1]")
    api.update_function_configuration(FunctionName="versioned", Environment={"Variables": {"WORD": "one"}}, Timeout=7)
    api.get_waiter("function_updated_v2").wait(FunctionName="versioned")
    assert functions.ask("versioned") == ["one", 1]
    assert api.publish_version(FunctionName="versioned")["Version"] == "1"
    api.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1")
    code = zipped(index__py="import os\ndef handler(e, c): return [os.environ.get('WORD'), 2]")
    changed = api.update_function_code(FunctionName="versioned", ZipFile=code, Publish=True)
    assert changed["Version"] == "2"
    assert functions.ask("versioned", Qualifier="live") == ["one", 1]
    assert functions.ask("versioned") == ["one", 2]
    api.update_alias(FunctionName="versioned", Name="live", FunctionVersion="2")
    assert functions.ask("versioned:live") == ["one", 2]
    with pytest.raises(api.exceptions.PreconditionFailedException):
        api.update_function_configuration(FunctionName="versioned", Timeout=8, RevisionId="stale")
    versions = [one["Version"] for one in api.list_versions_by_function(FunctionName="versioned")["Versions"]]
    assert versions == ["$LATEST", "1", "2"]
    with pytest.raises(ClientError, match="aliases reference it"):
        api.delete_function(FunctionName="versioned", Qualifier="2")


def test_layers_are_at_opt_and_on_the_path(functions):
    layer = zipped(python___dep__py="WORD = 'from the layer'", data__txt="x", extensions___watcher="#!/bin/sh\n")
    arn = functions.api.publish_layer_version(LayerName="words", Content={"ZipFile": layer})["LayerVersionArn"]
    code = "import dep, os\ndef handler(e, c): return [dep.WORD, sorted(os.listdir('/opt'))]"
    functions.create("layered", code, Layers=[arn])
    assert functions.ask("layered") == ["from the layer", ["data.txt", "extensions", "python"]]
    assert eventually(lambda: [line for line in functions.log("layered") if "watcher\tState: not started" in line])


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_is_its_role_under_the_real_names(functions):
    dynamodb = functions.model.client("dynamodb")
    dynamodb.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    code = """
import boto3
def handler(event, context):
    me = boto3.client('sts').get_caller_identity()['Arn']
    try:
        boto3.client('dynamodb').put_item(TableName='things', Item={'id': {'S': 'a'}})
    except Exception as error:
        return [me, str(error)]
    return [me, None]
"""
    functions.create("client", code, Timeout=30, MemorySize=512)
    me, error = functions.ask("client")
    assert me == "arn:aws:sts::000000000000:assumed-role/worker/client"
    assert f"User: {me} is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb" in error
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]}
    functions.iam.put_role_policy(RoleName="worker", PolicyName="table", PolicyDocument=json.dumps(allow))
    assert functions.ask("client") == [me, None]
    assert dynamodb.scan(TableName="things")["Count"] == 1
    functions.iam.delete_role_policy(RoleName="worker", PolicyName="table")


def test_invoking_needs_a_permission(functions):
    functions.create("guarded", "def handler(e, c): return 1")
    iam = functions.iam
    iam.create_user(UserName="guest")
    key = iam.create_access_key(UserName="guest")["AccessKey"]
    guest = functions.model.client("lambda", key["AccessKeyId"], key["SecretAccessKey"])
    with pytest.raises(ClientError, match="is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda"):
        guest.invoke(FunctionName="guarded")
    functions.api.add_permission(
        FunctionName="guarded",
        StatementId="guest",
        Action="lambda:InvokeFunction",
        Principal="arn:aws:iam::000000000000:user/guest",
    )
    assert json.load(guest.invoke(FunctionName="guarded")["Payload"]) == 1


def test_reserved_concurrency_throttles(functions):
    functions.create("narrow", "import time\ndef handler(e, c): time.sleep(e); return 1")
    functions.api.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    functions.ask("narrow", 0)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        both = [pool.submit(functions.ask, "narrow", 2) for _ in range(2)]
    served, refused = sorted(both, key=lambda one: one.exception() is not None)
    assert served.result() == 1
    assert refused.exception().response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    functions.api.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=0)
    with pytest.raises(functions.api.exceptions.TooManyRequestsException):
        functions.ask("narrow", 0)


# ── What goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────────

MISCHIEF = """
import os, sys, time
def handler(event, context):
    if event == 'raise': raise ValueError('bad')
    if event == 'exit': os._exit(3)
    if event == 'hang': time.sleep(60)
    if event == 'eat':
        x = []
        while True: x.append(bytearray(4 << 20))
    if event == 'fork':
        try:
            while True:
                if os.fork() == 0: time.sleep(60); os._exit(0)
        except OSError: raise RuntimeError('no more processes')
    if event == 'linger':
        if os.fork() == 0:
            time.sleep(60); os._exit(0)
    return event
"""


@pytest.mark.parametrize(
    "event, kind, message",
    [
        ("raise", "ValueError", "bad"),
        ("exit", "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"),
        ("hang", "Sandbox.Timedout", "Error: Task timed out after 2.00 seconds"),
        ("eat", "Runtime.OutOfMemory", "Error: Runtime exited with error: signal: killed"),
        ("fork", "RuntimeError", "no more processes"),
    ],
)
def test_a_function_that_misbehaves_is_told_so_and_the_next_call_works(functions, event, kind, message):
    name = f"mischief-{event}"
    functions.create(name, MISCHIEF, Timeout=2)
    told, log = functions.fail(name, event)
    assert told["errorType"] in (kind, "Runtime.OutOfMemory" if event == "fork" else kind)
    assert told["errorType"] != kind or told["errorMessage"].endswith(message)
    assert "\nREPORT RequestId: " in log
    assert functions.ask(name, "fine") == "fine"


def test_what_a_function_leaves_behind_ends_with_it(functions):
    functions.create("lingering", MISCHIEF, Timeout=3)
    assert functions.ask("lingering", "linger") == "linger"
    assert functions.ask("lingering", "again") == "again"
    assert len(processes("/var/runtime/bootstrap.py")) > 0


@pytest.mark.parametrize("code", ["raise ValueError('at once')", "import nothing_like_it", "def other(): pass", "("])
def test_a_function_that_cannot_begin_says_why(functions, code):
    name = f"unbegun-{abs(hash(code))}"
    functions.create(name, code)
    told, log = functions.fail(name)
    assert told["errorType"] in (
        "ValueError",
        "Runtime.ImportModuleError",
        "Runtime.HandlerNotFound",
        "Runtime.UserCodeSyntaxError",
    )
    assert "INIT_REPORT" in log and "[ERROR]" in log


def resident_mib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def test_a_flood_of_log_neither_grows_nor_stops_the_model(functions):
    code = """
import sys, time
def handler(event, context):
    line = 'x' * 1000 + '\\n'
    while True: sys.stdout.write(line)
"""
    functions.create("flood", code, Timeout=3)
    functions.create("bystander", "def handler(e, c): return e")
    functions.ask("bystander", 1)
    before = resident_mib(functions.model.process.pid)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        flood = pool.submit(functions.fail, "flood")
        assert [functions.ask("bystander", number) for number in range(20)] == list(range(20))
        told, _ = flood.result()
    assert told["errorType"] == "Sandbox.Timedout"
    assert resident_mib(functions.model.process.pid) - before < 120
    assert functions.ask("bystander", 2) == 2


# ── Confinement ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_sees_nothing_of_the_host(functions):
    with socket.create_server(("127.0.0.1", 0)) as host, tempfile.NamedTemporaryFile() as secret:
        code = f"""
import os, socket, urllib.request
def handler(event, context):
    seen = [path for path in ['/home', '/work', '/root/.bashrc', '/etc/shadow', '/sys', '/boot', {secret.name!r},
                              {str(functions.model.data)!r}] if os.path.exists(path)]
    writable = [top for top in ['/', '/usr', '/etc', '/var/task', '/opt', '/proc/sys'] if os.access(top, os.W_OK)]
    hidden = socket.socket().connect_ex(('127.0.0.1', {host.getsockname()[1]})) != 0
    pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]
    try: urllib.request.urlopen('https://example.com', timeout=5); internet = 'reached'
    except OSError as error: internet = type(error).__name__
    return [seen, writable, hidden, max(pids) < 100 and len(pids) < 4, internet, os.getuid() != 0]
"""
        functions.create("spy", code)
        assert functions.ask("spy") == [[], [], True, True, "URLError", True]


# ── Not waited for ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_asynchronous_invocation_is_tried_three_times(model):
    functions = Functions(model)
    functions.create("unlucky", "def handler(event, context):\n print('tried', event)\n raise ValueError('no')")
    functions.create("witness", "def handler(event, context): return event")
    assert functions.invoke("unlucky", "x", InvocationType="Event")["StatusCode"] == 202
    tried = lambda: len([line for line in functions.log("unlucky") if line.startswith("tried x")])
    assert eventually(lambda: tried() == 1)
    model.run("clock", "+61s")
    assert eventually(lambda: tried() == 2)
    model.run("clock", "+121s")
    assert eventually(lambda: tried() == 3)
    functions.api.put_function_event_invoke_config(FunctionName="unlucky", MaximumRetryAttempts=0)
    functions.invoke("unlucky", "y", InvocationType="Event")
    assert eventually(lambda: any(line.startswith("tried y") for line in functions.log("unlucky")))
    # Not so far that signatures of clients with the machine's time expire.
    model.run("clock", "+5m")
    functions.ask("witness", 1)
    assert len([line for line in functions.log("unlucky") if line.startswith("tried")]) == 4
    with pytest.raises(ClientError, match="DestinationConfig .* is not supported by Maquette"):
        functions.api.put_function_event_invoke_config(
            FunctionName="unlucky",
            DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:dead"}},
        )


# ── URLs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_answers_under_its_url_once_its_policy_allows_it(functions):
    code = """
import json
def handler(event, context):
    http = event['requestContext']['http']
    return {'statusCode': 201, 'headers': {'x-own': 'yes'}, 'cookies': ['a=1'],
            'body': json.dumps([http['method'], event['rawPath'], event.get('queryStringParameters'), event.get('body')])}
"""
    functions.create("web", code)
    made = functions.api.create_function_url_config(
        FunctionName="web", AuthType="NONE", Cors={"AllowOrigins": ["https://app.example"], "AllowMethods": ["POST"]}
    )
    url, model = made["FunctionUrl"], functions.model

    def ask(method="GET", path="", **more):
        return requests.request(
            method, url + path, proxies={"https": model.url}, verify=model.running["ca_bundle"], **more
        )

    refused = ask()
    assert (refused.status_code, refused.json()["Message"]) == (403, "Forbidden")
    assert "lambda:InvokeFunctionUrl" in refused.headers["x-maquette-explanation"]
    functions.api.add_permission(
        FunctionName="web", StatementId="a", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE"
    )
    functions.api.add_permission(
        FunctionName="web", StatementId="b", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True
    )
    answer = ask("POST", "a%20b?x=1&x=2", data="hello", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.headers["x-own"], answer.cookies["a"]) == (201, "yes", "1")
    assert answer.json() == ["POST", "/a b", {"x": "1,2"}, "hello"]
    asked = {"origin": "https://app.example", "access-control-request-method": "POST"}
    assert ask("OPTIONS", headers=asked).headers["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in ask(headers={"origin": "https://other.example"}).headers
    with pytest.raises(ClientError, match="AWS_IAM of a function URL is not supported by Maquette"):
        functions.api.update_function_url_config(FunctionName="web", AuthType="AWS_IAM")
    functions.api.delete_function_url_config(FunctionName="web")
    assert ask().status_code == 403


# ── The model's own end ─────────────────────────────────────────────────────────────────────────────────────────────

SLEEPER = "import time\ndef handler(event, context):\n print('begun', flush=True)\n time.sleep(event)\n return event"


def test_a_killed_model_leaves_no_process_and_starts_again(model):
    functions = Functions(model)
    functions.create("sleeper", SLEEPER, Timeout=60)
    functions.ask("sleeper", 0)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(functions.invoke, "sleeper", 50)
        assert eventually(lambda: children(model.process.pid))
        family = descendants(model.process.pid)
        model.kill()
        assert sleeping.exception() is not None
    assert eventually(lambda: not alive(family), seconds=1), alive(family)
    mounts = pathlib.Path("/proc/self/mountinfo").read_text()
    assert str(model.data) not in mounts
    model.start()
    functions.api = model.client("lambda", read_timeout=60)
    assert functions.ask("sleeper", 0) == 0


def test_what_a_function_said_is_in_its_log_when_the_model_stops(model):
    functions = Functions(model)
    functions.create("sleeper", SLEEPER, Timeout=60)
    functions.ask("sleeper", 0)
    family = descendants(model.process.pid)
    model.stop()
    assert eventually(lambda: not alive(family), seconds=1)
    model.start()
    functions.logs = model.client("logs")
    assert [line for line in functions.log("sleeper") if line.startswith("REPORT")]


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:
            pass
    return found


def descendants(pid):
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


def alive(pids):
    """Those that still run; what only waits to be buried by somebody else is dead."""

    def state(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "X"

    return [pid for pid in pids if state(pid) not in "XZ"]


# ── An ordinary user ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_runs_functions_too():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maquette-user-"))
    binary = folder / "maquette"
    shutil.copy(BINARY, binary)
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    os.chown(data, 1000, 1000)
    command = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", binary, "--data", data, "start", "--port", "0"]
    environment = {"HOME": str(data), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        url = process.stdout.readline().split()[1]
        model = Model.__new__(Model)
        model.url = url
        functions = Functions(model)
        functions.create("python", "import os\ndef handler(e, c): return [e, os.path.exists('/etc/shadow'), os.getuid() > 1000]")
        assert functions.ask("python", 1) == [1, False, True]
        bootstrap = "#!/usr/bin/python3\n" + OWN_RUNTIME
        functions.create("own", zipped(bootstrap=bootstrap), "provided.al2023")
        assert functions.ask("own", 2) == 2
        functions.create("mischief", MISCHIEF, Timeout=2)
        assert functions.fail("mischief", "eat")[0]["errorType"] == "Runtime.OutOfMemory"
        assert functions.ask("mischief", 3) == 3
        family = descendants(process.pid)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert eventually(lambda: not alive(family), seconds=1)
    shutil.rmtree(folder)


OWN_RUNTIME = """
import http.client, os
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
while True:
    api.request('GET', '/2018-06-01/runtime/invocation/next')
    answer = api.getresponse()
    body, id = answer.read(), answer.headers['Lambda-Runtime-Aws-Request-Id']
    api.request('POST', f'/2018-06-01/runtime/invocation/{id}/response', body)
    api.getresponse().read()
"""


# ── Templates ───────────────────────────────────────────────────────────────────────────────────────────────────────

TEMPLATE = """
Parameters: {Memory: {Type: Number, Default: 256}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
  Maker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Timeout: 30
      MemorySize: !Ref Memory
      Code:
        ZipFile: |
          import cfnresponse
          def handler(event, context): return cfnresponse.SUCCESS
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Maker}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Maker, FunctionVersion: !GetAtt Version.Version, Name: live}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Maker.Arn, AuthType: NONE, Cors: {AllowOrigins: ['*']}}
  Tries:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Maker, Qualifier: $LATEST, MaximumRetryAttempts: 1}
Outputs:
  Live: {Value: !Ref Live}
  Url: {Value: !GetAtt Url.FunctionUrl}
"""


def test_a_template_makes_functions_and_all_that_belongs_to_them(functions):
    cfn = functions.model.client("cloudformation")

    def settle(change, wanted, memory):
        parameters = [{"ParameterKey": "Memory", "ParameterValue": memory}]
        change(StackName="lambdas", TemplateBody=TEMPLATE, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
        get = lambda: cfn.describe_stacks(StackName="lambdas")["Stacks"][0]
        eventually(lambda: not get()["StackStatus"].endswith("_IN_PROGRESS"), seconds=60)
        stack = get()
        events = cfn.describe_stack_events(StackName="lambdas")["StackEvents"]
        assert stack["StackStatus"] == wanted, [(e["LogicalResourceId"], e.get("ResourceStatusReason")) for e in events]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    made = settle(cfn.create_stack, "CREATE_COMPLETE", "256")
    assert functions.ask(made["Live"]) == "SUCCESS"
    assert made["Url"].endswith(".lambda-url.us-east-1.on.aws/")
    name = made["Live"].split(":")[6]
    before = functions.api.get_function_configuration(FunctionName=name)
    settle(cfn.update_stack, "UPDATE_COMPLETE", "512")
    after = functions.api.get_function_configuration(FunctionName=name)
    assert (before["MemorySize"], after["MemorySize"], after["CodeSha256"]) == (256, 512, before["CodeSha256"])
    assert functions.api.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"] == 1
    cfn.delete_stack(StackName="lambdas")
    stacks = lambda: cfn.list_stacks(StackStatusFilter=["DELETE_IN_PROGRESS", "UPDATE_COMPLETE"])["StackSummaries"]
    assert eventually(lambda: not stacks(), seconds=60)
    with pytest.raises(functions.api.exceptions.ResourceNotFoundException):
        functions.invoke(name)
