use super::api;
use crate::{Incoming, Outgoing, Routed, decode, encode, encode_error};
use http::{Request, Response};
use shape::{
    Api, ApiError, ByteStream, ErrorSpec, Fields, Http, Member, OperationSpec, Protocol, Schema, Timestamp, Value,
};

static TEXT: Schema = Schema::text("Text");
static NUMBER: Schema = Schema::integer("Number");
static TIME: Schema = Schema::timestamp("Time");
static TEXTS: Schema = Schema::list("Texts", &TEXT);
static EMPTY: Schema = Schema::structure("Empty", &[]);
static INPUT: Schema = Schema::structure(
    "Input",
    &[Member::new("Name", &TEXT), Member::new("Count", &NUMBER), Member::new("Names", &TEXTS)],
);
static LOCATION: Schema = Schema::structure("GetBucketLocationOutput", &[Member::new("LocationConstraint", &TEXT)]);
static PART: Schema = Schema::structure(
    "GetObjectOutput",
    &[Member::new("ContentRange", &TEXT).header("Content-Range"), Member::new("Body", &STREAM).payload()],
);
static STREAM: Schema = Schema::stream("Body");
static ITEM: Schema = Schema::structure("Item", &[Member::new("Key", &TEXT), Member::new("LastModified", &TIME)]);
static ITEMS: Schema = Schema::list("Items", &ITEM).flattened();
static LISTING: Schema = Schema::structure("ListObjectsOutput", &[Member::new("Contents", &ITEMS)]);
static NOT_FOUND_SHAPE: Schema =
    Schema::structure("NotFound", &[Member::new("Type", &TEXT), Member::new("Message", &TEXT)]);
static NOT_FOUND: ErrorSpec = ErrorSpec { name: "NotFound", code: "NotFound", status: 404, schema: &NOT_FOUND_SHAPE };
static OLD_CODE: ErrorSpec = ErrorSpec {
    name: "QueueDoesNotExist",
    code: "AWS.SimpleQueueService.NonExistentQueue",
    status: 400,
    schema: &EMPTY,
};

const ERRORS: &[&ErrorSpec] = &[&NOT_FOUND, &OLD_CODE];
static S3: Api = api("s3", Protocol::RestXml);
static DYNAMODB: Api = api("dynamodb", Protocol::AwsJson10);
static ECS: Api = api("ecs", Protocol::AwsJson11);
static SQS: Api = api("sqs", Protocol::AwsJson10);
static LAMBDA: Api = api("lambda", Protocol::RestJson);
static IAM: Api = Api { xml_namespace: "https://iam.amazonaws.com/doc/2010-05-08/", ..api("iam", Protocol::Query) };

const fn operation(
    name: &'static str,
    api: &'static Api,
    method: &'static str,
    shapes: (&'static Schema, &'static Schema),
) -> OperationSpec {
    OperationSpec::plain(name, api, Http { method, uri: "/", status: 200 }, shapes, ERRORS)
}

static HEAD_OBJECT: OperationSpec = operation("HeadObject", &S3, "HEAD", (&EMPTY, &EMPTY));
static GET_LOCATION: OperationSpec = operation("GetBucketLocation", &S3, "GET", (&EMPTY, &LOCATION));
static GET_OBJECT: OperationSpec = operation("GetObject", &S3, "GET", (&EMPTY, &PART));
static LIST_OBJECTS: OperationSpec = operation("ListObjectsV2", &S3, "GET", (&EMPTY, &LISTING));
static DYNAMODB_GET: OperationSpec = operation("GetItem", &DYNAMODB, "POST", (&INPUT, &EMPTY));
static ECS_RUN: OperationSpec = operation("RunTask", &ECS, "POST", (&INPUT, &EMPTY));
static SQS_SEND: OperationSpec = operation("SendMessage", &SQS, "POST", (&EMPTY, &EMPTY));
static LAMBDA_GET: OperationSpec = operation("GetFunction", &LAMBDA, "GET", (&EMPTY, &EMPTY));
static IAM_GET: OperationSpec = operation("GetRole", &IAM, "POST", (&INPUT, &EMPTY));
static S3_PUT: OperationSpec = operation("PutSomething", &S3, "PUT", (&INPUT, &EMPTY));

fn body(response: &Response<Outgoing>) -> String {
    match response.body() {
        Outgoing::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Outgoing::Stream(_) => panic!("these answers are not streams"),
    }
}

fn failed(operation: &'static OperationSpec, error: &ApiError) -> Response<Outgoing> {
    encode_error(operation.api, Some(operation), operation.api.protocol, error, "the-id", "/b/k")
}

fn structure(schema: &Schema, values: Vec<Value>) -> Value {
    let mut fields = Fields::of(schema);
    for (index, value) in values.into_iter().enumerate() {
        fields.set(index, value);
    }
    Value::Structure(fields)
}

fn refused(operation: &'static OperationSpec, sent: &str) -> String {
    let parts = Request::post("/").body(()).unwrap().into_parts().0;
    let routed = Routed { operation, labels: Vec::new(), protocol: operation.api.protocol };
    let body = Incoming::Bytes(sent.to_owned().into());
    decode(&routed, &parts, body).err().map_or_else(|| "accepted".into(), |error| error.to_string())
}

