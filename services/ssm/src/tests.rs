use api_ssm::{
    DeleteParameter, DeleteParameterRequest, DeleteParameters, DeleteParametersRequest, DescribeParameters,
    DescribeParametersRequest, GetParameter, GetParameterRequest, GetParameters, GetParametersByPath,
    GetParametersByPathRequest, GetParametersRequest, LabelParameterVersion, LabelParameterVersionRequest,
    ListTagsForResource, ListTagsForResourceRequest, ParameterStringFilter, ParameterType, PutParameter,
    PutParameterRequest, ResourceTypeForTagging, Tag,
};
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

fn named(name: &str, value: &str) -> PutParameterRequest {
    PutParameterRequest { name: name.into(), ..put(value) }
}

async fn value(model: &Model, name: &str, with_decryption: bool) -> String {
    let input = GetParameterRequest { name: name.into(), with_decryption: Some(with_decryption) };
    model.ask::<GetParameter>(input).await.unwrap().parameter.unwrap().value.unwrap()
}

#[tokio::test]
async fn a_secure_string_is_read_in_plain_only_by_who_asks_for_decryption() {
    let model = Model::new(vec![crate::service()]);
    let secret = PutParameterRequest { type_: Some(ParameterType::SecureString), ..named("/secret", "hush") };
    model.ask::<PutParameter>(secret).await.unwrap();
    assert_eq!(value(&model, "/secret", true).await, "hush");
    assert_ne!(value(&model, "/secret", false).await, "hush");
}

#[tokio::test]
async fn a_label_moves_and_names_a_version() {
    let model = Model::new(vec![crate::service()]);
    for (text, overwrite) in [("one", false), ("two", true)] {
        let input = PutParameterRequest { overwrite: Some(overwrite), ..named("/a", text) };
        model.ask::<PutParameter>(input).await.unwrap();
    }
    let label = |version| LabelParameterVersionRequest {
        name: "/a".into(),
        parameter_version: Some(version),
        labels: vec!["prod".into(), "1bad".into()],
    };
    model.ask::<LabelParameterVersion>(label(1)).await.unwrap();
    assert_eq!(value(&model, "/a:prod", false).await, "one");
    let moved = model.ask::<LabelParameterVersion>(label(2)).await.unwrap();
    assert_eq!(moved.invalid_labels, Some(vec!["1bad".to_owned()]));
    assert_eq!(
        (value(&model, "/a:prod", false).await, value(&model, "/a:1", false).await),
        ("two".into(), "one".into())
    );
    let arn = "arn:aws:ssm:us-east-1:000000000000:parameter/a";
    assert_eq!(value(&model, arn, false).await, "two");
    let input = GetParameterRequest { name: "/a:9".into(), ..Default::default() };
    assert_eq!(model.ask::<GetParameter>(input).await.unwrap_err().code, "ParameterVersionNotFound");
}

#[tokio::test]
async fn a_path_gives_what_is_below_it_in_pages() {
    let model = Model::new(vec![crate::service()]);
    for name in ["/app/a", "/app/b", "/app/c/d", "/apple"] {
        model.ask::<PutParameter>(named(name, "v")).await.unwrap();
    }
    let below = |recursive: bool| GetParametersByPathRequest {
        path: "/app".into(),
        recursive: Some(recursive),
        max_results: Some(2),
        ..Default::default()
    };
    let names = |found: Option<Vec<api_ssm::Parameter>>| -> Vec<_> {
        found.unwrap().into_iter().map(|parameter| parameter.name.unwrap()).collect()
    };
    let flat = model.ask::<GetParametersByPath>(below(false)).await.unwrap();
    assert_eq!((names(flat.parameters), flat.next_token), (vec!["/app/a".to_owned(), "/app/b".to_owned()], None));
    let first = model.ask::<GetParametersByPath>(below(true)).await.unwrap();
    let input = GetParametersByPathRequest { next_token: first.next_token, ..below(true) };
    let second = model.ask::<GetParametersByPath>(input).await.unwrap();
    assert_eq!((names(second.parameters), second.next_token), (vec!["/app/c/d".to_owned()], None));
}

