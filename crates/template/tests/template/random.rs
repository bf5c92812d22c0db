//! No input panics.

use crate::bind;
use proptest::prelude::*;
use template::{Template, diff, dynamic};

const WHOLE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::LanguageExtensions]
Parameters:
  P: {Type: String, Default: "x{y", AllowedPattern: "[a-z{]+", NoEcho: true}
  L: {Type: List<Number>, Default: "1,2", MinValue: 0}
Rules: {R: {RuleCondition: !Equals [!Ref P, a], Assertions: [{Assert: !Contains [[a], !Ref P], AssertDescription: d}]}}
Mappings: {M: {a: {b: [c, d]}}}
Conditions: {C: !And [!Not [!Equals [!Ref P, b]], !Or [!Equals [1, 2], !Condition D]], D: !Equals [a, a]}
Resources:
  A: &anchor
    Type: AWS::S3::Bucket
    DependsOn: [B]
    Condition: C
    Properties:
      X: !Join [",", [!GetAtt B.Arn, !Sub "${B}-${!x}-${P}", !Select [0, !Split ["-", a-b]]]]
      Y: !If [C, {<<: {k: v}, Z: !Cidr [10.0.0.0/16, 2, 8]}, !Ref AWS::NoValue]
      Z: !FindInMap [M, a, b]
      W: !Base64 {"Fn::Sub": ["${v}", {v: !ImportValue shared}]}
      V: "{{resolve:ssm:name:1}}"
  B: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, Properties: {N: !GetAZs ""}}
  "Fn::ForEach::Loop": [I, [a, b], {"T${I}": {Type: AWS::SNS::Topic, Properties: {N: !Ref I}}}]
Outputs: {O: {Value: !Ref B, Export: {Name: !Sub "${AWS::StackName}-o"}}}
"#;

/// Everything that can be done with a body.
fn exercise(body: &str) {
    let Ok(bound) = bind(body, &[]) else { return };
    bound.template().capabilities();
    bound.graph().waves();
    assert!(diff(&bound, &bound).is_empty());
    for resource in bound.resources() {
        if let Ok(Some(value)) = bound.evaluate(&resource.properties, &crate::World) {
            drop(dynamic::references(&value));
        }
    }
    for (_, output) in bound.outputs() {
        drop(bound.evaluate_text(&output.value, &crate::World));
    }
}

#[test]
fn the_whole_language_is_accepted() {
    bind(WHOLE, &[]).unwrap();
}

/// Pieces of the language, put together without sense.
fn fragment() -> impl Strategy<Value = String> {
    let words = [
        "Resources",
        "Type",
        "AWS::S3::Bucket",
        "Properties",
        "!Ref ",
        "!Sub ",
        "!If ",
        "Fn::If",
        "Fn::ForEach::x",
        "${",
        "}",
        "${A.B}",
        ":",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "<<",
        "|",
        ">",
        "\"",
        "'",
        "#",
        "? ",
        "!!int ",
        "!",
        "~",
        "---\n",
        "...\n",
        "Conditions",
        "é",
        "\t",
        "\u{feff}",
        "null",
        "0",
        "{{resolve:ssm:",
        "}}",
        "%TAG",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_does_not_panic(body in ".{0,200}") {
        exercise(&body);
    }

    #[test]
    fn random_fragments_do_not_panic(body in fragment()) {
        exercise(&body);
        exercise(&format!("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      P: {body}"));
        exercise(&format!("{{\"Resources\": {body}"));
    }

    #[test]
    fn a_mutated_template_does_not_panic(
        start in 0..WHOLE.len(), length in 0..40usize, replacement in fragment(), copy in any::<prop::sample::Index>()
    ) {
        let boundary = |at: usize| (at..=WHOLE.len()).find(|at| WHOLE.is_char_boundary(*at)).unwrap_or(WHOLE.len());
        let (from, to) = (boundary(start), boundary((start + length).min(WHOLE.len())));
        exercise(&format!("{}{replacement}{}", &WHOLE[..from], &WHOLE[to..]));
        // A piece moved elsewhere keeps its meaning more often than noise.
        let place = boundary(copy.index(WHOLE.len()));
        exercise(&format!("{}{}{}", &WHOLE[..place], &WHOLE[from..to], &WHOLE[place..]));
    }

    #[test]
    fn both_notations_mean_the_same(name in "[a-z]{1,5}", index in 0usize..3) {
        let yaml = format!("Resources: {{R: {{Type: AWS::S3::Bucket, Properties: {{P: !Select [{index}, !Split [x, !Sub '{name}']]}}}}}}");
        let json = format!(
            r#"{{"Resources": {{"R": {{"Type": "AWS::S3::Bucket", "Properties":
               {{"P": {{"Fn::Select": [{index}, {{"Fn::Split": ["x", {{"Fn::Sub": "{name}"}}]}}]}}}}}}}}}}"#
        );
        let read = |body: &str| Template::parse(body).unwrap().resources["R"].clone();
        prop_assert_eq!(read(&yaml), read(&json));
    }
}
