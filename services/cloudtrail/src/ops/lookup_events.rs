use crate::{CloudTrail, event};
use api_cloudtrail::{
    self as api, LookupAttribute, LookupAttributeKey, LookupEvents, LookupEventsRequest, LookupEventsResponse, errors,
};
use base::Timestamp;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kernel::{
    Access, Call, Order, Outcome, Read, Tx,
    audit::{EVENTS, Event},
};
use std::ops::Bound;

/// AWS: also the most.
const PAGE: usize = 50;

/// Where the next page begins: behind this event.
fn token(event: &Event) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{} {}", event.time.millis(), event.event_id))
}

fn read_token(token: &str) -> Outcome<(Timestamp, String)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = text.as_deref().and_then(|text| text.split_once(' '));
    let read = parts.and_then(|(millis, id)| Some((Timestamp::from_millis(millis.parse().ok()?), id.to_owned())));
    read.ok_or_else(|| errors::invalid_next_token_exception("The NextToken is not valid."))
}

fn fits(event: &Event, attribute: &LookupAttribute) -> bool {
    let value = attribute.attribute_value.as_str();
    match attribute.attribute_key {
        LookupAttributeKey::EventId => event.event_id == value,
        LookupAttributeKey::EventName => event.name == value,
        LookupAttributeKey::ReadOnly => event.is_read_only.to_string() == value,
        LookupAttributeKey::Username => event::username(event) == Some(value),
        LookupAttributeKey::EventSource => event.source == value,
        LookupAttributeKey::AccessKeyId => event.access_key_id == value,
        LookupAttributeKey::ResourceName => {
            event.resources.iter().any(|arn| arn == value || event::resource(arn).1 == value)
        }
        LookupAttributeKey::ResourceType => event.resources.iter().any(|arn| event::resource(arn).0 == Some(value)),
    }
}

fn shape(event: &Event) -> api::Event {
    let resources = event.resources.iter().map(|arn| {
        let (kind, name) = event::resource(arn);
        api::Resource { resource_type: kind.map(Into::into), resource_name: Some(name.into()) }
    });
    api::Event {
        event_id: Some(event.event_id.clone()),
        event_name: Some(event.name.clone()),
        read_only: Some(event.is_read_only.to_string()),
        access_key_id: Some(event.access_key_id.clone()).filter(|id| !id.is_empty()),
        event_time: Some(event.time),
        event_source: Some(event.source.clone()),
        username: event::username(event).map(Into::into),
        resources: Some(resources.collect()),
        cloud_trail_event: Some(event::record(event)),
    }
}

impl Read<LookupEvents> for CloudTrail {
    fn access(_: &Call, _: &LookupEventsRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, _: &Call, input: LookupEventsRequest) -> Outcome<LookupEventsResponse> {
        let attributes = input.lookup_attributes.unwrap_or_default();
        if attributes.len() > 1 {
            return Err(errors::invalid_lookup_attributes_exception("You can specify only one lookup attribute."));
        }
        if input.start_time.zip(input.end_time).is_some_and(|(start, end)| start > end) {
            return Err(errors::invalid_time_range_exception("The start time is later than the end time."));
        }
        // Keys are times and ids: what bears the end's own time is still within it.
        let from = match (&input.next_token, input.end_time) {
            (Some(token), _) => Bound::Excluded(read_token(token)?),
            (None, Some(end)) => Bound::Excluded((end.plus_millis(1), String::new())),
            (None, None) => Bound::Unbounded,
        };
        let most = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
        let mut found: Vec<Event> = Vec::new();
        let mut next_token = None;
        for row in tx.scan_from(&EVENTS, (), from, Order::Backward) {
            let (_, event) = row?;
            if input.start_time.is_some_and(|start| event.time < start) {
                break;
            }
            if !attributes.iter().all(|attribute| fits(&event, attribute)) {
                continue;
            }
            if found.len() == most {
                next_token = found.last().map(token);
                break;
            }
            found.push(event);
        }
        Ok(LookupEventsResponse { events: Some(found.iter().map(shape).collect()), next_token })
    }
}
