use api_logs::{
    CreateLogGroup, CreateLogGroupRequest, CreateLogStream, CreateLogStreamRequest, DescribeLogGroups,
    DescribeLogStreams, DescribeLogStreamsRequest, FilterLogEvents, FilterLogEventsRequest, GetLogEvents,
    GetLogEventsRequest, GetLogEventsResponse, InputLogEvent, ListTagsForResource, ListTagsForResourceRequest, OrderBy,
    PutLogEvents, PutLogEventsRequest, PutLogEventsResponse, PutRetentionPolicy, PutRetentionPolicyRequest,
    TagResource, TagResourceRequest,
};
use kernel::{Outcome, Reconciler};
use serde_json::json;
use testkit::{Model, START};

async fn model() -> Model {
    let model = Model::new(vec![crate::service()]);
    let input = CreateLogGroupRequest { log_group_name: "app".into(), ..Default::default() };
    model.ask::<CreateLogGroup>(input).await.unwrap();
    for name in ["one", "two"] {
        stream(&model, name).await.unwrap();
    }
    model
}

async fn stream(model: &Model, name: &str) -> Outcome<()> {
    let input = CreateLogStreamRequest { log_group_name: "app".into(), log_stream_name: name.into() };
    model.ask::<CreateLogStream>(input).await.map(drop)
}

async fn put(model: &Model, stream: &str, events: &[(i64, &str)]) -> Outcome<PutLogEventsResponse> {
    let now = model.clock.now().millis();
    let events = events.iter().map(|(at, message)| InputLogEvent { timestamp: now + at, message: (*message).into() });
    let input = PutLogEventsRequest {
        log_group_name: "app".into(),
        log_stream_name: stream.into(),
        log_events: events.collect(),
    };
    model.ask::<PutLogEvents>(input).await
}

fn get() -> GetLogEventsRequest {
    GetLogEventsRequest {
        log_group_name: Some("app".into()),
        log_stream_name: "one".into(),
        limit: Some(2),
        ..Default::default()
    }
}

fn messages(answer: &GetLogEventsResponse) -> Vec<&str> {
    answer.events.iter().flatten().filter_map(|event| event.message.as_deref()).collect()
}

#[tokio::test]
async fn a_stream_is_read_in_pages_from_either_end() {
    let model = model().await;
    put(&model, "one", &[(-3, "a"), (-2, "b"), (-2, "c"), (-1, "d")]).await.unwrap();
    let head = model.ask::<GetLogEvents>(GetLogEventsRequest { start_from_head: Some(true), ..get() }).await.unwrap();
    assert_eq!(messages(&head), ["a", "b"]);
    let next_token = head.next_forward_token.clone();
    let next = model.ask::<GetLogEvents>(GetLogEventsRequest { next_token, ..get() }).await.unwrap();
    assert_eq!(messages(&next), ["c", "d"]);
    let next_token = next.next_forward_token.clone();
    let end = model.ask::<GetLogEvents>(GetLogEventsRequest { next_token, ..get() }).await.unwrap();
    assert_eq!(
        (messages(&end), &end.next_forward_token),
        (vec![], &next.next_forward_token),
        "the same token: the end"
    );
    let tail = model.ask::<GetLogEvents>(get()).await.unwrap();
    assert_eq!(messages(&tail), ["c", "d"]);
    let next_token = tail.next_backward_token.clone();
    let before = model.ask::<GetLogEvents>(GetLogEventsRequest { next_token, ..get() }).await.unwrap();
    assert_eq!(messages(&before), ["a", "b"]);
    let refused = GetLogEventsRequest { next_token: Some("f/x/s".into()), ..get() };
    assert_eq!(model.ask::<GetLogEvents>(refused).await.unwrap_err().code, "InvalidParameterException");
}

#[tokio::test]
async fn a_search_merges_streams_by_time_and_goes_on_where_it_stopped() {
    let model = model().await;
    put(&model, "one", &[(-9, "x 1"), (-5, "x 3"), (-5, "y")]).await.unwrap();
    put(&model, "two", &[(-7, "x 2"), (-1, "x 4")]).await.unwrap();
    let ask = |next_token| FilterLogEventsRequest {
        log_group_name: Some("app".into()),
        filter_pattern: Some("x".into()),
        limit: Some(3),
        next_token,
        ..Default::default()
    };
    let first = model.ask::<FilterLogEvents>(ask(None)).await.unwrap();
    let rest = model.ask::<FilterLogEvents>(ask(first.next_token)).await.unwrap();
    let all = first.events.into_iter().flatten().chain(rest.events.into_iter().flatten());
    assert_eq!(all.filter_map(|event| event.message).collect::<Vec<_>>(), ["x 1", "x 2", "x 3", "x 4"]);
    assert_eq!(rest.next_token, None);
}

