use super::*;
use crate::{Because, Effect, Mismatch, NearMiss, ResourceRule, Source, StatementRef, Verdict};

const READ: &str =
    r#"{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}"#;
const NO: &str = r#"{"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}"#;
const OWNER: &str = "111111111111";

/// A bucket's policy that lets `principal` (JSON) read.
fn bucket(effect: &str, principal: &str) -> Document {
    let statement = format!(
        r#"{{"Sid": "Bucket", "Effect": "{effect}", "Principal": {principal}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::photos/*"}}"#
    );
    document(&statement, Kind::Resource)
}

fn trust(principal: &str) -> Document {
    let statement = format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"}}"#);
    document(&statement, Kind::Trust)
}

fn sources(decision: &Decision) -> Vec<Source> {
    match &decision.because {
        Because::Statements(statements) => statements.iter().map(|statement| statement.source).collect(),
        Because::NothingAllows { source, .. } => vec![*source],
        Because::RootUser => vec![],
    }
}

#[test]
fn nothing_is_allowed_that_no_policy_allows() {
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &Policies::default());
    assert_eq!(decision.verdict, Verdict::ImplicitDeny);
}

#[test]
fn a_deny_anywhere_wins_and_is_named() {
    let (read, no, open) = (identity(READ), identity(NO), bucket("Allow", "\"*\""));
    let closed = bucket("Deny", r#"{"AWS": "111111111111"}"#);
    let both = [Policy { name: "read", document: &read }, Policy { name: "no", document: &no }];
    let base = Policies { identity: &both[..1], resource: &named("bucket", &open), ..Policies::default() };
    let cases = [
        (Policies { identity: &both, ..base }, Source::Identity),
        (Policies { boundary: Some(both[1]), ..base }, Source::Boundary),
        (Policies { session: &both[1..], ..base }, Source::Session),
        (Policies { resource: &named("bucket", &closed), ..base }, Source::Resource),
    ];
    assert!(decide(&alice(), "s3:GetObject", OBJECT, &base).is_allowed());
    for (policies, source) in cases {
        let decision = decide(&alice(), "s3:GetObject", OBJECT, &policies);
        assert_eq!((decision.verdict, sources(&decision)), (Verdict::ExplicitDeny, vec![source]));
    }
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &Policies { identity: &both, ..base });
    assert_eq!(decision.to_string(), "denied by statement No of identity-based policy no");
}

