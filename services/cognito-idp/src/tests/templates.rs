//! The CloudFormation types.

use super::*;
use serde_json::json;

#[tokio::test]
async fn a_template_makes_a_pool_with_everything_in_it() {
    let model = model().await;
    let pools = model.resource("AWS::Cognito::UserPool");
    let properties = json!({
        "UserPoolName": "people", "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "Policies": {"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": true}},
        "Schema": [{"Name": "name", "Required": true, "Mutable": true, "AttributeDataType": "String"}],
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailSubject": "Hello"},
        "UserPoolTags": {"team": "one"},
    });
    let pool = pools.create(properties.clone()).await.unwrap();
    let attributes = pools.attributes(&pool, properties.clone()).await.unwrap();
    assert_eq!(attributes["ProviderName"], format!("cognito-idp.us-east-1.amazonaws.com/{pool}"));
    assert_eq!(attributes["Arn"], format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}"));
    let clients = model.resource("AWS::Cognito::UserPoolClient");
    let client_properties = json!({
        "UserPoolId": pool, "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"], "TokenValidityUnits": {"AccessToken": "minutes"},
        "AccessTokenValidity": 30,
    });
    let client = clients.create(client_properties.clone()).await.unwrap();
    let told = clients.attributes(&client, client_properties.clone()).await.unwrap();
    assert_eq!(told["ClientId"], client);
    assert_eq!(told["ClientSecret"].as_str().map(str::len), Some(51));
    let domains = model.resource("AWS::Cognito::UserPoolDomain");
    let domain_properties = json!({"UserPoolId": pool, "Domain": "people-1"});
    let domain = domains.create(domain_properties.clone()).await.unwrap();
    assert_eq!(domain, "people-1");
    let shown = domains.attributes(&domain, domain_properties.clone()).await.unwrap();
    assert!(shown["CloudFrontDistribution"].as_str().unwrap().ends_with(".cloudfront.net"));
    for (kind, properties) in [
        ("UserPoolGroup", json!({"UserPoolId": pool, "GroupName": "admins", "Precedence": 1})),
        ("UserPoolUser", json!({"UserPoolId": pool, "Username": "joe@example.com", "MessageAction": "SUPPRESS"})),
        (
            "UserPoolUserToGroupAttachment",
            json!({"UserPoolId": pool, "GroupName": "admins", "Username": "joe@example.com"}),
        ),
        (
            "UserPoolResourceServer",
            json!({"UserPoolId": pool, "Identifier": "api", "Name": "api", "Scopes": [{"ScopeName": "read", "ScopeDescription": "Read"}]}),
        ),
    ] {
        let resource = model.resource(&format!("AWS::Cognito::{kind}"));
        let id = resource.create(properties.clone()).await.unwrap_or_else(|why| panic!("{kind}: {why}"));
        resource.delete(&id, properties.clone()).await.unwrap_or_else(|why| panic!("{kind}: {why}"));
        if kind == "UserPoolUser" || kind == "UserPoolGroup" {
            resource.create(properties).await.unwrap();
        }
    }
    let mut renamed = properties.clone();
    renamed["UserPoolName"] = json!("persons");
    pools.update(&pool, properties.clone(), renamed.clone()).await.unwrap();
    let found = model.ask::<DescribeUserPool>(DescribeUserPoolRequest { user_pool_id: pool.clone() }).await.unwrap();
    let found = found.user_pool.unwrap();
    assert_eq!((found.name.as_deref(), found.user_pool_tags.unwrap()["team"].as_str()), (Some("persons"), "one"));
    domains.delete(&domain, domain_properties).await.unwrap();
    clients.delete(&client, client_properties).await.unwrap();
    pools.delete(&pool, renamed.clone()).await.unwrap();
    pools.delete(&pool, renamed).await.unwrap();
}
