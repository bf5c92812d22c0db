"""IAM and STS as boto3 uses them, and what they let others do."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from conftest import eventually

ACCOUNT = "000000000000"
LIST = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal, **more):
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more})


def refused(call, **input):
    with pytest.raises(ClientError) as error:
        call(**input)
    return error.value.response["Error"]


@pytest.fixture
def iam(shared):
    return shared.client("iam")


@pytest.fixture
def name():
    return f"n{uuid.uuid4().hex[:12]}"


class User:
    """A user with a key."""

    def __init__(self, model, iam, name):
        self.model, self.name = model, name
        self.arn = iam.create_user(UserName=name)["User"]["Arn"]
        self.key = iam.create_access_key(UserName=name)["AccessKey"]

    def client(self, service):
        return self.model.client(service, key=self.key["AccessKeyId"], secret=self.key["SecretAccessKey"])


@pytest.fixture
def user(shared, iam, name):
    return User(shared, iam, name)


def session(model, service, answer):
    found = answer["Credentials"]
    return model.client(service, found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def test_a_user_may_do_nothing_until_a_policy_allows_it(shared, iam, user):
    s3 = user.client("s3")
    error = refused(s3.list_buckets)
    assert error["Code"] == "AccessDenied"
    assert user.arn in error["Message"] and "s3:ListAllMyBuckets" in error["Message"]
    error = refused(user.client("iam").get_user, UserName="somebody")
    assert f"arn:aws:iam::{ACCOUNT}:user/somebody" in error["Message"]
    iam.put_user_policy(UserName=user.name, PolicyName="list", PolicyDocument=document(LIST))
    s3.list_buckets()


def test_an_explicit_denial_outweighs_what_is_allowed_and_is_explained(shared, iam, user):
    iam.put_user_policy(UserName=user.name, PolicyName="list", PolicyDocument=document(LIST))
    denial = {**LIST, "Effect": "Deny", "Sid": "NotThese"}
    arn = iam.create_policy(PolicyName=f"deny-{user.name}", PolicyDocument=document(denial))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    error = refused(user.client("s3").list_buckets)
    assert "with an explicit deny" in error["Message"]
    said = f"denied by statement NotThese of identity-based policy {arn}"
    # The trail is written behind the answer.
    assert eventually(lambda: said in shared.run("explain", "denied").stdout)
    iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    user.client("s3").list_buckets()


def test_a_boundary_limits_what_policies_allow(iam, user):
    iam.put_user_policy(UserName=user.name, PolicyName="all", PolicyDocument=document({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    boundary = iam.create_policy(PolicyName=f"bound-{user.name}", PolicyDocument=document(LIST))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    user.client("s3").list_buckets()
    assert refused(user.client("iam").list_users)["Code"] == "AccessDenied"
    iam.delete_user_permissions_boundary(UserName=user.name)
    user.client("iam").list_users()


def test_a_role_is_assumed_by_whom_it_trusts(shared, iam, user):
    role = iam.create_role(RoleName=f"role-{user.name}", AssumeRolePolicyDocument=trust("*", Condition={"StringEquals": {"sts:ExternalId": "42"}}))["Role"]
    iam.update_assume_role_policy(
        RoleName=role["RoleName"],
        PolicyDocument=trust(user.arn, Condition={"StringEquals": {"sts:ExternalId": "42"}}),
    )
    sts = user.client("sts")
    wanted = {"RoleArn": role["Arn"], "RoleSessionName": "here"}
    error = refused(sts.assume_role, **wanted)
    assert error["Code"] == "AccessDenied" and role["Arn"] in error["Message"]
    assumed = sts.assume_role(**wanted, ExternalId="42")
    who = session(shared, "sts", assumed).get_caller_identity()["Arn"]
    assert who == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role['RoleName']}/here"
    assert refused(session(shared, "s3", assumed).list_buckets)["Code"] == "AccessDenied"
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="list", PolicyDocument=document(LIST))
    session(shared, "s3", assumed).list_buckets()


def test_a_session_policy_takes_away_and_gives_nothing(shared, iam, user):
    role = iam.create_role(RoleName=f"role-{user.name}", AssumeRolePolicyDocument=trust(user.arn))["Role"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="list", PolicyDocument=document(LIST))
    wanted = {"RoleArn": role["Arn"], "RoleSessionName": "less"}
    policy = document({"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
    less = user.client("sts").assume_role(**wanted, Policy=policy)
    assert refused(session(shared, "s3", less).list_buckets)["Code"] == "AccessDenied"
    assert refused(session(shared, "iam", less).list_users)["Code"] == "AccessDenied"


def test_a_wrong_key_a_wrong_secret_and_a_dead_key_are_told_apart(shared, iam, user):
    assert refused(shared.client("sts", key="AKIAUNKNOWN").get_caller_identity)["Code"] == "InvalidClientTokenId"
    wrong = shared.client("sts", key=user.key["AccessKeyId"], secret="wrong")
    assert refused(wrong.get_caller_identity)["Code"] == "SignatureDoesNotMatch"
    iam.update_access_key(UserName=user.name, AccessKeyId=user.key["AccessKeyId"], Status="Inactive")
    assert refused(user.client("sts").get_caller_identity)["Code"] == "InvalidClientTokenId"


def test_a_user_goes_only_when_nothing_hangs_on_it(iam, user):
    assert refused(iam.create_user, UserName=user.name)["Code"] == "EntityAlreadyExists"
    assert refused(iam.delete_user, UserName=user.name)["Code"] == "DeleteConflict"
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.key["AccessKeyId"])
    iam.delete_user(UserName=user.name)
    assert refused(iam.get_user, UserName=user.name)["Code"] == "NoSuchEntity"


def test_groups_hand_their_policies_to_their_members(iam, user):
    group = f"group-{user.name}"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    user.client("s3").list_buckets()
    assert [one["GroupName"] for one in iam.list_groups_for_user(UserName=user.name)["Groups"]] == [group]
    assert refused(iam.delete_group, GroupName=group)["Code"] == "DeleteConflict"


def test_versions_of_a_policy_come_and_go(iam, name):
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document(LIST))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document({**LIST, "Effect": "Deny"}), SetAsDefault=True)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"]["Statement"][0]["Effect"] == "Deny"
    assert refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v2")["Code"] == "DeleteConflict"
    assert refused(iam.create_policy, PolicyName=f"{name}2", PolicyDocument="{}")["Code"] == "MalformedPolicyDocument"


def test_a_simulation_answers_as_a_call_would(iam, user):
    iam.put_user_policy(UserName=user.name, PolicyName="list", PolicyDocument=document(LIST))
    answer = iam.simulate_principal_policy(PolicySourceArn=user.arn, ActionNames=["s3:ListAllMyBuckets", "iam:ListUsers"])
    decisions = {one["EvalActionName"]: one["EvalDecision"] for one in answer["EvaluationResults"]}
    assert decisions == {"s3:ListAllMyBuckets": "allowed", "iam:ListUsers": "implicitDeny"}


def test_all_of_an_account_comes_in_pages(iam, user):
    iam.create_role(RoleName=f"role-{user.name}", AssumeRolePolicyDocument=trust(user.arn))
    for operation, key in [("list_users", "Users"), ("list_roles", "Roles"), ("list_policies", "Policies")]:
        pages = iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2})
        paged = [one["Arn"] for page in pages for one in page[key]]
        assert len(paged) == len(set(paged)) and paged
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2})
    details = {one["Arn"]: one for page in pages for one in page["UserDetailList"] + page["RoleDetailList"]}
    assert details[user.arn]["UserName"] == user.name
    assert details[f"arn:aws:iam::{ACCOUNT}:role/role-{user.name}"]["AttachedManagedPolicies"] == []
