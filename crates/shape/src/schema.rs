//! What a shape is: kinds, constraints, and where each member travels on the wire. All of it is `static` data.

/// One shape of a model.
pub struct Schema {
    /// The shape's name in the model.
    pub name: &'static str,
    pub kind: Kind,
    /// Least and greatest length (texts, blobs, lists, maps) or value (numbers).
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<&'static str>,
    /// Never shown: in logs, the audit trail or error messages.
    pub sensitive: bool,
    /// The element name when this shape is a root or a payload in XML.
    pub xml_name: Option<&'static str>,
    pub xml_namespace: Option<&'static str>,
}

/// Only the name: shapes contain each other, some of them themselves.
impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Schema").field(&self.name).finish()
    }
}

#[derive(Debug)]
pub enum Kind {
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Text {
        values: &'static [&'static str],
    },
    Blob,
    /// A blob that is never held whole in memory.
    Stream,
    Timestamp(Option<TimeFormat>),
    /// Any JSON.
    Document,
    List {
        member: &'static Schema,
        xml_member: Option<&'static str>,
        is_flattened: bool,
    },
    Map {
        key: &'static Schema,
        value: &'static Schema,
        xml_key: &'static str,
        xml_value: &'static str,
        is_flattened: bool,
    },
    Structure {
        members: &'static [Member],
        is_union: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    Iso8601,
    EpochSeconds,
    HttpDate,
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The name in the model, which error messages use.
    pub name: &'static str,
    /// The name on the wire, where it differs.
    pub wire: Option<&'static str>,
    pub schema: &'static Schema,
    pub is_required: bool,
    pub place: Place,
    pub time_format: Option<TimeFormat>,
    /// XML: no element around a list's or map's entries.
    pub is_flattened: bool,
    pub is_xml_attribute: bool,
    pub xml_namespace: Option<(&'static str, &'static str)>,
    pub is_idempotency_token: bool,
    /// A document that travels as text: JSON in a header, base64.
    pub is_json_value: bool,
    pub is_sensitive: bool,
    pub support: Support,
}

/// Where a member travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Body,
    /// The member is the whole body.
    Payload,
    Header(&'static str),
    /// A map whose entries are headers with this prefix.
    Headers(&'static str),
    Query(&'static str),
    /// A map of all query parameters that no other member names.
    QueryMap,
    Path(&'static str),
    StatusCode,
}

/// What becomes of a member that a caller sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Honoured,
    /// Refused by name.
    Unsupported,
    /// Accepted; it has no effect here, and this is why.
    NoEffect(&'static str),
}

/// A CloudFormation resource type.
#[derive(Debug)]
pub struct Resource {
    /// `AWS::DynamoDB::Table`
    pub type_name: &'static str,
    pub properties: &'static Schema,
    /// Properties whose change replaces the resource: dotted paths.
    pub create_only: &'static [&'static str],
    /// Attributes, for `Fn::GetAtt`.
    pub read_only: &'static [&'static str],
    pub primary_identifier: &'static [&'static str],
}

/// Stands for the shape of a member that is not supported: anything decodes into it, so that it can be refused by name.
#[expect(non_upper_case_globals, reason = "schemas are named as the model names them")]
pub static any: Schema = Schema::document("any");

