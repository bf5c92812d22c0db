//! What stands beside a function: its URLs, and how asynchronous invocations are tried.

use super::World;
use api_lambda::{
    CreateAlias, CreateAliasRequest, CreateFunctionUrlConfig, CreateFunctionUrlConfigRequest,
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigRequest, DeleteFunctionUrlConfig,
    DeleteFunctionUrlConfigRequest, FunctionUrlAuthType, GetFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigRequest, GetFunctionUrlConfig, GetFunctionUrlConfigRequest, InvokeMode,
    ListFunctionEventInvokeConfigs, ListFunctionEventInvokeConfigsRequest, ListFunctionUrlConfigs,
    ListFunctionUrlConfigsRequest, PutFunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest, Runtime,
    UpdateFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigRequest, UpdateFunctionUrlConfig,
    UpdateFunctionUrlConfigRequest,
};

fn url(qualifier: Option<&str>) -> CreateFunctionUrlConfigRequest {
    CreateFunctionUrlConfigRequest {
        function_name: "web".into(),
        qualifier: qualifier.map(str::to_owned),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_function_and_its_aliases_have_one_url_each() {
    let Some(world) = World::open() else { return };
    world.create("web", Runtime::Python312, &[("index.py", "")]).await;
    let made = world.ask::<CreateFunctionUrlConfig>(url(None)).await.unwrap();
    assert!(made.function_url.ends_with(".lambda-url.us-east-1.on.aws/"), "{}", made.function_url);
    let twice = world.ask::<CreateFunctionUrlConfig>(url(None)).await.unwrap_err();
    assert_eq!(twice.code, "ResourceConflictException");
    let nowhere = world.ask::<CreateFunctionUrlConfig>(url(Some("live"))).await.unwrap_err();
    assert_eq!(nowhere.code, "ResourceNotFoundException");
    let alias = CreateAliasRequest {
        function_name: "web".into(),
        name: "live".into(),
        function_version: "$LATEST".into(),
        ..Default::default()
    };
    world.ask::<CreateAlias>(alias).await.unwrap();
    let other = world.ask::<CreateFunctionUrlConfig>(url(Some("live"))).await.unwrap();
    assert!(other.function_arn.ends_with(":function:web:live") && other.function_url != made.function_url);
    let list = ListFunctionUrlConfigsRequest { function_name: "web".into(), ..Default::default() };
    assert_eq!(world.ask::<ListFunctionUrlConfigs>(list).await.unwrap().function_url_configs.len(), 2);
    let delete = DeleteFunctionUrlConfigRequest { function_name: "web".into(), ..Default::default() };
    world.ask::<DeleteFunctionUrlConfig>(delete).await.unwrap();
    let get = GetFunctionUrlConfigRequest { function_name: "web".into(), ..Default::default() };
    let gone = world.ask::<GetFunctionUrlConfig>(get).await.unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_url_that_cannot_be_served_is_refused_by_name() {
    let Some(world) = World::open() else { return };
    world.create("web", Runtime::Python312, &[("index.py", "")]).await;
    let signed = CreateFunctionUrlConfigRequest { auth_type: FunctionUrlAuthType::AwsIam, ..url(None) };
    let refused = world.ask::<CreateFunctionUrlConfig>(signed).await.unwrap_err();
    assert_eq!(refused.message, "AuthType AWS_IAM of a function URL is not supported by Maquette.");
    world.ask::<CreateFunctionUrlConfig>(url(None)).await.unwrap();
    let streamed = UpdateFunctionUrlConfigRequest {
        function_name: "web".into(),
        invoke_mode: Some(InvokeMode::ResponseStream),
        ..Default::default()
    };
    let refused = world.ask::<UpdateFunctionUrlConfig>(streamed).await.unwrap_err();
    assert_eq!(refused.message, "InvokeMode RESPONSE_STREAM of a function URL is not supported by Maquette.");
}

#[tokio::test]
async fn how_asynchronous_invocations_are_tried_is_put_changed_and_deleted() {
    let Some(world) = World::open() else { return };
    world.create("web", Runtime::Python312, &[("index.py", "")]).await;
    let nothing = PutFunctionEventInvokeConfigRequest { function_name: "web".into(), ..Default::default() };
    let refused = world.ask::<PutFunctionEventInvokeConfig>(nothing.clone()).await.unwrap_err();
    assert_eq!(refused.code, "InvalidParameterValueException");
    let put = PutFunctionEventInvokeConfigRequest { maximum_retry_attempts: Some(1), ..nothing };
    let made = world.ask::<PutFunctionEventInvokeConfig>(put).await.unwrap();
    assert!(made.function_arn.unwrap().ends_with(":function:web:$LATEST"));
    let update = UpdateFunctionEventInvokeConfigRequest {
        function_name: "web".into(),
        maximum_event_age_in_seconds: Some(60),
        ..Default::default()
    };
    let changed = world.ask::<UpdateFunctionEventInvokeConfig>(update).await.unwrap();
    assert_eq!((changed.maximum_retry_attempts, changed.maximum_event_age_in_seconds), (Some(1), Some(60)));
    let list = ListFunctionEventInvokeConfigsRequest { function_name: "web".into(), ..Default::default() };
    let listed = world.ask::<ListFunctionEventInvokeConfigs>(list).await.unwrap();
    assert_eq!(listed.function_event_invoke_configs.unwrap().len(), 1);
    let delete =
        DeleteFunctionEventInvokeConfigRequest { function_name: "web".into(), qualifier: Some("$LATEST".into()) };
    world.ask::<DeleteFunctionEventInvokeConfig>(delete).await.unwrap();
    let get = GetFunctionEventInvokeConfigRequest { function_name: "web".into(), ..Default::default() };
    let gone = world.ask::<GetFunctionEventInvokeConfig>(get).await.unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}
