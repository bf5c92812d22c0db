use crate::{World, bind, context, given};
use std::collections::BTreeMap;
use template::{ParameterInput, Template};

const BUCKET: &str = "Resources: {B: {Type: AWS::S3::Bucket}}\n";

fn refusal(parameter: &str, value: &str) -> String {
    let body = format!("{BUCKET}Parameters:\n  P: {parameter}\n");
    bind(&body, &[("P", value)]).map_or_else(|error| error.to_string(), |_| "accepted".into())
}

#[test]
fn a_value_must_satisfy_its_declaration() {
    let cases = [
        ("{Type: String, AllowedValues: [a, b]}", "c", "Parameter 'P' must be one of AllowedValues"),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "A", "Parameter 'P' must match pattern [a-z]+"),
        ("{Type: String, AllowedPattern: '(?!x)[a-z]+'}", "yes", "accepted"),
        ("{Type: String, AllowedPattern: '^[\\w-.]+$|^$'}", "a.b-c", "accepted"),
        ("{Type: String, AllowedPattern: '[A-Za-z0-9-_/\\p{Punct}]*'}", "a_b-c!", "accepted"),
        ("{Type: String, MinLength: 3}", "ab", "Parameter 'P' must contain at least 3 characters"),
        ("{Type: String, MaxLength: 1}", "ab", "Parameter 'P' must contain at most 1 characters"),
        ("{Type: Number}", "ab", "Parameter 'P' must be a number"),
        ("{Type: Number, MinValue: 3}", "2", "Parameter 'P' must be a number not less than 3"),
        ("{Type: List<Number>, MaxValue: 3}", "2, 4", "Parameter 'P' must be a number not greater than 3"),
        ("{Type: Number, AllowedValues: [1, 2]}", "1.0", "accepted"),
        (
            "{Type: String, MinLength: 3, ConstraintDescription: must be long.}",
            "ab",
            "Parameter P failed to satisfy constraint: must be long.",
        ),
        ("{Type: String, Kind: x}", "ab", "Invalid template parameter property 'Kind'"),
        ("{Type: Strin}", "ab", "Template format error: Unrecognized parameter type: Strin"),
        ("{Default: a}", "ab", "Template format error: Every Parameters object must contain a Type member."),
        ("{Type: String, Default: [a]}", "ab", "Template format error: Every Default member must be a string."),
    ];
    for (parameter, value, expected) in cases {
        assert_eq!(refusal(parameter, value), expected, "{parameter}");
    }
}

#[test]
fn parameters_come_from_the_request_the_stack_or_their_default() {
    let body =
        format!("{BUCKET}Parameters: {{A: {{Type: String}}, B: {{Type: String}}, C: {{Type: String, Default: c}}}}");
    let message = |values: &[(&str, &str)]| bind(&body, values).unwrap_err().to_string();
    assert_eq!(message(&[]), "Parameters: [A, B] must have values");
    assert_eq!(message(&[("X", "x")]), "Parameters: [X] do not exist in the template");

    let mut inputs = given(&[("B", "new")]);
    inputs.insert("A".into(), ParameterInput::UsePrevious);
    let bind = |previous: &BTreeMap<String, String>| {
        Template::parse(&body).unwrap().bind(&inputs, previous, &BTreeMap::new(), context(), &World)
    };
    assert!(bind(&BTreeMap::new()).unwrap_err().message().starts_with("Invalid input for parameter key A."));
    let bound = bind(&BTreeMap::from([("A".into(), "old".into()), ("C".into(), "ignored".into())])).unwrap();
    let values: Vec<_> = bound.parameters().values().map(template::BoundParameter::given).collect();
    assert_eq!(values, ["old", "new", "c"]);
}

#[test]
fn a_secret_is_never_printed() {
    let body = format!("{BUCKET}Parameters: {{P: {{Type: String, NoEcho: true}}}}");
    let bound = bind(&body, &[("P", "hunter2")]).unwrap();
    assert_eq!(bound.parameters()["P"].shown(), "****");
    assert_eq!(bound.parameters()["P"].given(), "hunter2");
    assert!(!format!("{bound:?} {:?}", given(&[("P", "hunter2")])).contains("hunter2"));
    for constraint in
        ["AllowedValues: [a]", "AllowedPattern: x", "MaxLength: 1", "ConstraintDescription: no, MinLength: 9"]
    {
        assert!(!refusal(&format!("{{Type: String, NoEcho: true, {constraint}}}"), "hunter2").contains("hunter2"));
    }
}

#[test]
fn stored_parameters_are_looked_up() {
    let body = format!(
        "{BUCKET}Parameters: {{P: {{Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /ami}}}}"
    );
    let names = Template::parse(&body).unwrap().stored_parameters(&BTreeMap::new(), &BTreeMap::new()).unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["/ami"]);
    let bound = bind(&body, &[]).unwrap();
    assert_eq!(bound.parameters()["P"].value(), "ami-123");
    assert_eq!(bound.parameters()["P"].shown(), "/ami");
    assert!(bind(&body, &[("P", "/none")]).unwrap_err().message().contains("[/none]"));
}

#[test]
fn rules_hold_or_the_stack_is_refused() {
    let body = format!(
        "{BUCKET}
Parameters:
  Env: {{Type: String}}
  Sizes: {{Type: CommaDelimitedList, Default: 'a,b'}}
Rules:
  Production:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: !EachMemberIn [!Ref Sizes, [a, b]]
      - Assert: !Contains [[x, y], !Ref AWS::Region]
        AssertDescription: wrong region
"
    );
    assert!(bind(&body, &[("Env", "dev")]).is_ok());
    let refused = bind(&body, &[("Env", "prod")]).unwrap_err();
    assert_eq!(refused.message(), "Template error: Rule Production failed: wrong region");
}
