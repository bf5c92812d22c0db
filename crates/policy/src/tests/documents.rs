use super::*;
use crate::{Effect, PrincipalPattern, Version};

fn refusal(text: &str, kind: Kind) -> String {
    match Document::parse(text, kind) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn one(statement: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#)
}

#[test]
fn what_is_not_a_policy_is_refused_in_iams_words() {
    let syntax = "Syntax errors in policy.";
    let cases = [
        ("", syntax),
        ("[]", syntax),
        (r#"{"Version": "2012-10-17"}"#, syntax),
        (r#"{"Version": "2012-10-17", "Statement": []}"#, syntax),
        (r#"{"Version": "2013-01-01", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, syntax),
        (r#"{"Statements": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, syntax),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text, Kind::Identity), message, "{text}");
    }
}

#[test]
fn a_wrong_statement_is_refused_in_iams_words() {
    let syntax = "Syntax errors in policy.";
    let legacy = "The policy failed legacy parsing";
    let cases = [
        (r#"{"Action": "*", "Resource": "*"}"#, syntax),
        (r#"{"Effect": "Permit", "Action": "*", "Resource": "*"}"#, syntax),
        (r#"{"Effect": "allow", "Action": "*", "Resource": "*"}"#, legacy),
        (r#"{"Effect": "Allow", "Action": 3, "Resource": "*"}"#, syntax),
        (r#"{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}"#, syntax),
        (r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Colour": "red"}"#, syntax),
        (r#"{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}"#, syntax),
        (r#"{"Effect": "Allow", "Resource": "*"}"#, "Policy statement must contain actions."),
        (r#"{"Effect": "Allow", "Action": [], "Resource": "*"}"#, "Policy statement must contain actions."),
        (r#"{"Effect": "Allow", "Action": "*"}"#, "Policy statement must contain resources."),
        (
            r#"{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}"#,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            r#"{"Effect": "Allow", "Action": "s3:Get:Object", "Resource": "*"}"#,
            "Actions/Condition can contain only one colon.",
        ),
        (r#"{"Effect": "Allow", "Action": "s 3:Get", "Resource": "*"}"#, "Vendor s 3 is not valid"),
        (
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "photos"}"#,
            "Resource photos must be in ARN format or \"*\".",
        ),
        (
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:moon:s3"}"#,
            "Partition \"moon\" is not valid for resource \"arn:moon:s3:*:*:*\".",
        ),
        (
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:us-east-1::photos"}"#,
            "Resource arn:aws:s3:us-east-1::photos can not contain region information.",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Principal": "*", "Resource": "*"}"#,
            "Policy document should not specify a principal.",
        ),
        (r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringIs": {"a": "b"}}}"#, syntax),
        (r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": {}}}}"#, syntax),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"a": "soon"}}}"#,
            legacy,
        ),
        (
            r#"[{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"},
                {"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}]"#,
            "Statement IDs (SID) in a single policy must be unique.",
        ),
    ];
    for (statement, message) in cases {
        assert_eq!(refusal(&one(statement), Kind::Identity), message, "{statement}");
    }
}

#[test]
fn each_kind_has_its_own_fields() {
    let cases = [
        (Kind::Trust, r#"{"Effect": "Allow", "Action": "sts:AssumeRole"}"#, "Missing required field Principal"),
        (
            Kind::Trust,
            r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111111111111"}, "Resource": "*"}"#,
            "Has prohibited field Resource",
        ),
        (
            Kind::Trust,
            r#"{"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}"#,
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            Kind::Trust,
            r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "alice"}}"#,
            "Invalid principal in policy: \"AWS\":\"alice\"",
        ),
        (
            Kind::Trust,
            r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}"#,
            "accepted",
        ),
        (
            Kind::Resource,
            r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
            "Missing required field Principal",
        ),
        (
            Kind::Resource,
            r#"{"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}"#,
            "Missing required field Resource",
        ),
        (
            Kind::Resource,
            r#"{"Sid": "Allow reading", "Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": "*"}"#,
            "accepted",
        ),
    ];
    for (kind, statement, message) in cases {
        assert_eq!(refusal(&one(statement), kind), message, "{kind:?} {statement}");
    }
}

#[test]
fn resources_that_templates_write_are_accepted() {
    let resources = [
        "arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/todo:*",
        "arn:aws:logs:*:*:*",
        "arn:aws:s3:::photos/${aws:username}/*",
        "arn:aws:s3:*:111111111111:accesspoint/photos",
        "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team, 'none'}",
        "arn:aws:iam::*:role/todo-*",
        "arn:${aws:partition}:sqs:*:*:todo",
        "arn:aws-cn:sns:*",
    ];
    for resource in resources {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": ["{resource}"]}}"#);
        assert_eq!(refusal(&one(&statement), Kind::Identity), "accepted", "{resource}");
    }
}

#[test]
fn what_a_document_speaks_of_is_listed() {
    let document = document(
        r#"{"Effect": "Deny", "Principal": "*", "NotAction": ["s3:GetObject", "s3:Put*"], "Resource": "arn:aws:s3:::photos"},
           {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::music"}"#,
        Kind::Resource,
    );
    assert_eq!(document.actions().collect::<Vec<_>>(), ["s3:GetObject", "s3:Put*", "s3:*"]);
    assert_eq!(document.resources().collect::<Vec<_>>(), ["arn:aws:s3:::photos", "arn:aws:s3:::music"]);
}

#[test]
fn an_error_says_where_and_what() {
    let error = Document::parse(&one(r#"{"Action": "*", "Resource": "*"}"#), Kind::Identity).unwrap_err();
    assert_eq!(error.detail(), "Statement[0].Effect is missing");
}

#[test]
fn a_document_without_a_version_is_an_old_one() {
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let document = Document::parse(text, Kind::Identity).unwrap();
    assert_eq!(document.version(), Version::V2008);
    let refusal = document.check_version_2012().unwrap_err().to_string();
    assert_eq!(refusal, "Policy document must be version 2012-10-17 or greater.");
}

#[test]
fn a_document_is_stored_as_the_text_it_was() {
    let text = one(r#"{ "Effect":"Allow",   "Action": ["*"], "Resource": "*" }"#);
    let document = Document::parse(&text, Kind::Identity).unwrap();
    let stored = serde_json::to_string(&document).unwrap();
    let again: Document = serde_json::from_str(&stored).unwrap();
    assert_eq!((again.text(), &again), (text.as_str(), &document));
}

#[test]
fn principals_are_listed_for_who_can_look_them_up() {
    let document = document(
        r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["arn:aws:iam::111111111111:root",
            "arn:aws:iam::111111111111:user/alice"], "Federated": "cognito-identity.amazonaws.com"}}"#,
        Kind::Trust,
    );
    let listed: Vec<_> = document.principals().map(|(effect, principal)| (effect, principal.clone())).collect();
    let expected = [
        PrincipalPattern::Account("111111111111".into()),
        PrincipalPattern::Arn("arn:aws:iam::111111111111:user/alice".into()),
        PrincipalPattern::Federated("cognito-identity.amazonaws.com".into()),
    ];
    assert_eq!(listed, expected.map(|principal| (Effect::Allow, principal)));
}
