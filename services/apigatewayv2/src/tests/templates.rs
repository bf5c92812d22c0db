//! What templates make.

use super::world::{FUNCTION, World};
use serde_json::json;

#[tokio::test]
async fn a_template_makes_changes_and_deletes_a_whole_api() {
    let world = World::new();
    let resource = |kind: &str| world.model.resource(&format!("AWS::ApiGatewayV2::{kind}"));
    let api = json!({"Name": "todo", "ProtocolType": "HTTP", "CorsConfiguration": {"AllowOrigins": ["*"]}});
    let id = resource("Api").create(api.clone()).await.unwrap();
    let attributes = resource("Api").attributes(&id, api.clone()).await.unwrap();
    assert_eq!(attributes["ApiEndpoint"], format!("https://{id}.execute-api.us-east-1.amazonaws.com"));
    let integration = json!({
        "ApiId": id, "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION, "PayloadFormatVersion": "2.0",
        "RequestParameters": {"append:header.x-added": "$context.stage"},
    });
    let integration_id = resource("Integration").create(integration.clone()).await.unwrap();
    let route = json!({"ApiId": id, "RouteKey": "GET /a", "Target": format!("integrations/{integration_id}")});
    let route_id = resource("Route").create(route.clone()).await.unwrap();
    let stage = json!({
        "ApiId": id, "StageName": "$default", "AutoDeploy": true, "StageVariables": {"a": "1"},
        "DefaultRouteSettings": {"ThrottlingBurstLimit": "50", "ThrottlingRateLimit": 100},
    });
    assert_eq!(resource("Stage").create(stage.clone()).await.unwrap(), "$default");
    assert_eq!(
        world.send(&id, "GET", "/a", &[("Origin", "https://x")], "").await.header("access-control-allow-origin"),
        "*"
    );
    assert_eq!(world.event()["headers"]["x-added"], "$default");

    let mut changed = route.clone();
    changed["RouteKey"] = "GET /b".into();
    resource("Route").update(&route_id, route, changed.clone()).await.unwrap();
    assert_eq!((world.get(&id, "/a").await.status, world.get(&id, "/b").await.status), (404, 200));
    let mut plain = integration.clone();
    plain.as_object_mut().unwrap().remove("RequestParameters");
    resource("Integration").update(&integration_id, integration.clone(), plain.clone()).await.unwrap();
    world.get(&id, "/b").await;
    assert_eq!(world.event()["headers"].get("x-added"), None);
    let no_cors = json!({"Name": "todo", "ProtocolType": "HTTP"});
    resource("Api").update(&id, api, no_cors.clone()).await.unwrap();
    let answer = world.send(&id, "GET", "/b", &[("Origin", "https://x")], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let mut variables = stage.clone();
    variables["StageVariables"] = json!({"b": "2"});
    resource("Stage").update("$default", stage, variables.clone()).await.unwrap();
    world.get(&id, "/b").await;
    assert_eq!(world.event()["stageVariables"], json!({"b": "2"}));

    for _ in 0..2 {
        resource("Stage").delete("$default", variables.clone()).await.unwrap();
        resource("Route").delete(&route_id, changed.clone()).await.unwrap();
        resource("Integration").delete(&integration_id, plain.clone()).await.unwrap();
        resource("Api").delete(&id, no_cors.clone()).await.unwrap();
    }
}

#[tokio::test]
async fn a_template_deploys_by_hand() {
    let world = World::new();
    let id = world.api(&["GET /a"]).await;
    let deployment = world.model.resource("AWS::ApiGatewayV2::Deployment");
    let properties = json!({"ApiId": id, "Description": "first"});
    let deployment_id = deployment.create(properties.clone()).await.unwrap();
    assert_eq!(deployment.attributes(&deployment_id, properties).await.unwrap()["DeploymentId"], deployment_id);
    let stage = world.model.resource("AWS::ApiGatewayV2::Stage");
    stage.create(json!({"ApiId": id, "StageName": "prod", "DeploymentId": deployment_id})).await.unwrap();
    assert_eq!(world.get(&id, "/prod/a").await.status, 200);
}

#[test]
fn what_is_not_supported_is_named_before_anything_is_made() {
    let world = World::new();
    let api = world.model.resource("AWS::ApiGatewayV2::Api");
    assert!(!api.problems(&json!({"Name": "x", "ProtocolType": "HTTP", "Body": {"openapi": "3.0.1"}})).is_empty());
}