#[tokio::test]
async fn several_are_read_and_deleted_by_name_and_the_unknown_ones_told() {
    let model = Model::new(vec![crate::service()]);
    model.ask::<PutParameter>(named("/a", "v")).await.unwrap();
    let names = vec!["/a".to_owned(), "/none".to_owned()];
    let found =
        model.ask::<GetParameters>(GetParametersRequest { names: names.clone(), with_decryption: None }).await.unwrap();
    assert_eq!((found.parameters.unwrap().len(), found.invalid_parameters.unwrap()), (1, vec!["/none".to_owned()]));
    let gone = model.ask::<DeleteParameters>(DeleteParametersRequest { names }).await.unwrap();
    assert_eq!(gone.deleted_parameters.unwrap(), ["/a"]);
    let refused = model.ask::<DeleteParameter>(DeleteParameterRequest { name: "/a".into() }).await.unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), ("ParameterNotFound", ""));
}

#[tokio::test]
async fn a_value_obeys_its_pattern_and_a_filter_finds_it_by_its_tags() {
    let model = Model::new(vec![crate::service()]);
    let tag = |value: &str| Tag { key: "env".into(), value: value.into() };
    let bad = PutParameterRequest { allowed_pattern: Some("[0-9]+".into()), ..named("/n", "a1") };
    assert_eq!(model.ask::<PutParameter>(bad.clone()).await.unwrap_err().code, "ParameterPatternMismatchException");
    let good = PutParameterRequest { value: "1".into(), tags: Some(vec![tag("prod")]), ..bad };
    model.ask::<PutParameter>(good).await.unwrap();
    model.ask::<PutParameter>(named("/m", "v")).await.unwrap();
    let filter = ParameterStringFilter { key: "tag:env".into(), option: None, values: Some(vec!["prod".into()]) };
    let input = DescribeParametersRequest { parameter_filters: Some(vec![filter]), ..Default::default() };
    let found = model.ask::<DescribeParameters>(input).await.unwrap().parameters.unwrap();
    assert_eq!(found.iter().map(|one| one.name.as_deref().unwrap()).collect::<Vec<_>>(), ["/n"]);
}

#[tokio::test]
async fn a_hundred_versions_are_kept() {
    let model = Model::new(vec![crate::service()]);
    for _ in 0..101 {
        let input = PutParameterRequest { overwrite: Some(true), ..named("/a", "v") };
        model.ask::<PutParameter>(input).await.unwrap();
    }
    let input = GetParameterRequest { name: "/a:1".into(), ..Default::default() };
    assert_eq!(model.ask::<GetParameter>(input).await.unwrap_err().code, "ParameterVersionNotFound");
    assert_eq!(value(&model, "/a:101", false).await, "v");
}

#[tokio::test]
async fn a_template_changes_and_unmakes_its_parameter() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::SSM::Parameter");
    let old = json!({"Name": "/t", "Type": "String", "Value": "one", "Tags": {"a": "1"}});
    let new = json!({"Name": "/t", "Type": "String", "Value": "two", "Tags": {"b": "2"}});
    let id = resource.create(old.clone()).await.unwrap();
    resource.update(&id, old, new.clone()).await.unwrap();
    assert_eq!(value(&model, "/t", false).await, "two");
    let input =
        ListTagsForResourceRequest { resource_type: ResourceTypeForTagging::Parameter, resource_id: id.clone() };
    let tags = model.ask::<ListTagsForResource>(input).await.unwrap().tag_list.unwrap();
    assert!(tags.iter().any(|tag| tag.key == "b") && tags.iter().all(|tag| tag.key != "a"));
    resource.delete(&id, new.clone()).await.unwrap();
    resource.delete(&id, new).await.unwrap();
}
