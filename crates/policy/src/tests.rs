mod conditions;
mod decisions;
mod documents;
mod truth_table;

use crate::{Context, Decision, Document, Kind, Policies, Policy, Principal, Request, evaluate};
use base::{AccountId, Arn};

const OBJECT: &str = "arn:aws:s3:::photos/alice/cat.jpg";

fn account(digits: &str) -> AccountId {
    AccountId::new(digits).unwrap()
}

fn alice() -> Principal {
    Principal::user(&Arn::new("iam", "", "111111111111", "user/staff/alice"), "AIDAALICE")
}

fn session() -> Principal {
    Principal::assumed_role(&Arn::new("iam", "", "111111111111", "role/app/todo"), "AROATODO", "i-1")
}

fn identity(statements: &str) -> Document {
    document(statements, Kind::Identity)
}

fn document(statements: &str, kind: Kind) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text, kind).unwrap_or_else(|error| panic!("{error} ({}) in {text}", error.detail()))
}

fn named<'a>(name: &'a str, document: &'a Document) -> [Policy<'a>; 1] {
    [Policy { name, document }]
}

fn decide(principal: &Principal, action: &str, resource: &str, policies: &Policies<'_>) -> Decision {
    let context = Context::new();
    evaluate(&Request { principal, action, resource, context: &context }, policies)
}

/// Whether one identity policy of this one statement allows it to Alice.
fn allows(statement: &str, action: &str, resource: &str, context: &Context) -> bool {
    let (document, alice) = (identity(statement), alice());
    let policies = Policies { identity: &named("p", &document), ..Policies::default() };
    evaluate(&Request { principal: &alice, action, resource, context }, &policies).is_allowed()
}