#[test]
fn within_an_account_either_side_is_enough_if_it_names_the_principal() {
    let (read, none) = (identity(READ), identity(&READ.replace("GetObject", "ListBucket")));
    let cases = [
        (r#"{"AWS": "arn:aws:iam::111111111111:user/staff/alice"}"#, true),
        (r#""*""#, true),
        (r#"{"AWS": "*"}"#, true),
        (r#"{"AWS": "arn:aws:iam::111111111111:root"}"#, false),
        (r#"{"AWS": "111111111111"}"#, false),
        (r#"{"AWS": "arn:aws:iam::111111111111:user/bob"}"#, false),
        (r#"{"Service": "lambda.amazonaws.com"}"#, false),
    ];
    for (principal, enough_alone) in cases {
        let bucket = bucket("Allow", principal);
        let resource = &named("bucket", &bucket);
        for (document, expected) in [(&none, enough_alone), (&read, true)] {
            let policies = Policies { identity: &named("i", document), resource, ..Policies::default() };
            let decision = decide(&alice(), "s3:GetObject", OBJECT, &policies);
            assert_eq!(decision.is_allowed(), expected, "{principal}: {decision}");
        }
    }
}

#[test]
fn across_accounts_both_sides_have_to_allow() {
    let (read, open) = (identity(READ), bucket("Allow", r#"{"AWS": "111111111111"}"#));
    let both = Policies {
        identity: &named("read", &read),
        resource: &named("bucket", &open),
        resource_account: Some("222222222222"),
        ..Policies::default()
    };
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &both);
    assert_eq!(sources(&decision), [Source::Resource, Source::Identity]);
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &Policies { identity: &[], ..both });
    assert_eq!((decision.verdict, sources(&decision)), (Verdict::ImplicitDeny, vec![Source::Identity]));
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &Policies { resource: &[], ..both });
    assert_eq!((decision.verdict, sources(&decision)), (Verdict::ImplicitDeny, vec![Source::Resource]));
}

#[test]
fn a_role_is_assumed_only_where_its_trust_policy_allows() {
    let assume = r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}"#;
    let (may, role) = (identity(assume), "arn:aws:iam::111111111111:role/todo");
    let cases = [
        (r#"{"AWS": "arn:aws:iam::111111111111:user/staff/alice"}"#, true, true),
        (r#"{"AWS": "111111111111"}"#, false, true),
        (r#"{"AWS": "222222222222"}"#, false, false),
        (r#"{"Service": "lambda.amazonaws.com"}"#, false, false),
    ];
    for (principal, without_identity, with_identity) in cases {
        let trust = trust(principal);
        let with = Policies {
            identity: &named("may", &may),
            resource: &named("trust", &trust),
            resource_account: Some(OWNER),
            ..Policies::default()
        };
        let without = Policies { identity: &[], ..with };
        let allowed = [without, with].map(|policies| decide(&alice(), "sts:AssumeRole", role, &policies).is_allowed());
        assert_eq!(allowed, [without_identity, with_identity], "{principal}");
    }
    let lambda = trust(r#"{"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}"#);
    let policies = Policies { resource: &named("trust", &lambda), ..Policies::default() };
    assert!(decide(&Principal::service("lambda.amazonaws.com"), "sts:AssumeRole", role, &policies).is_allowed());
    let decision = decide(&Principal::service("ecs.amazonaws.com"), "sts:AssumeRole", role, &policies);
    assert_eq!(sources(&decision), [Source::Trust]);
}

#[test]
fn a_key_policy_may_leave_it_to_the_account_but_cannot_be_left_out() {
    let read = identity(READ);
    let key = bucket("Allow", r#"{"AWS": "111111111111"}"#);
    let policies = Policies {
        identity: &named("read", &read),
        resource: &named("key", &key),
        resource_rule: ResourceRule::Required,
        ..Policies::default()
    };
    assert!(decide(&alice(), "s3:GetObject", OBJECT, &policies).is_allowed());
    let without = Policies { resource: &[], ..policies };
    assert!(!decide(&alice(), "s3:GetObject", OBJECT, &without).is_allowed());
    assert!(!decide(&Principal::root(&account(OWNER)), "s3:GetObject", OBJECT, &without).is_allowed());
}

#[test]
fn the_root_user_needs_no_policy_in_its_account() {
    let (root, closed) = (Principal::root(&account(OWNER)), bucket("Deny", "\"*\""));
    let decision = decide(&root, "s3:GetObject", OBJECT, &Policies::default());
    assert_eq!(decision.because, Because::RootUser);
    let policies = Policies { resource: &named("bucket", &closed), ..Policies::default() };
    assert_eq!(decide(&root, "s3:GetObject", OBJECT, &policies).verdict, Verdict::ExplicitDeny);
    let elsewhere = Policies { resource_account: Some("222222222222"), ..Policies::default() };
    assert_eq!(decide(&root, "s3:GetObject", OBJECT, &elsewhere).verdict, Verdict::ImplicitDeny);
}

#[test]
fn boundary_and_session_policies_limit_all_but_who_is_named_itself() {
    let (read, lists) = (identity(READ), identity(&READ.replace("GetObject", "ListBucket")));
    let session_arn = r#"{"AWS": "arn:aws:sts::111111111111:assumed-role/todo/i-1"}"#;
    let role_arn = r#"{"AWS": "arn:aws:iam::111111111111:role/app/todo"}"#;
    let user_arn = r#"{"AWS": "arn:aws:iam::111111111111:user/staff/alice"}"#;
    let cases = [
        (session(), role_arn, false),
        (session(), session_arn, true),
        (alice(), user_arn, true),
        (alice(), r#"{"AWS": "111111111111"}"#, false),
    ];
    let limit = Policy { name: "limit", document: &lists };
    for (principal, named_as, expected) in cases {
        let bucket = bucket("Allow", named_as);
        let open =
            Policies { identity: &named("read", &read), resource: &named("bucket", &bucket), ..Policies::default() };
        assert!(decide(&principal, "s3:GetObject", OBJECT, &open).is_allowed());
        let limited = [Policies { boundary: Some(limit), ..open }, Policies { session: &[limit], ..open }];
        for policies in limited {
            let decision = decide(&principal, "s3:GetObject", OBJECT, &policies);
            assert_eq!(decision.is_allowed(), expected, "{named_as}: {decision}");
        }
    }
}

#[test]
fn who_has_no_account_is_let_in_by_the_resource_alone() {
    let (read, identity_id) = (identity(READ), "a1b2c3");
    let oai_arn = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
    let oai = Principal::CanonicalUser { id: identity_id.into(), arn: Some(oai_arn.into()) };
    let cloudfront = Principal::service("cloudfront.amazonaws.com");
    let cases = [
        (&oai, r#"{"CanonicalUser": "a1b2c3"}"#, true),
        (&oai, r#"{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#, true),
        (&oai, r#"{"CanonicalUser": "other"}"#, false),
        (&cloudfront, r#"{"Service": "cloudfront.amazonaws.com"}"#, true),
        (&Principal::Anonymous, r#""*""#, true),
        (&Principal::Anonymous, r#"{"AWS": "111111111111"}"#, false),
    ];
    for (principal, named_as, expected) in cases {
        let bucket = bucket("Allow", named_as);
        let policies =
            Policies { identity: &named("i", &read), resource: &named("bucket", &bucket), ..Policies::default() };
        assert_eq!(decide(principal, "s3:GetObject", OBJECT, &policies).is_allowed(), expected, "{named_as}");
    }
}

#[test]
fn not_principal_spares_who_is_named() {
    let statement = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal":
        {"AWS": ["arn:aws:iam::111111111111:role/app/todo", "111111111111"]}}"#;
    let (fence, read) = (document(statement, Kind::Resource), identity(READ));
    let policies = Policies { identity: &named("i", &read), resource: &named("fence", &fence), ..Policies::default() };
    assert!(decide(&session(), "s3:GetObject", OBJECT, &policies).is_allowed());
    let bounded = Policies { boundary: Some(Policy { name: "limit", document: &read }), ..policies };
    assert_eq!(decide(&session(), "s3:GetObject", OBJECT, &bounded).verdict, Verdict::ExplicitDeny);
    let stranger = Principal::user(&Arn::new("iam", "", "222222222222", "user/eve"), "AIDAEVE");
    assert_eq!(decide(&stranger, "s3:GetObject", OBJECT, &policies).verdict, Verdict::ExplicitDeny);
}

#[test]
fn a_denial_says_what_nearly_allowed_and_survives_storing() {
    let near = identity(
        r#"{"Sid": "Home", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::music/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}}}"#,
    );
    let (alice, context) = (alice(), Context::new().with("aws:sourceip", "192.0.2.1"));
    let request = Request { principal: &alice, action: "s3:GetObject", resource: OBJECT, context: &context };
    let decision = evaluate(&request, &Policies { identity: &named("home", &near), ..Policies::default() });
    let condition = |operator: &str, key: &str, wanted: &str, found: Option<&str>| Mismatch::Condition {
        operator: operator.into(),
        key: key.into(),
        wanted: vec![wanted.into()],
        found: found.map(|value| vec![value.into()]),
    };
    let near_miss = NearMiss {
        statement: StatementRef {
            policy: "home".into(),
            source: Source::Identity,
            effect: Effect::Allow,
            sid: Some("Home".into()),
            index: 0,
        },
        mismatches: vec![
            Mismatch::Resource {
                listed: vec!["arn:aws:s3:::music/*".into()],
                asked: OBJECT.into(),
                is_excluded: false,
            },
            condition("IpAddress", "aws:SourceIp", "10.0.0.0/8", Some("192.0.2.1")),
            condition("Bool", "aws:SecureTransport", "true", None),
        ],
    };
    let because = Because::NothingAllows { source: Source::Identity, near_misses: vec![near_miss] };
    assert_eq!(decision, Decision { verdict: Verdict::ImplicitDeny, because });
    let stored = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&stored).unwrap(), decision);
    assert_eq!(
        decision.message(&request),
        "User: arn:aws:iam::111111111111:user/staff/alice is not authorized to perform: s3:GetObject on resource: \
         arn:aws:s3:::photos/alice/cat.jpg because no identity-based policy allows the s3:GetObject action"
    );
    assert_eq!(
        decision.to_string(),
        "denied: no identity-based policy allows it\n  \
         statement Home of identity-based policy home allows the action, but\n    \
         it covers only arn:aws:s3:::music/*; asked for arn:aws:s3:::photos/alice/cat.jpg\n    \
         IpAddress aws:SourceIp wants 10.0.0.0/8; the request says 192.0.2.1\n    \
         Bool aws:SecureTransport wants true; the request does not say it"
    );
}

#[test]
fn a_grant_to_the_account_is_told_apart_from_a_grant() {
    let open = bucket("Allow", r#"{"AWS": "111111111111"}"#);
    let policies = Policies { resource: &named("bucket", &open), ..Policies::default() };
    let decision = decide(&alice(), "s3:GetObject", OBJECT, &policies);
    let Because::NothingAllows { source: Source::Identity, near_misses } = &decision.because else {
        panic!("{decision}")
    };
    assert_eq!(near_misses[0].mismatches, [Mismatch::OnlyTheAccount]);
}
