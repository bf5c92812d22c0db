"""Stacks, by boto3 and by the command line: what a template that nobody here wrote can do, and how it fails."""

import json
import urllib.request

import botocore.exceptions
import pytest
from conftest import eventually

TRUSTS_LAMBDA = """
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
"""
PARAMETER = "{Type: AWS::SSM::Parameter, Properties: {Name: %s, Type: String, Value: %s}}"


def settled(stacks, name):
    """The stack, once nothing is done to it any more."""

    def look():
        stack = stacks.describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    return eventually(look, 60)


def create(stacks, name, body, **more):
    made = stacks.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"], **more)
    return settled(stacks, made["StackId"])


def update(stacks, name, body, **more):
    stacks.update_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"], **more)
    return settled(stacks, name)


def refused(call):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call()
    return error.value.response["Error"]["Message"]


def reasons(stacks, name):
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return {
        event["LogicalResourceId"]: event["ResourceStatusReason"]
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
    }


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def names(model):
    return {parameter["Name"] for parameter in model.client("ssm").describe_parameters()["Parameters"]}


def test_a_failed_create_leaves_nothing_but_its_story(model):
    stacks = model.client("cloudformation")
    model.client("ssm").put_parameter(Name="/taken", Value="mine", Type="String")
    body = f"""
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
  First: {PARAMETER % ("/first", "!GetAtt Table.Arn")}
  Second: {PARAMETER % ("/taken", "!Ref First")}
"""
    stack = create(stacks, "failing", body)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "already exists" in reasons(stacks, "failing")["Second"]
    assert names(model) == {"/taken"}
    assert model.client("dynamodb").list_tables()["TableNames"] == []
    message = refused(lambda: stacks.update_stack(StackName="failing", TemplateBody=body))
    assert message.endswith("is in ROLLBACK_COMPLETE state and can not be updated.")


def test_a_failed_update_is_taken_back(model):
    stacks, ssm = model.client("cloudformation"), model.client("ssm")
    ssm.put_parameter(Name="/taken", Value="mine", Type="String")
    before = f"Resources: {{A: {PARAMETER % ('/a', 'one')}}}"
    assert create(stacks, "changing", before)["StackStatus"] == "CREATE_COMPLETE"
    after = f"""
Resources:
  A: {PARAMETER % ("/a", "two")}
  B: {PARAMETER % ("/b", "!GetAtt A.Value")}
  C: {PARAMETER % ("/taken", "!Ref B")}
"""
    assert update(stacks, "changing", after)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "one"
    assert names(model) == {"/a", "/taken"}
    assert refused(lambda: update(stacks, "changing", before)) == "No updates are to be performed."


def test_a_template_is_refused_before_its_first_step(shared):
    stacks = shared.client("cloudformation")
    cases = {
        "{A: {Type: AWS::SNS::Topic}, B: {Type: AWS::SQS::Queue}, C: {Type: AWS::SSM::Parameter, Properties: "
        "{Type: String, Value: x, Policies: '[]'}}}": "Maquette does not support: AWS::SNS::Topic (A), "
        "AWS::SQS::Queue (B), property Policies of AWS::SSM::Parameter (C)",
        "{A: {Type: AWS::SNS::Tropic}}": "Template format error: Unrecognized resource types: [AWS::SNS::Tropic]",
        "{A: {Type: AWS::S3::Bucket, DependsOn: B}, B: {Type: AWS::S3::Bucket, DependsOn: A}}": (
            "Circular dependency between resources: [A, B]"
        ),
        "{A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Nobody}}}": (
            "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template"
        ),
        "{A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Join [a]}}}": (
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
            "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
        ),
    }
    for resources, message in cases.items():
        assert refused(lambda: stacks.create_stack(StackName="no", TemplateBody=f"Resources: {resources}")) == message
    assert refused(lambda: stacks.describe_stacks(StackName="no")) == "Stack with id no does not exist"


def test_a_stack_is_finished_after_a_kill(model):
    tables = "".join(
        f"""
  T{n}:
    Type: AWS::DynamoDB::Table
    {"" if n == 0 else f"DependsOn: T{n - 1}"}
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]"""
        for n in range(25)
    )
    model.client("cloudformation").create_stack(StackName="killed", TemplateBody=f"Resources:{tables}")
    model.kill()
    model.start()
    stacks = model.client("cloudformation")
    assert settled(stacks, "killed")["StackStatus"] == "CREATE_COMPLETE"
    made = model.client("dynamodb").list_tables()["TableNames"]
    assert len(made) == 25
    stacks.delete_stack(StackName="killed")
    eventually(lambda: model.client("dynamodb").list_tables()["TableNames"] == [])