#[test]
fn each_service_names_its_errors_in_its_own_way() {
    let error = ApiError::of(&NOT_FOUND, "No such thing");
    assert_eq!(
        body(&failed(&DYNAMODB_GET, &error)),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#NotFound","Message":"No such thing"}"#
    );
    assert_eq!(
        body(&failed(&DYNAMODB_GET, &ApiError::validation("Bad"))),
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"Bad"}"#
    );
    assert_eq!(body(&failed(&ECS_RUN, &error)), r#"{"__type":"NotFound","Message":"No such thing"}"#);
    let lambda = failed(&LAMBDA_GET, &error);
    assert_eq!(body(&lambda), r#"{"Type":"User","Message":"No such thing"}"#);
    assert_eq!((lambda.status().as_u16(), &lambda.headers()["x-amzn-errortype"]), (404, &"NotFound".parse().unwrap()));
    assert_eq!(
        body(&failed(&IAM_GET, &error)),
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>NotFound</Code><Message>No such thing</Message></Error><RequestId>the-id</RequestId></ErrorResponse>"
    );
}

#[test]
fn an_error_that_once_had_another_code_is_known_by_both() {
    let response = failed(&SQS_SEND, &ApiError::of(&OLD_CODE, "The specified queue does not exist."));
    assert!(body(&response).starts_with(r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","#));
    assert_eq!(response.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

#[test]
fn s3_tells_the_resource_and_two_ids_but_not_to_head() {
    let error = ApiError::new("NoSuchKey", 404, "The specified key does not exist.");
    let response = failed(&LIST_OBJECTS, &error);
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
         <Message>The specified key does not exist.</Message><Resource>/b/k</Resource><RequestId>the-id</RequestId>\
         <HostId>dGhlLWlk</HostId></Error>"
    );
    assert_eq!(response.headers()["x-amz-request-id"], "the-id");
    let head = failed(&HEAD_OBJECT, &error);
    assert_eq!((head.status().as_u16(), body(&head)), (404, String::new()));
}

#[test]
fn a_part_of_an_object_is_told_by_its_status() {
    let part = |range: Value| structure(&PART, vec![range, Value::Stream(ByteStream::empty())]);
    let status = |range| encode(&GET_OBJECT, Protocol::RestXml, part(range), "the-id").unwrap().status().as_u16();
    assert_eq!((status(Value::Text("bytes 0-1/2".into())), status(Value::Null)), (206, 200));
}

#[test]
fn s3_names_its_documents_as_clients_know_them() {
    let region = structure(&LOCATION, vec![Value::Text("eu-west-1".into())]);
    let response = encode(&GET_LOCATION, Protocol::RestXml, region, "the-id").unwrap();
    assert!(body(&response).ends_with(
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>"
    ));
    let item = structure(&ITEM, vec![Value::Text("a&b".into()), Value::Timestamp(Timestamp::from_secs(0))]);
    let listing = structure(&LISTING, vec![Value::List(vec![item])]);
    let response = encode(&LIST_OBJECTS, Protocol::RestXml, listing, "the-id").unwrap();
    assert!(body(&response).ends_with(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a&amp;b</Key>\
         <LastModified>1970-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>"
    ));
}

#[test]
fn a_member_of_the_wrong_type_is_refused_in_the_words_of_the_protocol() {
    let malformed_xml = "MalformedXML: The XML you provided was not well-formed or did not validate against our \
                         published schema";
    for (operation, sent, wanted) in [
        (&ECS_RUN, r#"{"Name": 5}"#, "SerializationException: NUMBER_VALUE can not be converted to a String"),
        (&ECS_RUN, r#"{"Count": "5"}"#, "SerializationException: STRING_VALUE can not be converted to an Integer"),
        (&ECS_RUN, r#"{"Name": {}}"#, "SerializationException: Start of structure or map found where not expected"),
        (&ECS_RUN, r#"{"Names": "a"}"#, "SerializationException: Unexpected field type"),
        (&ECS_RUN, r#"{"Count": 2147483648}"#, "SerializationException: 2147483648 is not a valid Integer"),
        (&ECS_RUN, r#"{"Count": 1.0, "Other": [1]}"#, "accepted"),
        (&ECS_RUN, r#"{"Name": null, "Names": [null]}"#, "accepted"),
        (&ECS_RUN, "", "accepted"),
        (&DYNAMODB_GET, r#"{"Name": 5}"#, "SerializationException: NUMBER_VALUE cannot be converted to String"),
        (&IAM_GET, "Count=five", "MalformedInput: 'five' is not a valid integer"),
        (&IAM_GET, "Names.member.1=a&Names.member.3=b&Other=1", "accepted"),
        (&S3_PUT, "<Input><Name>", malformed_xml),
        (&S3_PUT, "<!DOCTYPE a [<!ENTITY x 'y'>]><Input><Name>&x;</Name></Input>", malformed_xml),
        (&S3_PUT, "<Input xmlns='urn:a'><Name>x</Name><Other/></Input>", "accepted"),
    ] {
        assert_eq!(refused(operation, sent), wanted, "{} {sent}", operation.name);
    }
}
