use api_ssm::{GetParameter, GetParameterRequest, ParameterType, PutParameter, PutParameterRequest};
use serde_json::json;
use testkit::Model;

fn put(value: &str) -> PutParameterRequest {
    PutParameterRequest {
        name: "/todo/url".into(),
        value: value.into(),
        type_: Some(ParameterType::String),
        ..Default::default()
    }
}

#[tokio::test]
async fn what_was_put_is_there_in_its_next_version() {
    let model = Model::new(vec![crate::service()]);
    model.ask::<PutParameter>(put("one")).await.unwrap();
    let refused = model.ask::<PutParameter>(put("two")).await.unwrap_err();
    assert_eq!(refused.code, "ParameterAlreadyExists");
    model.ask::<PutParameter>(PutParameterRequest { overwrite: Some(true), ..put("two") }).await.unwrap();
    let input = GetParameterRequest { name: "/todo/url".into(), ..Default::default() };
    let found = model.ask::<GetParameter>(input).await.unwrap().parameter.unwrap();
    assert_eq!((found.value.as_deref(), found.version), (Some("two"), Some(2)));
}

#[tokio::test]
async fn who_has_no_grant_is_stopped_before_the_handler() {
    let model = Model::new(vec![crate::service()]);
    let refused = model.cloud.call::<PutParameter>(&model.user("eve"), put("one")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "AccessDeniedException: User: arn:aws:iam::000000000000:user/eve is not authorized to perform: \
         ssm:PutParameter on resource: arn:aws:ssm:us-east-1:000000000000:parameter/todo/url because no \
         identity-based policy allows the ssm:PutParameter action"
    );
}

#[tokio::test]
async fn a_template_makes_a_parameter() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::SSM::Parameter");
    let properties = json!({"Type": "String", "Value": "https://…"});
    let id = resource.create(properties.clone()).await.unwrap();
    assert_eq!(id, "stack-Thing-ABCDEFABCDEF");
    assert_eq!(resource.attributes(&id, properties).await.unwrap()["Value"], "https://…");
}
