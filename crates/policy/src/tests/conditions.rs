use super::*;

/// Whether `{operator: {"k": wanted}}` holds where the request says `found` under `k`; `None` for nothing at all.
fn holds(operator: &str, wanted: &str, found: Option<&[&str]>) -> bool {
    let mut context = Context::new();
    if let Some(values) = found {
        context.set_all("K", values.iter().copied());
    }
    let statement = format!(
        r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"{operator}": {{"k": {wanted}}}}}}}"#
    );
    allows(&statement, "s3:GetObject", OBJECT, &context)
}

#[test]
fn every_operator_compares_as_aws_does() {
    let cases = [
        ("StringEquals", r#""red""#, "red", true),
        ("StringEquals", r#""red""#, "Red", false),
        ("StringEquals", r#""r*""#, "red", false),
        ("StringEquals", r#"["blue", "red"]"#, "red", true),
        ("StringNotEquals", r#"["blue", "red"]"#, "red", false),
        ("StringNotEquals", r#""red""#, "blue", true),
        ("StringEqualsIgnoreCase", r#""red""#, "RED", true),
        ("StringNotEqualsIgnoreCase", r#""red""#, "RED", false),
        ("StringLike", r#""r*d""#, "round", true),
        ("StringLike", r#""r?d""#, "round", false),
        ("StringNotLike", r#""r*d""#, "round", false),
        ("NumericEquals", "10", "10.0", true),
        ("NumericNotEquals", r#""10""#, "11", true),
        ("NumericLessThan", r#""10""#, "9", true),
        ("NumericLessThanEquals", r#""10""#, "10", true),
        ("NumericGreaterThan", r#""9""#, "10", true),
        ("NumericGreaterThanEquals", r#""10""#, "nine", false),
        ("DateLessThan", r#""2026-01-01""#, "2025-12-31T23:59:59Z", true),
        ("DateGreaterThan", r#""2026-01-01T00:00Z""#, "2026-01-01T00:00:01Z", true),
        ("DateEquals", r#""2026-01-01T02:00:00+02:00""#, "1767225600", true),
        ("Bool", r#""true""#, "true", true),
        ("Bool", "true", "True", true),
        ("Bool", r#""false""#, "true", false),
        ("Bool", r#""yes""#, "yes", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", true),
        ("IpAddress", r#""10.1.0.0/16""#, "10.1.2.3", true),
        ("IpAddress", r#""10.1.0.0/16""#, "10.2.2.3", false),
        ("IpAddress", r#"["10.1.2.3", "2001:db8::/32"]"#, "2001:db8:1::7", true),
        ("IpAddress", r#""0.0.0.0/0""#, "203.0.113.7", true),
        ("IpAddress", r#""0.0.0.0/0""#, "2001:db8::1", false),
        ("NotIpAddress", r#""10.1.0.0/16""#, "10.1.2.3", false),
        ("ArnEquals", r#""arn:aws:sns:*:111111111111:todo""#, "arn:aws:sns:us-east-1:111111111111:todo", true),
        ("ArnLike", r#""arn:aws:sns:*:todo""#, "arn:aws:sns:us-east-1:111111111111:todo", false),
        ("ArnNotLike", r#""arn:aws:sns:*:*:todo""#, "arn:aws:sns:us-east-1:111111111111:todo", false),
        ("Null", r#""false""#, "red", true),
        ("Null", r#""true""#, "red", false),
        ("Null", r#""maybe""#, "red", false),
        ("stringequals", r#""red""#, "red", true),
    ];
    for (operator, wanted, found, expected) in cases {
        assert_eq!(holds(operator, wanted, Some(&[found])), expected, "{operator} {wanted} on {found}");
    }
}

#[test]
fn an_absent_key_fails_what_asks_for_it_and_passes_what_forbids() {
    let cases = [
        ("StringEquals", false),
        ("StringLike", false),
        ("StringNotEquals", true),
        ("StringNotLike", true),
        ("StringEqualsIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotEquals", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
    ];
    for (operator, expected) in cases {
        assert_eq!(holds(operator, r#""red""#, None), expected, "{operator}");
    }
    assert!(holds("Null", r#""true""#, None));
    assert!(!holds("Null", r#""false""#, None));
    assert!(holds("NumericNotEquals", "3", None) && !holds("NumericLessThan", "3", None));
    assert!(holds("NotIpAddress", r#""10.0.0.0/8""#, None) && !holds("IpAddress", r#""10.0.0.0/8""#, None));
}

#[test]
fn sets_of_values_are_asked_all_or_any() {
    let wanted = r#"["red", "blue"]"#;
    let cases: [(&str, &[&str], bool); 8] = [
        ("ForAllValues:StringEquals", &["red", "blue"], true),
        ("ForAllValues:StringEquals", &["red", "green"], false),
        ("ForAllValues:StringEquals", &[], true),
        ("ForAnyValue:StringEquals", &["red", "green"], true),
        ("ForAnyValue:StringEquals", &["green"], false),
        ("ForAllValues:StringNotEquals", &["green", "red"], false),
        ("ForAnyValue:StringNotEquals", &["green", "red"], true),
        ("ForAnyValue:StringNotEquals", &["blue", "red"], false),
    ];
    for (operator, found, expected) in cases {
        assert_eq!(holds(operator, wanted, Some(found)), expected, "{operator} on {found:?}");
    }
}

#[test]
fn actions_ignore_case_and_resources_do_not() {
    let cases = [
        ("s3:Get*", "arn:aws:s3:::photos/*", true),
        ("S3:getobject", "arn:aws:s3:::photos/*", true),
        ("s3:GetObjec?", "arn:aws:s3:::photos/alice/???.jpg", true),
        ("s3:Put*", "*", false),
        ("*:*", "*", true),
        ("s3:*", "arn:aws:s3:::Photos/*", false),
        ("s3:*", "arn:aws:s3:::photos", false),
        ("s3:*", "arn:aws:s3:*", true),
        ("s3:*", "arn:*:s3:::*/cat.jpg", true),
        ("s3:*", "arn:aws:s3:::*cat.jp", false),
    ];
    for (action, resource, expected) in cases {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#);
        assert_eq!(allows(&statement, "s3:GetObject", OBJECT, &Context::new()), expected, "{action} {resource}");
    }
}

#[test]
fn a_wildcard_stays_in_its_part_of_the_arn() {
    let statement = |pattern: &str| format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{pattern}"}}"#);
    let table = "arn:aws:dynamodb:us-east-1:111111111111:table/todo:222222222222:table/todo";
    let asks = |pattern: &str| allows(&statement(pattern), "dynamodb:GetItem", table, &Context::new());
    assert!(asks("arn:aws:dynamodb:*:111111111111:table/*"));
    assert!(!asks("arn:aws:dynamodb:*:222222222222:table/todo"));
}

#[test]
fn not_action_and_not_resource_mean_all_others() {
    let statement = r#"{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}"#;
    let context = Context::new();
    assert!(allows(statement, "s3:GetObject", OBJECT, &context));
    assert!(!allows(statement, "iam:GetUser", OBJECT, &context));
    assert!(!allows(statement, "s3:GetObject", "arn:aws:s3:::secret/plan", &context));
}

#[test]
fn variables_stand_for_what_the_request_says() {
    let context = Context::new().with("aws:PrincipalTag/Team", "a*").with("s3:prefix", "a*/x");
    let cases = [
        ("arn:aws:s3:::photos/${aws:username}/*", OBJECT, true),
        ("arn:aws:s3:::photos/${AWS:UserName}/*", OBJECT, true),
        ("arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3:::photos/bob/cat.jpg", false),
        ("arn:aws:s3:::t/${aws:PrincipalTag/team}", "arn:aws:s3:::t/a*", true),
        ("arn:aws:s3:::t/${aws:PrincipalTag/team}", "arn:aws:s3:::t/abc", false),
        ("arn:aws:s3:::t/${aws:PrincipalTag/none}", "arn:aws:s3:::t/", false),
        ("arn:aws:s3:::t/${aws:PrincipalTag/none, 'shared'}", "arn:aws:s3:::t/shared", true),
        ("arn:aws:s3:::t/${*}${?}${$}", "arn:aws:s3:::t/*?$", true),
        ("arn:aws:s3:::t/${*}", "arn:aws:s3:::t/abc", false),
    ];
    for (pattern, resource, expected) in cases {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "{pattern}"}}"#);
        assert_eq!(allows(&statement, "s3:GetObject", resource, &context), expected, "{pattern} on {resource}");
    }
    let in_condition = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringLike": {"s3:prefix": "${aws:PrincipalTag/Team}/*"}}}"#;
    assert!(allows(in_condition, "s3:ListBucket", "arn:aws:s3:::photos", &context));
}

#[test]
fn old_documents_have_no_variables() {
    let text = r#"{"Version": "2008-10-17", "Statement":
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::photos/${aws:username}/*"}}"#;
    let (document, alice) = (Document::parse(text, Kind::Identity).unwrap(), alice());
    let policies = Policies { identity: &named("old", &document), ..Policies::default() };
    assert!(!decide(&alice, "s3:GetObject", OBJECT, &policies).is_allowed());
}

#[test]
fn keys_about_the_principal_need_not_be_said() {
    let cases = [
        (r#"{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:user/staff/alice"}}"#, true),
        (r#"{"StringEquals": {"aws:PrincipalAccount": "111111111111", "aws:username": "alice"}}"#, true),
        (r#"{"StringEquals": {"aws:userid": "AIDAALICE", "aws:PrincipalType": "User"}}"#, true),
        (r#"{"Bool": {"aws:PrincipalIsAWSService": "true"}}"#, false),
    ];
    for (condition, expected) in cases {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}"#);
        assert_eq!(allows(&statement, "s3:GetObject", OBJECT, &Context::new()), expected, "{condition}");
    }
}
