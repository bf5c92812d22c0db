//! Which operation a request names.
//!
//! One table per API, built at its first request. The rest protocols' paths are matched most specific first: literal
//! segments before labels before greedy ones, then literal query keys, then the required query and header members that
//! tell S3's operations apart (UploadPart from PutObject by `uploadId`, CopyObject by `x-amz-copy-source`).

use crate::form;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use shape::{Api, ApiError, Http, Missing, OperationSpec, Place, Protocol};
use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{OnceLock, RwLock},
};

/// The labels of a path, decoded, by their names in the template.
pub type Labels = Vec<(&'static str, String)>;

/// A request whose operation is known.
#[derive(Debug)]
pub struct Routed {
    pub operation: &'static OperationSpec,
    pub labels: Labels,
    /// The protocol that the request speaks: some services understand more than one.
    pub protocol: Protocol,
}

/// A request that names no operation of this tree.
#[derive(Clone, Debug)]
pub enum NotFound {
    /// AWS has it.
    Missing(&'static Missing),
    /// Nobody has it; what was asked for.
    Unknown(String),
}

impl NotFound {
    pub fn to_error(&self, api: &Api) -> ApiError {
        let asked = match self {
            Self::Missing(missing) => return ApiError::not_implemented(format!("{}:{}", api.name, missing.name)),
            Self::Unknown(asked) => asked,
        };
        match api.protocol {
            Protocol::Query | Protocol::Ec2Query => {
                let said = format!("Could not find operation {asked} for version {}", api.version);
                ApiError::new("InvalidAction", 400, said)
            }
            Protocol::RestXml if api.name == "s3" => {
                ApiError::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            }
            Protocol::RestXml | Protocol::RestJson => {
                ApiError::new("UnknownOperationException", 404, format!("No operation answers {asked}"))
            }
            _ => ApiError::new("UnknownOperationException", 400, format!("Unknown operation {asked}")),
        }
    }
}

/// The operation of `api` that a request names. `form_action` is the `Action` field of a form body. S3's virtual-host
/// style is rewritten to path style by the caller.
pub fn find_operation(api: &'static Api, parts: &Parts, form_action: Option<&str>) -> Result<Routed, NotFound> {
    let table = table(api);
    let named = |name: &str, protocol| match table.by_name.get(name) {
        Some(Entry::Operation(operation)) => Ok(Routed { operation, labels: Vec::new(), protocol }),
        Some(Entry::Missing(missing)) => Err(NotFound::Missing(missing)),
        None => Err(NotFound::Unknown(name.into())),
    };
    if matches!(api.protocol, Protocol::RestJson | Protocol::RestXml) {
        return by_path(api, table, parts);
    }
    if let Some(name) = rpc_v2_name(parts) {
        return named(name, Protocol::RpcV2Cbor);
    }
    if let Some(target) = parts.headers.get("x-amz-target") {
        let target = target.to_str().unwrap_or_default();
        return named(target.rsplit('.').next().unwrap_or(target), json_version(api, parts));
    }
    let in_query = || form::pairs(parts.uri.query()?).find(|(name, _)| name == "Action").map(|(_, action)| action);
    match form_action.map(str::to_owned).or_else(in_query) {
        Some(action) => {
            let protocol = if api.protocol == Protocol::Ec2Query { Protocol::Ec2Query } else { Protocol::Query };
            named(&action, protocol)
        }
        None => Err(NotFound::Unknown(format!("{} {}", parts.method, parts.uri.path()))),
    }
}

/// `/service/GraniteServiceVersion20100801/operation/PutMetricData`
fn rpc_v2_name(parts: &Parts) -> Option<&str> {
    let name = parts.uri.path().rsplit_once("/operation/")?.1;
    parts.headers.get("smithy-protocol").filter(|protocol| *protocol == "rpc-v2-cbor").map(|_| name)
}

fn json_version(api: &Api, parts: &Parts) -> Protocol {
    let content_type = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match content_type {
        Some(said) if said.starts_with("application/x-amz-json-1.0") => Protocol::AwsJson10,
        Some(said) if said.starts_with("application/x-amz-json-1.1") => Protocol::AwsJson11,
        _ if api.protocol == Protocol::AwsJson11 => Protocol::AwsJson11,
        _ => Protocol::AwsJson10,
    }
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Operation(&'static OperationSpec),
    Missing(&'static Missing),
}

#[derive(Debug, Default)]
struct Table {
    by_name: HashMap<&'static str, Entry>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    method: &'static str,
    segments: Vec<Segment>,
    /// `tagging`, `list-type=2`
    literals: Vec<(&'static str, Option<&'static str>)>,
    required_query: Vec<&'static str>,
    required_headers: Vec<&'static str>,
    entry: Entry,
}

/// Of the path, segment by segment, then the number of literal query keys.
type Specificity = (Vec<u8>, Reverse<usize>);

#[derive(Clone, Copy, Debug)]
enum Segment {
    Literal(&'static str),
    Label(&'static str),
    Greedy(&'static str),
}

fn table(api: &'static Api) -> &'static Table {
    static TABLES: OnceLock<RwLock<HashMap<usize, &'static Table>>> = OnceLock::new();
    let tables = TABLES.get_or_init(RwLock::default);
    let key = std::ptr::from_ref(api).addr();
    let known = tables.read().expect("nothing panics while it holds the lock").get(&key).copied();
    known.unwrap_or_else(|| {
        let built = Box::leak(Box::new(Table::of(api)));
        tables.write().expect("nothing panics while it holds the lock").entry(key).or_insert(built)
    })
}

impl Table {
    fn of(api: &'static Api) -> Self {
        let mut table = Self::default();
        for operation in api.operations {
            table.add(operation.name, operation.http, Entry::Operation(operation));
        }
        for missing in api.missing {
            table.add(missing.name, missing.http, Entry::Missing(missing));
        }
        // Stable, so that an operation comes before a missing one on the same path.
        table.routes.sort_by_key(Route::rank);
        table
    }

    fn add(&mut self, name: &'static str, http: Http, entry: Entry) {
        self.by_name.insert(name, entry);
        let (path, query) = http.uri.split_once('?').unwrap_or((http.uri, ""));
        let members = match entry {
            Entry::Operation(operation) => operation.input.members(),
            Entry::Missing(_) => &[],
        };
        let required = members.iter().filter(|member| member.is_required);
        self.routes.push(Route {
            method: http.method,
            segments: segments(path),
            literals: query.split('&').filter(|pair| !pair.is_empty()).map(literal).collect(),
            required_query: required.clone().filter_map(|member| query_name(member.place)).collect(),
            required_headers: required.filter_map(|member| header_name(member.place)).collect(),
            entry,
        });
    }
}

fn query_name(place: Place) -> Option<&'static str> {
    if let Place::Query(name) = place { Some(name) } else { None }
}

fn header_name(place: Place) -> Option<&'static str> {
    if let Place::Header(name) = place { Some(name) } else { None }
}

fn literal(pair: &'static str) -> (&'static str, Option<&'static str>) {
    match pair.split_once('=') {
        Some((name, value)) => (name, Some(value).filter(|value| !value.is_empty())),
        None => (pair, None),
    }
}

fn segments(path: &'static str) -> Vec<Segment> {
    let parts = path.trim_start_matches('/').trim_end_matches('/').split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| match part.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) => label.strip_suffix('+').map_or(Segment::Label(label), Segment::Greedy),
            None => Segment::Literal(part),
        })
        .collect()
}

impl Route {
    /// Lower is more specific.
    fn rank(&self) -> (Specificity, Reverse<usize>) {
        (self.specificity(), Reverse(self.required_query.len() + self.required_headers.len()))
    }

    fn specificity(&self) -> Specificity {
        let kinds = self.segments.iter().map(|segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Label(_) => 1,
            Segment::Greedy(_) => 2,
        });
        (kinds.collect(), Reverse(self.literals.len()))
    }

    fn has_literals(&self, query: &[(String, String)]) -> bool {
        self.literals.iter().all(|(name, wanted)| {
            query.iter().any(|(key, value)| key == name && wanted.is_none_or(|wanted| wanted == value))
        })
    }

    fn has_required(&self, parts: &Parts, query: &[(String, String)]) -> bool {
        self.required_query.iter().all(|name| query.iter().any(|(key, _)| key == name))
            && self.required_headers.iter().all(|name| parts.headers.contains_key(*name))
    }

    /// The labels, if the path fits.
    fn labels(&self, path: &str) -> Option<Labels> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let is_greedy = self.segments.iter().any(|segment| matches!(segment, Segment::Greedy(_)));
        // A slash at the end says nothing, except at the end of a greedy label (the key `folder/`).
        let path = if is_greedy { path } else { path.strip_suffix('/').unwrap_or(path) };
        let given: Vec<_> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
        let spare = given.len().checked_sub(self.segments.len())?;
        if spare > 0 && !is_greedy {
            return None;
        }
        let mut labels = Labels::new();
        let mut at = 0;
        for segment in &self.segments {
            let taken = if matches!(segment, Segment::Greedy(_)) { 1 + spare } else { 1 };
            let text = given[at..at + taken].join("/");
            at += taken;
            match segment {
                Segment::Literal(wanted) if decoded(&text) == *wanted => {}
                Segment::Literal(_) => return None,
                Segment::Label(_) | Segment::Greedy(_) if text.is_empty() => return None,
                Segment::Label(name) | Segment::Greedy(name) => labels.push((*name, decoded(&text))),
            }
        }
        Some(labels)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn by_path(api: &Api, table: &Table, parts: &Parts) -> Result<Routed, NotFound> {
    let query: Vec<_> = parts.uri.query().map(|query| form::pairs(query).collect()).unwrap_or_default();
    let mut lacking = None;
    for route in table.routes.iter().filter(|route| parts.method == route.method && route.has_literals(&query)) {
        let Some(labels) = route.labels(parts.uri.path()) else { continue };
        let found = match route.entry {
            Entry::Operation(operation) => Ok(Routed { operation, labels, protocol: api.protocol }),
            Entry::Missing(missing) => Err(NotFound::Missing(missing)),
        };
        if route.has_required(parts, &query) {
            // A more specific path that only lacks a required member was meant all the same.
            return match lacking {
                Some((specificity, lacking)) if specificity < route.specificity() => lacking,
                _ => found,
            };
        }
        lacking.get_or_insert_with(|| (route.specificity(), found));
    }
    match lacking {
        Some((_, lacking)) => lacking,
        None => Err(NotFound::Unknown(format!("{} {}", parts.method, parts.uri.path()))),
    }
}