FUNCTION = (
    TRUSTS_LAMBDA
    + """
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          import cfnresponse
          def handler(event, context):
              given = event['ResourceProperties']
              is_bad = given['Name'] == 'bad' and event['RequestType'] != 'Delete'
              status = cfnresponse.FAILED if is_bad else cfnresponse.SUCCESS
              data = {'Was': event.get('PhysicalResourceId', 'nothing'), 'Count': given['Count']}
              cfnresponse.send(event, context, status, data, 'it-is-' + given['Name'], reason='that is bad')
"""
)


def custom(name):
    return f"""
Resources:{FUNCTION}
  Thing: {{Type: Custom::Thing, Properties: {{ServiceToken: !GetAtt Function.Arn, Name: {name}, Count: 3}}}}
Outputs:
  Id: {{Value: !Ref Thing}}
  Was: {{Value: !GetAtt Thing.Was}}
  Count: {{Value: !GetAtt Thing.Count}}
"""


def test_a_custom_resource_is_what_its_function_says(model):
    stacks = model.client("cloudformation")
    assert outputs(create(stacks, "custom", custom("one"))) == {"Id": "it-is-one", "Was": "nothing", "Count": "3"}
    assert outputs(update(stacks, "custom", custom("two"))) == {"Id": "it-is-two", "Was": "it-is-one", "Count": "3"}
    events = stacks.describe_stack_events(StackName="custom")["StackEvents"]
    gone = [event["PhysicalResourceId"] for event in events if event["ResourceStatus"] == "DELETE_COMPLETE"]
    assert gone == ["it-is-one"]
    failed = update(stacks, "custom", custom("bad"))
    assert (failed["StackStatus"], outputs(failed)["Id"]) == ("UPDATE_ROLLBACK_COMPLETE", "it-is-two")
    reason = reasons(stacks, "custom")["Thing"]
    assert reason.startswith("Received response status [FAILED] from custom resource. Message returned: that is bad")
    id = failed["StackId"]
    stacks.delete_stack(StackName="custom")
    assert settled(stacks, id)["StackStatus"] == "DELETE_COMPLETE"


def test_a_wait_condition_waits_for_its_signals(shared):
    stacks = shared.client("cloudformation")
    body = """
Resources:
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  Wait: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Handle, Timeout: '600', Count: 2}}
Outputs: {Said: {Value: !GetAtt Wait.Data}}
"""
    stacks.create_stack(StackName="waiting", TemplateBody=body)

    def resource(logical_id):
        found = stacks.describe_stack_resources(StackName="waiting")["StackResources"]
        return next((one for one in found if one["LogicalResourceId"] == logical_id), {})

    eventually(lambda: resource("Wait").get("PhysicalResourceId"))
    address = resource("Handle")["PhysicalResourceId"]
    host, path = address.removeprefix("https://").split("/", 1)
    for who in ("a", "a", "b"):
        signal = json.dumps({"Status": "SUCCESS", "UniqueId": who, "Data": f"from {who}", "Reason": "done"})
        request = urllib.request.Request(f"{shared.url}/{path}", signal.encode(), {"Host": host}, method="PUT")
        assert urllib.request.urlopen(request).status == 200
        assert who == "b" or settled_status(stacks, "waiting") == "CREATE_IN_PROGRESS"
    assert json.loads(outputs(settled(stacks, "waiting"))["Said"]) == {"a": "from a", "b": "from b"}


