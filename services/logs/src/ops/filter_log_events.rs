use crate::{
    Logs,
    events::{self, PAGE_BYTES, PAGE_EVENTS, Place},
    pattern::Pattern,
    state::{self, EVENT_OVERHEAD_BYTES, Event, GroupName, STREAMS},
};
use api_logs::{FilterLogEvents, FilterLogEventsRequest, FilterLogEventsResponse, FilteredLogEvent, errors};
use base::Fault;
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
    ops::Bound,
};

/// One answer looks at no more events than this; AWS, too, answers early with a token.
const MOST_LOOKED_AT: usize = 100_000;

fn named(call: &Call, input: &FilterLogEventsRequest) -> Outcome<GroupName> {
    GroupName::of(call, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())
}

impl Read<FilterLogEvents> for Logs {
    fn access(call: &Call, input: &FilterLogEventsRequest) -> Access {
        named(call, input).map_or_else(|_| Access::any(), |group| Access::to(group.resource("")))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: FilterLogEventsRequest) -> Outcome<FilterLogEventsResponse> {
        let name = named(call, &input)?;
        let tx = tx.peek(&name.scope);
        let group = state::group(&tx, &name.name)?;
        let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default())
            .map_err(errors::invalid_parameter_exception)?;
        let start = input.start_time.unwrap_or(0).max(group.expiry(call.now));
        let end = input.end_time.unwrap_or(i64::MAX);
        let from = match &input.next_token {
            None => Bound::Included(Place { time: start, number: 0 }),
            Some(token) => Bound::Excluded(
                Place::parse(token)
                    .ok_or_else(|| errors::invalid_parameter_exception("The specified nextToken is invalid."))?,
            ),
        };
        let streams = wanted_streams(&tx, &name.name, &input, start)?;
        let limit = input.limit.map_or(PAGE_EVENTS, |limit| limit.unsigned_abs() as usize);
        let (mut found, mut bytes, mut next_token) = (Vec::new(), 0, None);
        let mut last = None;
        for (looked_at, row) in Merged::new(&tx, &name.name, &streams, from)?.enumerate() {
            let (place, stream, event) = row?;
            if place.time >= end {
                break;
            }
            let is_full = found.len() == limit || bytes > PAGE_BYTES || looked_at == MOST_LOOKED_AT;
            if is_full {
                next_token = last.map(Place::digits);
                break;
            }
            last = Some(place);
            if pattern.matches(&event.message) {
                bytes += event.message.len() + EVENT_OVERHEAD_BYTES;
                found.push(tell(place, stream, event));
            }
        }
        // AWS: the list of searched streams is always empty since 2020.
        Ok(FilterLogEventsResponse { events: Some(found), searched_log_streams: Some(Vec::new()), next_token })
    }
}

fn tell(place: Place, stream: &str, event: Event) -> FilteredLogEvent {
    FilteredLogEvent {
        log_stream_name: Some(stream.to_owned()),
        timestamp: Some(place.time),
        message: Some(event.message),
        ingestion_time: Some(event.ingested.millis()),
        event_id: Some(place.digits()),
    }
}

fn wanted_streams(tx: &Tx<'_>, group: &str, input: &FilterLogEventsRequest, start: i64) -> Outcome<Vec<String>> {
    if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
        return Err(errors::invalid_parameter_exception(
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
        ));
    }
    if let Some(names) = &input.log_stream_names {
        for name in names {
            state::stream(tx, group, name)?;
        }
        let unique: HashSet<&String> = names.iter().collect();
        return Ok(unique.into_iter().cloned().collect());
    }
    let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
    let mut wanted = Vec::new();
    for row in tx.scan(&STREAMS, (group.to_owned(),)) {
        let ((_, name), stream) = row?;
        // A stream whose last event lies before the asked time need not be opened.
        if name.starts_with(prefix) && stream.last_event.is_some_and(|last| last >= start) {
            wanted.push(name);
        }
    }
    Ok(wanted)
}

/// The events of several streams in one order: numbers are the group's, so no two events share a place.
struct Merged<'a> {
    streams: &'a [String],
    sources: Vec<Source<'a>>,
    heads: BinaryHeap<Reverse<(Place, usize)>>,
    waiting: Vec<Option<Event>>,
}

/// The events of one stream that are still to come.
type Source<'a> = Box<dyn Iterator<Item = Result<(Place, Event), Fault>> + 'a>;

impl<'a> Merged<'a> {
    fn new(tx: &'a Tx<'_>, group: &str, streams: &'a [String], from: Bound<Place>) -> Outcome<Self> {
        let mut merged = Self { streams, sources: Vec::new(), heads: BinaryHeap::new(), waiting: Vec::new() };
        for (index, stream) in streams.iter().enumerate() {
            merged.sources.push(Box::new(events::scan(tx, group, stream, from, Order::Forward)));
            merged.waiting.push(None);
            merged.advance(index)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, index: usize) -> Result<(), Fault> {
        if let Some(next) = self.sources[index].next() {
            let (place, event) = next?;
            self.heads.push(Reverse((place, index)));
            self.waiting[index] = Some(event);
        }
        Ok(())
    }
}

impl<'a> Iterator for Merged<'a> {
    type Item = Result<(Place, &'a str, Event), Fault>;
    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((place, index)) = self.heads.pop()?;
        let event = self.waiting[index].take().expect("a head has its event waiting");
        if let Err(fault) = self.advance(index) {
            return Some(Err(fault));
        }
        Some(Ok((place, &self.streams[index], event)))
    }
}
