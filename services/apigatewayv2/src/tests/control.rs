//! What clients of the control plane see.

use super::world::World;
use crate::api;
use shape::{Kind, Schema};

fn names(schema: &'static Schema) -> Vec<&'static str> {
    let Kind::Structure { members, .. } = &schema.kind else { panic!("a structure") };
    members.iter().map(|member| member.name).collect()
}

#[test]
fn answers_of_one_thing_have_the_same_members() {
    use api::shapes as s;
    let families: [&[&'static Schema]; 6] = [
        &[&s::Api, &s::CreateApiResponse, &s::GetApiResponse, &s::UpdateApiResponse],
        &[&s::Route, &s::CreateRouteResult, &s::GetRouteResult, &s::UpdateRouteResult],
        &[&s::Integration, &s::CreateIntegrationResult, &s::GetIntegrationResult, &s::UpdateIntegrationResult],
        &[&s::Authorizer, &s::CreateAuthorizerResponse, &s::GetAuthorizerResponse, &s::UpdateAuthorizerResponse],
        &[&s::Stage, &s::CreateStageResponse, &s::GetStageResponse, &s::UpdateStageResponse],
        &[&s::Deployment, &s::CreateDeploymentResponse, &s::GetDeploymentResponse, &s::UpdateDeploymentResponse],
    ];
    for family in families {
        for one in family {
            assert_eq!(names(one), names(family[0]));
        }
    }
}

#[tokio::test]
async fn a_new_api_says_all_its_defaults() {
    let world = World::new();
    let id = world.api(&[]).await;
    let api = world.model.ask::<api::GetApi>(api::GetApiRequest { api_id: id.clone() }).await.unwrap();
    assert_eq!(id.len(), 10);
    assert_eq!(api.api_endpoint.unwrap(), format!("https://{id}.execute-api.us-east-1.amazonaws.com"));
    assert_eq!(api.route_selection_expression.as_deref(), Some("$request.method $request.path"));
    assert_eq!(api.api_key_selection_expression.as_deref(), Some("$request.header.x-api-key"));
    assert_eq!(api.disable_execute_api_endpoint, Some(false));
}

#[tokio::test]
async fn an_api_takes_its_parts_with_it() {
    let world = World::new();
    let id = world.api(&["GET /"]).await;
    world.model.ask::<api::DeleteApi>(api::DeleteApiRequest { api_id: id.clone() }).await.unwrap();
    let input = api::GetRoutesRequest { api_id: id.clone(), ..Default::default() };
    let gone = world.model.ask::<api::GetRoutes>(input).await.unwrap_err();
    assert_eq!(gone.to_string(), format!("NotFoundException: Invalid API identifier specified 000000000000:{id}"));
    assert_eq!(world.get(&id, "/").await.status, 404);
}

#[tokio::test]
async fn a_route_change_is_not_live_until_it_is_deployed() {
    let world = World::new();
    let id = world.api(&[]).await;
    let stage = api::UpdateStageRequest {
        api_id: id.clone(),
        stage_name: "$default".into(),
        auto_deploy: Some(false),
        ..Default::default()
    };
    world.model.ask::<api::UpdateStage>(stage).await.unwrap();
    let deploy = || api::CreateDeploymentRequest {
        api_id: id.clone(),
        stage_name: Some("$default".into()),
        ..Default::default()
    };
    let empty = world.model.ask::<api::CreateDeployment>(deploy()).await.unwrap_err();
    assert_eq!(empty.message, "Unable to deploy API because no routes exist in this API");
    let integration = world.integration(&id, "2.0").await;
    world.route(&id, "GET /", &integration).await;
    assert_eq!(world.get(&id, "/").await.status, 404);
    world.model.ask::<api::CreateDeployment>(deploy()).await.unwrap();
    assert_eq!(world.get(&id, "/").await.status, 200);
}

#[tokio::test]
async fn two_routes_cannot_have_one_key() {
    let world = World::new();
    let id = world.api(&["GET /a/{b}"]).await;
    let input = api::CreateRouteRequest { api_id: id.clone(), route_key: "GET /a/{b}".into(), ..Default::default() };
    let refused = world.model.ask::<api::CreateRoute>(input).await.unwrap_err();
    assert_eq!(refused.to_string(), "ConflictException: Route with key GET /a/{b} already exists for this API");
    let input = api::CreateRouteRequest { api_id: id, route_key: "FETCH /a".into(), ..Default::default() };
    assert_eq!(world.model.ask::<api::CreateRoute>(input).await.unwrap_err().code, "BadRequestException");
}

#[tokio::test]
async fn a_part_in_use_cannot_be_deleted() {
    let world = World::new();
    let id = world.api(&["GET /"]).await;
    let input = api::GetIntegrationsRequest { api_id: id.clone(), ..Default::default() };
    let integrations = world.model.ask::<api::GetIntegrations>(input).await.unwrap().items.unwrap();
    assert_eq!(integrations[0].integration_method.as_deref(), Some("POST"));
    assert_eq!(integrations[0].timeout_in_millis, Some(30_000));
    let integration_id = integrations[0].integration_id.clone().unwrap();
    let input = api::DeleteIntegrationRequest { api_id: id, integration_id };
    assert_eq!(world.model.ask::<api::DeleteIntegration>(input).await.unwrap_err().code, "ConflictException");
}

#[tokio::test]
async fn quick_create_makes_a_whole_api() {
    let world = World::new();
    let input = api::CreateApiRequest {
        name: "quick".into(),
        protocol_type: api::ProtocolType::Http,
        target: Some(super::world::FUNCTION.into()),
        ..Default::default()
    };
    let id = world.model.ask::<api::CreateApi>(input).await.unwrap().api_id.unwrap();
    assert_eq!(world.get(&id, "/anything").await.body, "hello");
    let input = api::GetStageRequest { api_id: id, stage_name: "$default".into() };
    let stage = world.model.ask::<api::GetStage>(input).await.unwrap();
    assert_eq!((stage.api_gateway_managed, stage.auto_deploy), (Some(true), Some(true)));
}

#[tokio::test]
async fn tags_come_and_go_by_arn() {
    let world = World::new();
    let id = world.api(&[]).await;
    for arn in [
        format!("arn:aws:apigateway:us-east-1::/apis/{id}"),
        format!("arn:aws:apigateway:us-east-1::/apis/{id}/stages/$default"),
    ] {
        let tags = Some([("team".to_owned(), "blue".to_owned())].into());
        let input = api::TagResourceRequest { resource_arn: arn.clone(), tags };
        world.model.ask::<api::TagResource>(input).await.unwrap();
        let found = world.model.ask::<api::GetTags>(api::GetTagsRequest { resource_arn: arn.clone() }).await.unwrap();
        assert_eq!(found.tags.unwrap()["team"], "blue");
        let input = api::UntagResourceRequest { resource_arn: arn.clone(), tag_keys: vec!["team".into()] };
        world.model.ask::<api::UntagResource>(input).await.unwrap();
        let found = world.model.ask::<api::GetTags>(api::GetTagsRequest { resource_arn: arn }).await.unwrap();
        assert!(found.tags.unwrap().is_empty());
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let world = World::new();
    let id = world.api(&["GET /a", "GET /b", "GET /c"]).await;
    let mut token = None;
    let mut keys = Vec::new();
    loop {
        let input = api::GetRoutesRequest { api_id: id.clone(), max_results: Some("2".into()), next_token: token };
        let page = world.model.ask::<api::GetRoutes>(input).await.unwrap();
        keys.extend(page.items.unwrap().into_iter().map(|route| route.route_key));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    keys.sort();
    assert_eq!(keys, ["GET /a", "GET /b", "GET /c"]);
}

#[tokio::test]
async fn who_has_no_grant_is_told_the_path() {
    let world = World::new();
    let input = api::GetApiRequest { api_id: "a1b2c3d4e5".into() };
    let refused = world.model.cloud.call::<api::GetApi>(&world.model.user("eve"), input).await.unwrap_err();
    let expected =
        "not authorized to perform: apigateway:GET on resource: arn:aws:apigateway:us-east-1::/apis/a1b2c3d4e5";
    assert!(refused.message.contains(expected), "{refused}");
}
