use crate::properties::{Problem, ProblemKind, decode, encode};
use serde_json::json;
use shape::{Member, Schema, prelude::any};

static TEXT: Schema = Schema::text("Text");
static NUMBER: Schema = Schema::integer("Number");
static FLAG: Schema = Schema::boolean("Flag");
static TAG: Schema = Schema::structure("Tag", &[Member::new("Key", &TEXT).required(), Member::new("Value", &TEXT)]);
static TAGS: Schema = Schema::list("Tags", &TAG);
static TABLE: Schema = Schema::structure(
    "Table",
    &[
        Member::new("Name", &TEXT).wire("other"),
        Member::new("Capacity", &NUMBER),
        Member::new("IsOn", &FLAG),
        Member::new("Tags", &TAGS),
        Member::new("Policy", &any),
        Member::new("Fancy", &any).unsupported(),
        Member::new("Quiet", &any).no_effect("nothing listens"),
    ],
);

#[test]
fn scalars_are_read_as_leniently_as_cloudformation_reads_them() {
    let said = json!({"Name": 5, "Capacity": "7", "IsOn": "true", "Policy": {"a": [1]}, "Quiet": 1, "Fancy": false});
    let value = decode(&TABLE, &said).unwrap();
    let read = json!({"Name": "5", "Capacity": 7, "IsOn": true, "Policy": {"a": [1]}});
    assert_eq!(encode(&TABLE, &value), read);
}

#[test]
fn everything_that_is_wrong_is_listed_with_its_path() {
    let said = json!({
        "Name": {}, "Capacity": "many", "Tags": [{"Key": "a"}, {"Value": true, "Colour": 1}], "Fancy": {"On": true},
    });
    let problem = |path: &str, kind| Problem { path: path.into(), kind };
    assert_eq!(
        decode(&TABLE, &said).unwrap_err(),
        [
            problem("Name", ProblemKind::WrongType { expected: "a text" }),
            problem("Capacity", ProblemKind::WrongType { expected: "a whole number" }),
            problem("Tags.1.Colour", ProblemKind::Unknown),
            problem("Tags.1.Key", ProblemKind::Missing),
            problem("Fancy", ProblemKind::Unsupported),
        ]
    );
}