def settled_status(stacks, name):
    return stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def test_a_nested_stack_follows_the_outer_one(model):
    stacks, s3 = model.client("cloudformation"), model.client("s3")
    s3.create_bucket(Bucket="templates")
    inner = f"""
Parameters: {{Name: {{Type: String}}}}
Resources: {{P: {PARAMETER % ("!Ref Name", "x")}}}
Outputs: {{Made: {{Value: !Ref P}}}}
"""
    s3.put_object(Bucket="templates", Key="inner.yaml", Body=inner.encode())

    def outer(name):
        return f"""
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: https://templates.s3.amazonaws.com/inner.yaml, Parameters: {{Name: {name}}}}}
Outputs: {{Made: {{Value: !GetAtt Inner.Outputs.Made}}}}
"""

    stack = create(stacks, "outer", outer("/one"))
    assert outputs(stack) == {"Made": "/one"}
    nested = next(one for one in stacks.describe_stacks()["Stacks"] if one.get("ParentId"))
    assert (nested["ParentId"], nested["RootId"]) == (stack["StackId"], stack["StackId"])
    assert outputs(update(stacks, "outer", outer("/two"))) == {"Made": "/two"}
    model.client("ssm").put_parameter(Name="/taken", Value="mine", Type="String")
    assert update(stacks, "outer", outer("/taken"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "was not successfully updated" in reasons(stacks, "outer")["Inner"]
    assert names(model) == {"/two", "/taken"}
    stacks.delete_stack(StackName="outer")
    assert settled(stacks, stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert settled(stacks, nested["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_change_set_says_what_it_will_do_and_does_it(shared):
    stacks = shared.client("cloudformation")
    before = f"Resources: {{A: {PARAMETER % ('/set/a', 'one')}, B: {PARAMETER % ('/set/b', 'x')}}}"
    after = f"Resources: {{A: {PARAMETER % ('/set/c', 'one')}, C: {PARAMETER % ('/set/d', 'x')}}}"
    stacks.create_change_set(StackName="set", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=before)
    stacks.get_waiter("change_set_create_complete").wait(StackName="set", ChangeSetName="first")
    assert settled_status(stacks, "set") == "REVIEW_IN_PROGRESS"
    stacks.execute_change_set(StackName="set", ChangeSetName="first")
    assert settled(stacks, "set")["StackStatus"] == "CREATE_COMPLETE"
    stacks.create_change_set(StackName="set", ChangeSetName="second", TemplateBody=after)
    changes = stacks.describe_change_set(StackName="set", ChangeSetName="second")["Changes"]
    said = {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in changes}
    assert {id: change["Action"] for id, change in said.items()} == {"A": "Modify", "B": "Remove", "C": "Add"}
    assert said["A"]["Replacement"] == "True"
    stacks.execute_change_set(StackName="set", ChangeSetName="second")
    assert settled(stacks, "set")["StackStatus"] == "UPDATE_COMPLETE"
    assert {name for name in names(shared) if name.startswith("/set/")} == {"/set/c", "/set/d"}
    stacks.create_change_set(StackName="set", ChangeSetName="same", TemplateBody=after)
    same = stacks.describe_change_set(StackName="set", ChangeSetName="same")
    assert same["Status"] == "FAILED"
    assert same["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_the_command_line_packages_code_and_nested_templates(model, tmp_path):
    model.client("s3").create_bucket(Bucket="packages")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/app.py").write_text("def handler(event, context):\n    return 'packaged'\n")
    (tmp_path / "inner.yaml").write_text(f"Resources: {{P: {PARAMETER % ('/inner', 'x')}}}\n")
    (tmp_path / "outer.yaml").write_text(f"""
Resources:{TRUSTS_LAMBDA}
  Function:
    Type: AWS::Lambda::Function
    Properties: {{Code: ./code, Handler: app.handler, Runtime: python3.12, Role: !GetAtt Role.Arn}}
  Inner: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ./inner.yaml}}}}
Outputs: {{Function: {{Value: !Ref Function}}}}
""")
    words = ("--template-file", str(tmp_path / "outer.yaml"), "--output-template-file", str(tmp_path / "out.yaml"))
    done = model.aws("cloudformation", "package", "--s3-bucket", "packages", *words, check=False)
    assert done.returncode == 0, done.stderr
    stack = create(model.client("cloudformation"), "packaged", (tmp_path / "out.yaml").read_text())
    answer = model.client("lambda").invoke(FunctionName=outputs(stack)["Function"])
    assert json.load(answer["Payload"]) == "packaged"
    assert names(model) == {"/inner"}


def test_the_command_line_deploys_and_waits(model, tmp_path):
    template = tmp_path / "stack.yaml"
    template.write_text(f"Parameters: {{V: {{Type: String}}}}\nResources: {{P: {PARAMETER % ('/cli', '!Ref V')}}}\n")
    words = ("deploy", "--template-file", str(template), "--stack-name", "cli", "--parameter-overrides", "V=one")
    # The command line looks every half minute only, so it is not asked to wait for what is not there yet.
    done = model.aws("cloudformation", *words, "--no-execute-changeset", check=False)
    assert done.returncode == 0, done.stderr
    stacks = model.client("cloudformation")
    (change_set,) = stacks.list_change_sets(StackName="cli")["Summaries"]
    model.aws("cloudformation", "execute-change-set", "--change-set-name", change_set["ChangeSetId"])
    id = settled(stacks, "cli")["StackId"]
    model.aws("cloudformation", "wait", "stack-create-complete", "--stack-name", "cli")
    assert model.client("ssm").get_parameter(Name="/cli")["Parameter"]["Value"] == "one"
    model.aws("cloudformation", "delete-stack", "--stack-name", "cli")
    assert settled(stacks, id)["StackStatus"] == "DELETE_COMPLETE"
    model.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "cli")
    assert names(model) == set()
