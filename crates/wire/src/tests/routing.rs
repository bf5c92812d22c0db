use crate::{NotFound, find_operation};
use http::{Request, request::Parts};
use shape::{Api, Http, Member, Missing, OperationSpec, Protocol, Schema};

static TEXT: Schema = Schema::text("Text");
static EMPTY: Schema = Schema::structure("Empty", &[]);
static KEY: Schema = Schema::structure(
    "KeyInput",
    &[Member::new("Bucket", &TEXT).path("Bucket").required(), Member::new("Key", &TEXT).path("Key").required()],
);
static PART: Schema = Schema::structure(
    "PartInput",
    &[
        Member::new("Key", &TEXT).path("Key").required(),
        Member::new("UploadId", &TEXT).query("uploadId").required(),
        Member::new("PartNumber", &TEXT).query("partNumber").required(),
    ],
);
static COPY: Schema = Schema::structure(
    "CopyInput",
    &[
        Member::new("Key", &TEXT).path("Key").required(),
        Member::new("CopySource", &TEXT).header("x-amz-copy-source").required(),
    ],
);
static PART_COPY: Schema = Schema::structure(
    "PartCopyInput",
    &[
        Member::new("CopySource", &TEXT).header("x-amz-copy-source").required(),
        Member::new("UploadId", &TEXT).query("uploadId").required(),
        Member::new("PartNumber", &TEXT).query("partNumber").required(),
    ],
);

const fn operation(
    name: &'static str,
    method: &'static str,
    uri: &'static str,
    input: &'static Schema,
) -> OperationSpec {
    OperationSpec::plain(name, &STORE, Http { method, uri, status: 200 }, (input, &EMPTY), &[])
}

static OPERATIONS: [OperationSpec; 11] = [
    operation("ListBuckets", "GET", "/", &EMPTY),
    operation("ListObjects", "GET", "/{Bucket}", &EMPTY),
    operation("ListObjectsV2", "GET", "/{Bucket}?list-type=2", &EMPTY),
    operation("GetBucketTagging", "GET", "/{Bucket}?tagging", &EMPTY),
    operation("GetObject", "GET", "/{Bucket}/{Key+}", &KEY),
    operation("GetObjectTagging", "GET", "/{Bucket}/{Key+}?tagging", &KEY),
    operation("PutObject", "PUT", "/{Bucket}/{Key+}", &KEY),
    operation("UploadPart", "PUT", "/{Bucket}/{Key+}", &PART),
    operation("CopyObject", "PUT", "/{Bucket}/{Key+}", &COPY),
    operation("UploadPartCopy", "PUT", "/{Bucket}/{Key+}", &PART_COPY),
    operation("CreateBucket", "PUT", "/{Bucket}", &EMPTY),
];

static STORE: Api = Api {
    operations: &[
        &OPERATIONS[0],
        &OPERATIONS[1],
        &OPERATIONS[2],
        &OPERATIONS[3],
        &OPERATIONS[4],
        &OPERATIONS[5],
        &OPERATIONS[6],
        &OPERATIONS[7],
        &OPERATIONS[8],
        &OPERATIONS[9],
        &OPERATIONS[10],
    ],
    missing: &[Missing {
        name: "GetObjectTorrent",
        http: Http { method: "GET", uri: "/{Bucket}/{Key+}?torrent", status: 200 },
    }],
    ..super::api("s3", Protocol::RestXml)
};

fn asked(method: &str, uri: &str, header: Option<&str>) -> Parts {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some(name) = header {
        request = request.header(name, "x");
    }
    request.body(()).unwrap().into_parts().0
}

fn found(method: &str, uri: &str, header: Option<&str>) -> String {
    match find_operation(&STORE, &asked(method, uri, header), None) {
        Ok(routed) => routed.operation.name.into(),
        Err(NotFound::Missing(missing)) => format!("missing {}", missing.name),
        Err(NotFound::Unknown(asked)) => format!("unknown {asked}"),
    }
}

#[test]
fn the_most_specific_operation_wins() {
    let copy = Some("x-amz-copy-source");
    for (method, uri, header, wanted) in [
        ("GET", "/", None, "ListBuckets"),
        ("GET", "/b", None, "ListObjects"),
        ("GET", "/b/", None, "ListObjects"),
        ("GET", "/b?list-type=2&prefix=a", None, "ListObjectsV2"),
        ("GET", "/b?tagging", None, "GetBucketTagging"),
        ("GET", "/b?tagging=", None, "GetBucketTagging"),
        ("GET", "/b/k?x-id=GetObject", None, "GetObject"),
        ("GET", "/b/k?tagging", None, "GetObjectTagging"),
        ("GET", "/b/k?torrent", None, "missing GetObjectTorrent"),
        ("PUT", "/b", None, "CreateBucket"),
        ("PUT", "/b/k", None, "PutObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", None, "UploadPart"),
        ("PUT", "/b/k", copy, "CopyObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", copy, "UploadPartCopy"),
        ("PATCH", "/b", None, "unknown PATCH /b"),
    ] {
        assert_eq!(found(method, uri, header), wanted, "{method} {uri}");
    }
}

#[test]
fn keys_keep_their_slashes_and_are_decoded_once() {
    for (uri, key) in
        [("/b/a/b%20c%2Fd", "a/b c/d"), ("/b/folder/", "folder/"), ("/b//x", "/x"), ("/b/100%25+1", "100%+1")]
    {
        let routed = find_operation(&STORE, &asked("GET", uri, None), None).unwrap();
        assert_eq!(routed.labels, [("Bucket", "b".to_owned()), ("Key", key.to_owned())]);
    }
}