#[tokio::test]
async fn a_batch_out_of_order_is_refused_and_events_out_of_time_are_rejected() {
    let model = model().await;
    let refused = put(&model, "one", &[(0, "late"), (-1, "early")]).await.unwrap_err();
    assert_eq!(refused.message, "Log events in a single PutLogEvents request must be in chronological order.");
    let hour = 3_600_000;
    let answer = put(&model, "one", &[(-1, "now"), (3 * hour, "future")]).await.unwrap();
    assert_eq!(answer.rejected_log_events_info.unwrap().too_new_log_event_start_index, Some(1));
    let answer = put(&model, "two", &[(-15 * 24 * hour, "past")]).await.unwrap();
    assert_eq!(answer.rejected_log_events_info.unwrap().too_old_log_event_end_index, Some(1));
    let refused = put(&model, "three", &[(0, "x")]).await.unwrap_err();
    assert_eq!(refused.to_string(), "ResourceNotFoundException: The specified log stream does not exist.");
}

#[tokio::test]
async fn streams_are_listed_by_their_last_event() {
    let model = model().await;
    put(&model, "one", &[(0, "x")]).await.unwrap();
    let ask = DescribeLogStreamsRequest {
        log_group_name: Some("app".into()),
        order_by: Some(OrderBy::LastEventTime),
        descending: Some(true),
        limit: Some(1),
        ..Default::default()
    };
    let first = model.ask::<DescribeLogStreams>(ask.clone()).await.unwrap();
    assert_eq!(first.log_streams.unwrap()[0].log_stream_name.as_deref(), Some("one"));
    let next = DescribeLogStreamsRequest { next_token: first.next_token, ..ask };
    let next = model.ask::<DescribeLogStreams>(next).await.unwrap();
    assert_eq!(next.log_streams.unwrap()[0].log_stream_name.as_deref(), Some("two"));
    assert_eq!(next.next_token, None);
}

#[tokio::test]
async fn events_end_when_their_retention_does() {
    let model = model().await;
    put(&model, "one", &[(0, "old")]).await.unwrap();
    let keep = |retention_in_days| PutRetentionPolicyRequest { log_group_name: "app".into(), retention_in_days };
    let refused = model.ask::<PutRetentionPolicy>(keep(2)).await.unwrap_err();
    assert!(refused.message.starts_with("1 validation error detected: Value '2' at 'retentionInDays'"), "{refused}");
    model.ask::<PutRetentionPolicy>(keep(1)).await.unwrap();
    model.clock.advance_millis(2 * 86_400_000);
    put(&model, "one", &[(0, "new")]).await.unwrap();
    assert_eq!(messages(&model.ask::<GetLogEvents>(get()).await.unwrap()), ["new"], "at once for readers");
    crate::reconcile::TrimEvents.pass(&model.cloud).await.unwrap();
    let groups = model.ask::<DescribeLogGroups>(Default::default()).await.unwrap().log_groups.unwrap();
    assert_eq!(groups[0].stored_bytes, Some(29), "and from the disk when the reconciler came by");
    assert!(groups[0].creation_time == Some(START.millis()) && groups[0].arn.as_ref().unwrap().ends_with("app:*"));
}

#[tokio::test]
async fn who_has_no_grant_learns_which_stream_it_was() {
    let model = model().await;
    let input = CreateLogStreamRequest { log_group_name: "app".into(), log_stream_name: "s".into() };
    let refused = model.cloud.call::<CreateLogStream>(&model.user("eve"), input).await.unwrap_err();
    assert!(refused.message.contains("on resource: arn:aws:logs:us-east-1:000000000000:log-group:app:log-stream:s"));
}

#[tokio::test]
async fn tags_are_kept_under_the_arn_without_the_star() {
    let model = model().await;
    let resource_arn = "arn:aws:logs:us-east-1:000000000000:log-group:app".to_owned();
    let tags = [("team".to_owned(), "red".to_owned())].into();
    model.ask::<TagResource>(TagResourceRequest { resource_arn: resource_arn.clone(), tags }).await.unwrap();
    let found = model.ask::<ListTagsForResource>(ListTagsForResourceRequest { resource_arn }).await.unwrap();
    assert_eq!(found.tags.unwrap()["team"], "red");
}

#[tokio::test]
async fn a_template_makes_changes_and_deletes_a_group() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::Logs::LogGroup");
    let old = json!({"LogGroupName": "/aws/lambda/f", "RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "b"}]});
    let id = resource.create(old.clone()).await.unwrap();
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*";
    assert_eq!(resource.attributes(&id, old.clone()).await.unwrap()["Arn"], arn);
    let new = json!({"LogGroupName": "/aws/lambda/f"});
    resource.update(&id, old, new.clone()).await.unwrap();
    let groups = model.ask::<DescribeLogGroups>(Default::default()).await.unwrap().log_groups.unwrap();
    assert_eq!(groups[0].retention_in_days, None);
    let stream = model.resource("AWS::Logs::LogStream");
    let properties = json!({"LogGroupName": "/aws/lambda/f", "LogStreamName": "s"});
    let name = stream.create(properties.clone()).await.unwrap();
    stream.delete(&name, properties).await.unwrap();
    for _ in 0..2 {
        resource.delete(&id, new.clone()).await.unwrap();
    }
}