impl Schema {
    const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, min: None, max: None, pattern: None, sensitive: false, xml_name: None, xml_namespace: None }
    }
    pub const fn boolean(name: &'static str) -> Self {
        Self::of(name, Kind::Boolean)
    }
    pub const fn integer(name: &'static str) -> Self {
        Self::of(name, Kind::Integer)
    }
    pub const fn long(name: &'static str) -> Self {
        Self::of(name, Kind::Long)
    }
    pub const fn float(name: &'static str) -> Self {
        Self::of(name, Kind::Float)
    }
    pub const fn double(name: &'static str) -> Self {
        Self::of(name, Kind::Double)
    }
    pub const fn text(name: &'static str) -> Self {
        Self::of(name, Kind::Text { values: &[] })
    }
    pub const fn text_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self::of(name, Kind::Text { values })
    }
    pub const fn blob(name: &'static str) -> Self {
        Self::of(name, Kind::Blob)
    }
    pub const fn stream(name: &'static str) -> Self {
        Self::of(name, Kind::Stream)
    }
    pub const fn timestamp(name: &'static str) -> Self {
        Self::of(name, Kind::Timestamp(None))
    }
    pub const fn document(name: &'static str) -> Self {
        Self::of(name, Kind::Document)
    }
    pub const fn list(name: &'static str, member: &'static Self) -> Self {
        Self::of(name, Kind::List { member, xml_member: None, is_flattened: false })
    }
    pub const fn map(name: &'static str, key: &'static Self, value: &'static Self) -> Self {
        Self::of(name, Kind::Map { key, value, xml_key: "key", xml_value: "value", is_flattened: false })
    }
    pub const fn structure(name: &'static str, members: &'static [Member]) -> Self {
        Self::of(name, Kind::Structure { members, is_union: false })
    }
    #[must_use]
    pub const fn length(mut self, min: i64, max: i64) -> Self {
        self.min = Some(min);
        self.max = Some(max);
        self
    }
    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }
    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
    #[must_use]
    pub const fn xml_name(mut self, name: &'static str) -> Self {
        self.xml_name = Some(name);
        self
    }
    #[must_use]
    pub const fn xmlns(mut self, uri: &'static str) -> Self {
        self.xml_namespace = Some(uri);
        self
    }
    #[must_use]
    pub const fn iso8601(mut self) -> Self {
        self.kind = Kind::Timestamp(Some(TimeFormat::Iso8601));
        self
    }
    #[must_use]
    pub const fn epoch_seconds(mut self) -> Self {
        self.kind = Kind::Timestamp(Some(TimeFormat::EpochSeconds));
        self
    }
    #[must_use]
    pub const fn http_date(mut self) -> Self {
        self.kind = Kind::Timestamp(Some(TimeFormat::HttpDate));
        self
    }
    /// Entries of a list or map stand directly in their parent element.
    #[must_use]
    pub const fn flattened(mut self) -> Self {
        match &mut self.kind {
            Kind::List { is_flattened, .. } | Kind::Map { is_flattened, .. } => *is_flattened = true,
            _ => panic!("only lists and maps are flattened"),
        }
        self
    }
    /// The element name of a list's entries, where it is not `member`.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        match &mut self.kind {
            Kind::List { xml_member, .. } => *xml_member = Some(name),
            _ => panic!("only a list names its members"),
        }
        self
    }
    /// The element names of a map's keys and values, where they are not `key` and `value`.
    #[must_use]
    pub const fn entries(mut self, key_name: &'static str, value_name: &'static str) -> Self {
        match &mut self.kind {
            Kind::Map { xml_key, xml_value, .. } => {
                *xml_key = key_name;
                *xml_value = value_name;
            }
            _ => panic!("only a map names its entries"),
        }
        self
    }
    /// Exactly one member is set.
    #[must_use]
    pub const fn union(mut self) -> Self {
        match &mut self.kind {
            Kind::Structure { is_union, .. } => *is_union = true,
            _ => panic!("only a structure is a union"),
        }
        self
    }

    /// The members of a structure; none of anything else.
    pub fn members(&self) -> &'static [Member] {
        match self.kind {
            Kind::Structure { members, .. } => members,
            _ => &[],
        }
    }
    /// The member that is the whole body, if there is one.
    pub fn payload(&self) -> Option<(usize, &'static Member)> {
        self.members().iter().enumerate().find(|(_, member)| member.place == Place::Payload)
    }
}

impl Member {
    pub const fn new(name: &'static str, schema: &'static Schema) -> Self {
        Self {
            name,
            wire: None,
            schema,
            is_required: false,
            place: Place::Body,
            time_format: None,
            is_flattened: false,
            is_xml_attribute: false,
            xml_namespace: None,
            is_idempotency_token: false,
            is_json_value: false,
            is_sensitive: false,
            support: Support::Honoured,
        }
    }
    /// The name in the body.
    pub fn wire_name(&self) -> &'static str {
        self.wire.unwrap_or(self.name)
    }
    const fn placed(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
    #[must_use]
    pub const fn wire(mut self, name: &'static str) -> Self {
        self.wire = Some(name);
        self
    }
    #[must_use]
    pub const fn header(self, name: &'static str) -> Self {
        self.placed(Place::Header(name))
    }
    #[must_use]
    pub const fn headers(self, prefix: &'static str) -> Self {
        self.placed(Place::Headers(prefix))
    }
    #[must_use]
    pub const fn query(self, name: &'static str) -> Self {
        self.placed(Place::Query(name))
    }
    #[must_use]
    pub const fn query_map(self) -> Self {
        self.placed(Place::QueryMap)
    }
    #[must_use]
    pub const fn path(self, name: &'static str) -> Self {
        self.placed(Place::Path(name))
    }
    #[must_use]
    pub const fn status_code(self) -> Self {
        self.placed(Place::StatusCode)
    }
    #[must_use]
    pub const fn payload(self) -> Self {
        self.placed(Place::Payload)
    }
    #[must_use]
    pub const fn flattened(mut self) -> Self {
        self.is_flattened = true;
        self
    }
    #[must_use]
    pub const fn attribute(mut self) -> Self {
        self.is_xml_attribute = true;
        self
    }
    #[must_use]
    pub const fn xmlns(mut self, prefix: &'static str, uri: &'static str) -> Self {
        self.xml_namespace = Some((prefix, uri));
        self
    }
    #[must_use]
    pub const fn iso8601(mut self) -> Self {
        self.time_format = Some(TimeFormat::Iso8601);
        self
    }
    #[must_use]
    pub const fn epoch_seconds(mut self) -> Self {
        self.time_format = Some(TimeFormat::EpochSeconds);
        self
    }
    #[must_use]
    pub const fn http_date(mut self) -> Self {
        self.time_format = Some(TimeFormat::HttpDate);
        self
    }
    #[must_use]
    pub const fn idempotency_token(mut self) -> Self {
        self.is_idempotency_token = true;
        self
    }
    #[must_use]
    pub const fn json_value(mut self) -> Self {
        self.is_json_value = true;
        self
    }
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.is_sensitive = true;
        self
    }
    #[must_use]
    pub const fn unsupported(mut self) -> Self {
        self.support = Support::Unsupported;
        self
    }
    #[must_use]
    pub const fn no_effect(mut self, reason: &'static str) -> Self {
        self.support = Support::NoEffect(reason);
        self
    }
}
