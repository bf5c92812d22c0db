//! CloudFormation types.

use super::*;
use kernel::Updated;
use serde_json::json;

fn trust() -> serde_json::Value {
    serde_json::from_str(TRUST_LAMBDA).unwrap()
}

fn allow(action: &str) -> serde_json::Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

async fn inline_of(model: &Model, role: &str) -> Vec<String> {
    let input = ListRolePoliciesRequest { role_name: role.into(), ..Default::default() };
    model.ask::<ListRolePolicies>(input).await.unwrap().policy_names
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted_with_its_policies() {
    let model = model();
    let resource = model.resource("AWS::IAM::Role");
    let lambda = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let old = json!({
        "AssumeRolePolicyDocument": trust(),
        "ManagedPolicyArns": [lambda],
        "Policies": [
            {"PolicyName": "a", "PolicyDocument": allow("s3:*")},
            {"PolicyName": "b", "PolicyDocument": allow("sqs:*")},
        ],
        "Tags": [{"Key": "team", "Value": "red"}],
    });
    let id = resource.create(old.clone()).await.unwrap();
    assert_eq!(id, "stack-Thing-ABCDEFABCDEF");
    let attributes = resource.attributes(&id, old.clone()).await.unwrap();
    assert_eq!(attributes["Arn"], format!("arn:aws:iam::000000000000:role/{id}"));
    assert_eq!(inline_of(&model, &id).await, ["a", "b"]);
    let new = json!({
        "AssumeRolePolicyDocument": trust(),
        "Policies": [{"PolicyName": "b", "PolicyDocument": allow("sns:*")}],
        "MaxSessionDuration": 7200,
    });
    assert_eq!(resource.update(&id, old, new.clone()).await.unwrap(), Updated::InPlace);
    assert_eq!(inline_of(&model, &id).await, ["b"]);
    let role = model.ask::<GetRole>(GetRoleRequest { role_name: id.clone() }).await.unwrap().role;
    assert_eq!((role.max_session_duration, role.tags), (Some(7200), None));
    let input = ListAttachedRolePoliciesRequest { role_name: id.clone(), ..Default::default() };
    let attached = model.ask::<ListAttachedRolePolicies>(input).await.unwrap();
    assert_eq!(attached.attached_policies, Some(Vec::new()));
    for _ in 0..2 {
        resource.delete(&id, new.clone()).await.unwrap();
    }
}

#[tokio::test]
async fn a_role_that_fails_half_way_leaves_nothing() {
    let model = model();
    let resource = model.resource("AWS::IAM::Role");
    let properties = json!({
        "RoleName": "todo",
        "AssumeRolePolicyDocument": trust(),
        "Policies": [{"PolicyName": "a", "PolicyDocument": allow("s3:*")}],
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
    });
    assert_eq!(resource.create(properties).await.unwrap_err().code, "NoSuchEntity");
    let found = model.ask::<GetRole>(GetRoleRequest { role_name: "todo".into() }).await;
    assert_eq!(found.unwrap_err().code, "NoSuchEntity");
}

#[tokio::test]
async fn a_policy_moves_from_role_to_role() {
    let model = model();
    make_role(&model, "one", TRUST_LAMBDA).await;
    make_role(&model, "two", TRUST_LAMBDA).await;
    let resource = model.resource("AWS::IAM::Policy");
    let on = |role: &str| json!({"PolicyName": "p", "PolicyDocument": allow("s3:*"), "Roles": [role]});
    let id = resource.create(on("one")).await.unwrap();
    resource.update(&id, on("one"), on("two")).await.unwrap();
    assert!(inline_of(&model, "one").await.is_empty());
    assert_eq!(inline_of(&model, "two").await, ["p"]);
    resource.delete(&id, on("two")).await.unwrap();
    assert!(inline_of(&model, "two").await.is_empty());
}

#[tokio::test]
async fn a_managed_policy_gets_a_version_per_change() {
    let model = model();
    make_role(&model, "one", TRUST_LAMBDA).await;
    let resource = model.resource("AWS::IAM::ManagedPolicy");
    let saying = |action: &str| json!({"ManagedPolicyName": "p", "PolicyDocument": allow(action), "Roles": ["one"]});
    let id = resource.create(saying("s3:Put0")).await.unwrap();
    assert_eq!(id, "arn:aws:iam::000000000000:policy/p");
    for at in 0..7 {
        let (old, new) = (saying(&format!("s3:Put{at}")), saying(&format!("s3:Put{}", at + 1)));
        resource.update(&id, old, new).await.unwrap();
    }
    let attributes = resource.attributes(&id, saying("s3:Put7")).await.unwrap();
    assert_eq!((&attributes["DefaultVersionId"], &attributes["AttachmentCount"]), (&json!("v8"), &json!(1)));
    resource.delete(&id, saying("s3:Put7")).await.unwrap();
    resource.delete(&id, saying("s3:Put7")).await.unwrap();
}

#[tokio::test]
async fn a_user_with_group_and_key() {
    let model = model();
    let group = model.resource("AWS::IAM::Group");
    let group_properties =
        json!({"GroupName": "g", "Policies": [{"PolicyName": "p", "PolicyDocument": allow("iam:ListUsers")}]});
    group.create(group_properties).await.unwrap();
    let user = model.resource("AWS::IAM::User");
    let user_properties = json!({"UserName": "u", "Groups": ["g"]});
    user.create(user_properties.clone()).await.unwrap();
    let key = model.resource("AWS::IAM::AccessKey");
    let key_properties = json!({"UserName": "u"});
    let id = key.create(key_properties.clone()).await.unwrap();
    let secret = key.attributes(&id, key_properties.clone()).await.unwrap()["SecretAccessKey"].clone();
    assert_eq!(secret, model.cloud.find_key(&id).unwrap().unwrap().secret);
    let call = signed_by(&model, &id);
    model.cloud.call::<ListUsers>(&call, ListUsersRequest::default()).await.unwrap();
    key.delete(&id, key_properties).await.unwrap();
    user.delete("u", user_properties).await.unwrap();
}

#[tokio::test]
async fn an_instance_profile_a_provider_and_a_services_role() {
    let model = model();
    make_role(&model, "one", TRUST_LAMBDA).await;
    let profile = model.resource("AWS::IAM::InstanceProfile");
    let id = profile.create(json!({"Roles": ["one"]})).await.unwrap();
    let arn = profile.attributes(&id, json!({"Roles": ["one"]})).await.unwrap()["Arn"].clone();
    assert_eq!(arn, format!("arn:aws:iam::000000000000:instance-profile/{id}"));
    let refused = model.ask::<DeleteRole>(DeleteRoleRequest { role_name: "one".into() }).await.unwrap_err();
    assert_eq!(refused.code, "DeleteConflict");
    profile.delete(&id, json!({"Roles": ["one"]})).await.unwrap();

    let provider = model.resource("AWS::IAM::OIDCProvider");
    let old = json!({"Url": "https://token.example.com", "ClientIdList": ["a"]});
    let new = json!({"Url": "https://token.example.com", "ClientIdList": ["b"]});
    let id = provider.create(old.clone()).await.unwrap();
    assert_eq!(id, "arn:aws:iam::000000000000:oidc-provider/token.example.com");
    provider.update(&id, old, new.clone()).await.unwrap();
    let input = GetOpenIDConnectProviderRequest { open_id_connect_provider_arn: id.clone() };
    let found = model.ask::<GetOpenIDConnectProvider>(input).await.unwrap();
    assert_eq!(found.client_id_list, Some(vec!["b".to_owned()]));
    provider.delete(&id, new).await.unwrap();

    let linked = model.resource("AWS::IAM::ServiceLinkedRole");
    let properties = json!({"AWSServiceName": "ecs.amazonaws.com"});
    let id = linked.create(properties.clone()).await.unwrap();
    assert_eq!(id, "AWSServiceRoleForECS");
    let refused = model.ask::<DeleteRole>(DeleteRoleRequest { role_name: id.clone() }).await.unwrap_err();
    assert_eq!(refused.code, "UnmodifiableEntity");
    linked.delete(&id, properties).await.unwrap();
}
