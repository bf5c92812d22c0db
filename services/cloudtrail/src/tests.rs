use api_cloudtrail::{
    DescribeTrails, Event, GetTrailStatus, GetTrailStatusRequest, LookupAttribute, LookupAttributeKey, LookupEvents,
    LookupEventsRequest,
};
use api_ssm::{
    AddTagsToResource, AddTagsToResourceRequest, GetParameterHistory, GetParameterHistoryRequest, ParameterType,
    PutParameter, PutParameterRequest, ResourceTypeForTagging, Tag,
};
use serde_json::Value as Json;
use testkit::{Model, START};

async fn put(model: &Model, name: &str) {
    let type_ = Some(ParameterType::String);
    let input = PutParameterRequest { name: name.into(), value: "v".into(), type_, ..Default::default() };
    model.ask::<PutParameter>(input).await.unwrap();
    tag(model, name).await;
    model.clock.advance_millis(1000);
}

/// Writes its record with itself, and with it what was recorded without waiting.
async fn tag(model: &Model, name: &str) {
    let tags = vec![Tag { key: "k".into(), value: "v".into() }];
    let input =
        AddTagsToResourceRequest { resource_type: ResourceTypeForTagging::Parameter, resource_id: name.into(), tags };
    model.ask::<AddTagsToResource>(input).await.unwrap();
}

async fn look(model: &Model, input: LookupEventsRequest) -> (Vec<Event>, Option<String>) {
    let found = model.ask::<LookupEvents>(input).await.unwrap();
    (found.events.unwrap(), found.next_token)
}

fn by(attribute_key: LookupAttributeKey, value: &str) -> LookupEventsRequest {
    let attribute = LookupAttribute { attribute_key, attribute_value: value.into() };
    LookupEventsRequest { lookup_attributes: Some(vec![attribute]), ..Default::default() }
}

async fn model() -> Model {
    let model = Model::new(vec![crate::service(), ssm::service()]);
    for name in ["/a", "/b", "/c"] {
        put(&model, name).await;
    }
    model
}

#[tokio::test]
async fn the_history_shows_calls_newest_first_in_pages() {
    let model = model().await;
    let names = |events: &[Event]| -> Vec<String> {
        let name = |event: &Event| event.resources.as_ref().unwrap()[0].resource_name.clone().unwrap();
        events.iter().map(name).collect()
    };
    let first = LookupEventsRequest { max_results: Some(2), ..by(LookupAttributeKey::EventName, "AddTagsToResource") };
    let (events, next_token) = look(&model, first.clone()).await;
    assert_eq!(names(&events), ["c", "b"]);
    let (events, next_token) = look(&model, LookupEventsRequest { next_token, ..first }).await;
    assert_eq!((names(&events), next_token), (vec!["a".to_owned()], None));
    let within = LookupEventsRequest {
        start_time: Some(START.plus_millis(500)),
        end_time: Some(START.plus_millis(1500)),
        ..by(LookupAttributeKey::ResourceType, "AWS::SSM::Parameter")
    };
    assert_eq!(names(&look(&model, within).await.0), ["b", "b"]);
    assert_eq!(look(&model, by(LookupAttributeKey::ResourceName, "b")).await.0.len(), 2);
    assert!(look(&model, by(LookupAttributeKey::Username, "root")).await.0.len() >= 6);
}

#[tokio::test]
async fn a_record_reads_as_cloudtrail_writes_it() {
    let model = model().await;
    let (events, _) = look(&model, by(LookupAttributeKey::ResourceName, "a")).await;
    let record: Json = serde_json::from_str(events[1].cloud_trail_event.as_ref().unwrap()).unwrap();
    assert_eq!(record["eventVersion"], "1.11");
    assert_eq!(record["userIdentity"]["type"], "Root");
    assert_eq!(record["eventSource"], "ssm.amazonaws.com");
    assert_eq!(record["eventTime"], "2026-01-01T00:00:00Z");
    assert_eq!(record["requestParameters"]["name"], "/a");
    assert_eq!(record["requestParameters"]["value"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!((&record["readOnly"], &record["eventCategory"]), (&Json::from(false), &Json::from("Management")));
    let input = GetParameterHistoryRequest { name: "/none".into(), ..Default::default() };
    model.ask::<GetParameterHistory>(input).await.unwrap_err();
    tag(&model, "/a").await;
    let (events, _) = look(&model, by(LookupAttributeKey::EventName, "GetParameterHistory")).await;
    let record: Json = serde_json::from_str(events[0].cloud_trail_event.as_ref().unwrap()).unwrap();
    assert_eq!(record["errorCode"], "ParameterNotFound");
}

#[tokio::test]
async fn there_are_no_trails() {
    let model = model().await;
    assert_eq!(model.ask::<DescribeTrails>(Default::default()).await.unwrap().trail_list, Some(Vec::new()));
    let refused = model.ask::<GetTrailStatus>(GetTrailStatusRequest { name: "mine".into() }).await.unwrap_err();
    assert_eq!(refused.code, "TrailNotFoundException");
}
