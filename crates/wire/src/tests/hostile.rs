//! Bytes that no client would send are refused or read, never a panic; and what is written reads back.

use super::{api, compare::shown};
use crate::{Incoming, Outgoing, Routed, cbor, decode, encode, find_operation, form, json, properties, xml};
use http::Request;
use proptest::prelude::*;
use shape::{Api, Bytes, Fields, Http, Member, OperationSpec, Protocol, Schema, Timestamp, Value};

static TEXT: Schema = Schema::text("Text");
static LONG: Schema = Schema::long("Long");
static DOUBLE: Schema = Schema::double("Double");
static FLAG: Schema = Schema::boolean("Flag");
static BLOB: Schema = Schema::blob("Blob");
static TIME: Schema = Schema::timestamp("Time");
static TEXTS: Schema = Schema::list("Texts", &TEXT);
static TIMES: Schema = Schema::list("Times", &TIME).flattened();
static LONGS: Schema = Schema::map("Longs", &TEXT, &LONG);
static INNER: Schema = Schema::structure("Inner", &[Member::new("Text", &TEXT), Member::new("Longs", &LONGS)]);
static INNERS: Schema = Schema::list("Inners", &INNER);
static MEMBERS: [Member; 8] = [
    Member::new("Text", &TEXT),
    Member::new("Long", &LONG),
    Member::new("Double", &DOUBLE),
    Member::new("Flag", &FLAG),
    Member::new("Blob", &BLOB),
    Member::new("Times", &TIMES),
    Member::new("Texts", &TEXTS),
    Member::new("Inners", &INNERS),
];
static SHAPE: Schema = Schema::structure("Shape", &MEMBERS);

const PROTOCOLS: [Protocol; 5] =
    [Protocol::AwsJson10, Protocol::RestJson, Protocol::RestXml, Protocol::Query, Protocol::RpcV2Cbor];
static APIS: [Api; 5] = [
    api("a", Protocol::AwsJson10),
    api("b", Protocol::RestJson),
    api("c", Protocol::RestXml),
    api("d", Protocol::Query),
    api("e", Protocol::RpcV2Cbor),
];
const fn echo(api: &'static Api) -> OperationSpec {
    OperationSpec::plain("Echo", api, Http { method: "POST", uri: "/", status: 200 }, (&SHAPE, &SHAPE), &[])
}
static ECHOES: [OperationSpec; 5] = [echo(&APIS[0]), echo(&APIS[1]), echo(&APIS[2]), echo(&APIS[3]), echo(&APIS[4])];

fn sent(operation: &'static OperationSpec, protocol: Protocol, body: Bytes) -> Result<Value, shape::ApiError> {
    let parts = Request::post("/").body(()).unwrap().into_parts().0;
    decode(&Routed { operation, labels: Vec::new(), protocol }, &parts, Incoming::Bytes(body))
}

/// Any text that XML can hold.
fn text() -> impl Strategy<Value = String> {
    "[ -~\t\r\n\u{e9}\u{1f600}]{0,12}"
}

fn echoed() -> impl Strategy<Value = Value> {
    let scalars = (text(), any::<i64>(), any::<f64>().prop_filter("", |it| it.is_finite()), any::<bool>());
    let longs = proptest::collection::btree_map(text(), any::<i64>(), 0..3);
    let inner = (text(), longs);
    let times = proptest::collection::vec(0..4_000_000_000_000_i64, 1..3);
    let lists = (times, proptest::collection::vec(text(), 0..3), proptest::collection::vec(inner, 0..3));
    (scalars, any::<Vec<u8>>(), lists).prop_map(|((text, long, double, flag), blob, (times, texts, inners))| {
        let mut fields = Fields::of(&SHAPE);
        fields.set(0, Value::Text(text));
        fields.set(1, Value::Integer(long));
        fields.set(2, Value::Double(double));
        fields.set(3, Value::Boolean(flag));
        fields.set(4, Value::Blob(blob.into()));
        fields.set(5, Value::List(times.into_iter().map(|at| Value::Timestamp(Timestamp::from_millis(at))).collect()));
        fields.set(6, Value::List(texts.into_iter().map(Value::Text).collect()));
        let inners = inners.into_iter().map(|(text, longs)| {
            let mut fields = Fields::of(&INNER);
            fields.set(0, Value::Text(text));
            fields.set(1, Value::Map(longs.into_iter().map(|(key, long)| (key, Value::Integer(long))).collect()));
            Value::Structure(fields)
        });
        fields.set(7, Value::List(inners.collect()));
        Value::Structure(fields)
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes: Vec<u8>, uri in "/[!-~]{0,20}") {
        for (operation, protocol) in ECHOES.iter().zip(PROTOCOLS) {
            let _ = sent(operation, protocol, bytes.clone().into());
        }
        if let Ok(request) = Request::post(uri).body(()) {
            let _ = find_operation(&APIS[2], &request.into_parts().0, None);
        }
    }

    #[test]
    fn no_text_that_looks_right_makes_a_reader_panic(
        xml in "(<[a-zT]{1,4}( [a-z:]=\"[a-z&;#]{0,4}\")?/?>|</[a-zT]{1,4}>|&#?x?[0-9a-z]{1,5};|[a-z\\]\\[!<>-]{1,3}){0,12}",
        form in "((Text|Texts|member|entry|[0-9]{1,12}|Inners|key|value)[.=&%+]{1,2}){0,20}",
        json in "([\\[{\"}\\],:]|\"Text\":|\"Inners\":|-?[0-9]{1,25}(e[0-9]{1,4})?|null|true){0,16}",
    ) {
        let _ = xml::parse(xml.as_bytes()).and_then(|root| xml::read(&SHAPE, root));
        let _ = form::parse(&form).and_then(|node| form::read(&SHAPE, node, Protocol::Query));
        if let Ok(json) = json::parse(json.as_bytes()) {
            let _ = properties::decode(&SHAPE, &json);
            let _ = json::read(&SHAPE, json, json::Wording::Common);
        }
    }

    #[test]
    fn what_is_written_reads_back(value in echoed()) {
        let wanted = shown(&value, &SHAPE);
        for (operation, protocol) in ECHOES.iter().zip(PROTOCOLS).filter(|(_, protocol)| *protocol != Protocol::Query) {
            let copy = super::compare::copied(&value);
            let answer = encode(operation, protocol, copy, "id").unwrap().into_body();
            let Outgoing::Bytes(body) = answer else { panic!("a document is not a stream") };
            let read = sent(operation, protocol, body).unwrap();
            prop_assert_eq!(&shown(&read, &SHAPE), &wanted, "{:?}", protocol);
        }
    }
}

#[test]
fn depth_is_bounded() {
    let deep = 100_000;
    assert!(json::parse("[".repeat(deep).as_bytes()).is_err());
    assert!(xml::parse("<a>".repeat(deep).as_bytes()).is_err());
    assert!(form::parse(&"a.".repeat(deep)).is_err());
    assert!(cbor::parse(&vec![0x81; deep]).is_err());
    assert!(cbor::parse(&vec![0xc0; deep]).is_err());
}
