//! What CloudFormation says about a bad template.

use crate::{bind, refusal};

const BUCKET: &str = "Resources: {B: {Type: AWS::S3::Bucket}}\n";

fn with(section: &str) -> String {
    refusal(&format!("{BUCKET}{section}"))
}

fn property(value: &str) -> String {
    refusal(&format!("Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      P: {value}\n"))
}

#[test]
fn a_body_that_is_not_a_template() {
    assert_eq!(refusal(""), "Template format error: unsupported structure.");
    assert_eq!(refusal("hello"), "Template format error: unsupported structure.");
    assert_eq!(refusal("- a"), "Template format error: unsupported structure.");
    assert_eq!(refusal("{\"A\": }"), "Template format error: JSON not well-formed. (line 1, column 7)");
    assert_eq!(refusal("A: !GetAttr B.Arn"), "Template format error: YAML not well-formed. (line 1, column 4)");
    assert!(refusal("A:\n  B: c\n D: e").starts_with("Template format error: YAML not well-formed. (line 3"));
    assert_eq!(refusal("A: b"), "Invalid template property or properties [A]");
    assert_eq!(refusal("Description: a"), "Template format error: At least one Resources member must be defined.");
    assert_eq!(
        with("AWSTemplateFormatVersion: 2020"),
        "Template format error: unsupported value for AWSTemplateFormatVersion."
    );
    assert_eq!(
        with(&format!("Description: {}", "x".repeat(1025))),
        "Template format error: 'Description' length is greater than 1024"
    );
    assert_eq!(with("Outputs:"), "[/Outputs] 'null' values are not allowed in templates");
    assert_eq!(property(""), "[/Resources/B/Type/P] 'null' values are not allowed in templates");
    assert_eq!(
        property("{? {a: b} : c}"),
        "Template format error: [/Resources/B/Type/P] map keys must be strings; received a map instead"
    );
}

#[test]
fn unknown_transforms_are_named() {
    assert!(
        with("Transform: AWS::Serverless-2016-10-31\nGlobals: {}")
            .starts_with("No transform named AWS::Serverless-2016-10-31 found.")
    );
    assert!(
        property("{'Fn::Transform': {Name: AWS::Include, Parameters: {}}}")
            .starts_with("No transform named AWS::Include found.")
    );
}

#[test]
fn resources() {
    let resource = |definition: &str| refusal(&format!("Resources: {{R: {definition}}}"));
    assert_eq!(
        resource("{}"),
        "Template format error: [/Resources/R] Every Resources object must contain a Type member."
    );
    assert_eq!(resource("{Type: AWS::S3::Bucket, Tags: []}"), "Invalid template resource property 'Tags'");
    assert_eq!(resource("{Type: Bucket}"), "Template format error: Unrecognized resource types: [Bucket]");
    assert_eq!(
        resource("{Type: AWS::S3::Bucket, Condition: [a]}"),
        "Template format error: Every Condition member must be a string."
    );
    assert_eq!(
        resource("{Type: AWS::S3::Bucket, DeletionPolicy: Keep}"),
        "Template format error: Unrecognized DeletionPolicy Keep for resource type AWS::S3::Bucket"
    );
    assert_eq!(
        refusal("Resources: {a-b: {Type: AWS::S3::Bucket}}"),
        "Template format error: Resource name a-b is non alphanumeric."
    );
    let many: String = (0..501).map(|index| format!("  R{index}: {{Type: AWS::S3::Bucket}}\n")).collect();
    assert_eq!(
        refusal(&format!("Resources:\n{many}")),
        "Template format error: Number of resources, 501, is greater than maximum allowed, 500"
    );
}

#[test]
fn undefined_names() {
    let unresolved =
        "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template";
    assert_eq!(property("!Ref Nope"), unresolved);
    assert_eq!(property("!Sub '${Nope}'"), unresolved);
    assert_eq!(refusal("Resources: {B: {Type: AWS::S3::Bucket, DependsOn: [Nope]}}"), unresolved);
    assert_eq!(
        property("!GetAtt Nope.Arn"),
        "Template error: instance of Fn::GetAtt references undefined resource Nope"
    );
    assert_eq!(
        property("!Sub '${Nope.Arn}'"),
        "Template error: instance of Fn::Sub references invalid resource attribute Nope.Arn"
    );
    assert_eq!(property("!Sub ['${Local}', {Local: x}]"), "accepted");
    assert_eq!(property("!If [Nope, a, b]"), "Template error: unresolved condition dependency Nope in Fn::If");
    assert_eq!(
        property("!FindInMap [Nope, a, b]"),
        "Template error: Mapping named 'Nope' is not present in the 'Mappings' section of template."
    );
    assert_eq!(
        with("Outputs: {O: {Value: !Ref Nope}}"),
        "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template"
    );
    assert_eq!(
        with("Conditions: {C: !Equals [!Ref B, x]}"),
        "Template format error: Unresolved dependencies [B]. Cannot reference resources in the Conditions block of the template"
    );
    assert_eq!(
        refusal("Resources: {B: {Type: AWS::S3::Bucket, Condition: Nope}}"),
        "Template format error: Unresolved condition dependency Nope in the Resources block of the template"
    );
}

