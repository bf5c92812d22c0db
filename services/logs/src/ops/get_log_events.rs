use crate::{
    Logs,
    events::{self, PAGE_BYTES, PAGE_EVENTS, Place, Token},
    state::{self, EVENT_OVERHEAD_BYTES, Event, GroupName},
};
use api_logs::{GetLogEvents, GetLogEventsRequest, GetLogEventsResponse, OutputLogEvent};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use std::ops::Bound;

fn named(call: &Call, input: &GetLogEventsRequest) -> Outcome<GroupName> {
    GroupName::of(call, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())
}

impl Read<GetLogEvents> for Logs {
    fn access(call: &Call, input: &GetLogEventsRequest) -> Access {
        let group = named(call, input);
        group.map_or_else(|_| Access::any(), |group| Access::to(group.resource(&input.log_stream_name)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetLogEventsRequest) -> Outcome<GetLogEventsResponse> {
        let name = named(call, &input)?;
        let tx = tx.peek(&name.scope);
        let group = state::group(&tx, &name.name)?;
        state::stream(&tx, &name.name, &input.log_stream_name)?;
        let token = input.next_token.as_deref().map(Token::parse).transpose()?;
        let start = input.start_time.unwrap_or(0).max(group.expiry(call.now));
        let end = input.end_time.unwrap_or(i64::MAX);
        let first = Place { time: start, number: 0 };
        let behind = Place { time: end, number: 0 };
        let (from, order) = match token {
            Some(Token::After(place)) if place >= first => (Bound::Excluded(place), Order::Forward),
            Some(Token::Before(place)) => (Bound::Excluded(place.min(behind)), Order::Backward),
            None if input.start_from_head != Some(true) => (Bound::Excluded(behind), Order::Backward),
            Some(Token::After(_)) | None => (Bound::Included(first), Order::Forward),
        };
        let limit = input.limit.map_or(PAGE_EVENTS, |limit| limit.unsigned_abs() as usize);
        let (mut page, mut bytes) = (Vec::new(), 0);
        for row in events::scan(&tx, &name.name, &input.log_stream_name, from, order) {
            let (place, event) = row?;
            bytes += event.message.len() + EVENT_OVERHEAD_BYTES;
            let is_full = page.len() == limit || (bytes > PAGE_BYTES && !page.is_empty());
            if is_full || place < first || place >= behind {
                break;
            }
            page.push((place, event));
        }
        if order == Order::Backward {
            page.reverse();
        }
        Ok(answer(page, token, if order == Order::Forward { first } else { behind }))
    }
}

/// AWS: at the end of a stream the token that was sent comes back, so that a caller sees that there is no more.
fn answer(page: Vec<(Place, Event)>, sent: Option<Token>, asked: Place) -> GetLogEventsResponse {
    let here = match sent {
        Some(Token::After(place) | Token::Before(place)) => place,
        None => asked,
    };
    let last = page.last().map_or(here, |(place, _)| *place);
    let first = page.first().map_or(here, |(place, _)| *place);
    let events = page.into_iter().map(|(place, event)| OutputLogEvent {
        timestamp: Some(place.time),
        message: Some(event.message),
        ingestion_time: Some(event.ingested.millis()),
    });
    GetLogEventsResponse {
        events: Some(events.collect()),
        next_forward_token: Some(Token::After(last).to_string()),
        next_backward_token: Some(Token::Before(first).to_string()),
    }
}