#[test]
fn functions_written_wrongly() {
    let join = "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of \
                strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.";
    assert_eq!(property("!Join [',']"), join);
    assert_eq!(property("!Join [',', text]"), join);
    assert_eq!(
        property("!GetAtt B"),
        "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"
    );
    assert_eq!(property("{Ref: [B]}"), "Template format error: every Ref object must have a single String value.");
    assert!(
        property("{'Fn::Upper': a}")
            .starts_with("Template error: Encountered unsupported function: Fn::Upper Supported functions are: [")
    );
    assert!(
        property("{'Fn::Length': [a]}").starts_with("Template error: Encountered unsupported function: Fn::Length")
    );
    assert_eq!(property("!Equals [a, b]"), "Template error: Fn::Equals cannot be partially collapsed");
    assert_eq!(
        property("!Sub '${a-b}'"),
        "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons"
    );
    assert_eq!(property("!If [a, b]"), "Template error: Fn::If requires a list argument with three elements");
    let condition = |definition: &str| with(&format!("Conditions: {{C: {definition}}}"));
    let and = "Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.";
    assert_eq!(condition("!And [!Equals [a, b]]"), and);
    assert_eq!(condition("!And [text, !Equals [a, b]]"), and);
    assert_eq!(
        condition("!Not [!Equals [a, b], 1]"),
        "Template error: Fn::Not requires a list argument with one element"
    );
    assert_eq!(condition("!Equals [a]"), "Template error: Fn::Equals requires a list argument with two elements");
    assert_eq!(condition("!Equals [!ImportValue a, b]"), "Template error: Cannot use Fn::ImportValue in Conditions");
    assert_eq!(
        condition("text"),
        "Template format error: Conditions can only be boolean operations on parameters and other conditions"
    );
}

#[test]
fn cycles() {
    let cycle = "Resources:
  Free: {Type: AWS::S3::Bucket}
  A: {Type: AWS::S3::Bucket, Properties: {P: !GetAtt B.Arn, Q: !Ref Free}}
  B: {Type: AWS::S3::Bucket, DependsOn: A}
  After: {Type: AWS::S3::Bucket, DependsOn: B}\n";
    assert_eq!(refusal(cycle), "Circular dependency between resources: [A, B]");
    assert_eq!(property("!Ref B"), "Circular dependency between resources: [B]");
    assert_eq!(
        with("Conditions: {X: !Not [!Condition Y], Y: !Not [!Condition X]}"),
        "Template format error: Circular dependency between conditions: [X, Y]"
    );
}

#[test]
fn a_chain_of_conditions_may_be_long() {
    let mut body = String::from("Resources: {B: {Type: AWS::S3::Bucket, Condition: C0}}\nConditions:\n");
    for index in 0..5000 {
        body += &format!("  C{index}: !Not [!Condition C{}]\n", index + 1);
    }
    body += "  C5000: !Equals [a, a]\n";
    assert!(bind(&body, &[]).unwrap().conditions()["C0"]);
}

#[test]
fn what_a_condition_takes_away_cannot_be_mentioned() {
    let head = "Conditions: {Never: !Equals [a, b]}\n";
    let resources = |value: &str| {
        format!(
            "{head}Resources:\n  Gone: {{Type: AWS::S3::Bucket, Condition: Never}}\n  B:\n    Type: AWS::S3::Bucket\n    \
             Properties: {{P: {value}}}\n"
        )
    };
    assert_eq!(
        refusal(&resources("!Ref Gone")),
        "Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template"
    );
    assert_eq!(refusal(&resources("!If [Never, !Ref Gone, x]")), "accepted");
    assert_eq!(
        refusal(&format!("{}Outputs: {{O: {{Value: !Ref Gone}}}}", resources("x"))),
        "Template format error: Unresolved resource dependencies [Gone] in the Outputs block of the template"
    );
}
