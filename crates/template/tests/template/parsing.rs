use crate::bind;
use serde_json::json;
use template::{DeletionPolicy, Template};

fn properties(yaml: &str) -> serde_json::Value {
    let body = format!("Resources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties:\n{yaml}");
    Template::parse(&body)
        .map(|template| template.resources["R"].properties.clone())
        .unwrap_or_else(|e| json!(e.to_string()))
}

#[test]
fn short_tags_are_functions_on_scalars_sequences_and_mappings() {
    let read = properties(
        "
      A: !Ref AWS::Region
      B: !GetAtt R2.Outputs.Deep
      C: !Sub ['${X}', {X: !Ref AWS::Region}]
      D: !If
        - Chosen
        - !Base64
          Fn::Sub: a
        - !GetAZs
  R2: {Type: AWS::CloudFormation::Stack}
Conditions: {Chosen: !Equals [a, a]}",
    );
    let expected = json!({
        "A": {"Ref": "AWS::Region"},
        "B": {"Fn::GetAtt": ["R2", "Outputs.Deep"]},
        "C": {"Fn::Sub": ["${X}", {"X": {"Ref": "AWS::Region"}}]},
        "D": {"Fn::If": ["Chosen", {"Fn::Base64": {"Fn::Sub": "a"}}, {"Fn::GetAZs": ""}]},
    });
    assert_eq!(read, expected);
}

#[test]
fn dates_and_numbers_that_would_lose_digits_stay_text() {
    let read = properties(
        "
      Version: 2012-10-17
      Account: 012345678901
      Engine: 13.10
      Ratio: 1.5
      Count: 10
      Time: 04:00
      Hex: 0x1F
      Huge: 123456789012345678901234567890
      Quoted: '10'
      Forced: !!str 10
      Switch: on
      Off: [no, 'no', false]",
    );
    assert_eq!(
        read,
        json!({
            "Version": "2012-10-17", "Account": "012345678901", "Engine": "13.10", "Ratio": 1.5, "Count": 10,
            "Time": "04:00", "Hex": "0x1F", "Huge": "123456789012345678901234567890", "Quoted": "10",
            "Forced": "10", "Switch": true, "Off": [false, "no", false],
        })
    );
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let read = properties("      A: &a {X: 1, Y: 2}\n      B: {<<: *a, Y: 3}\n      C: {<<: [*a, {Z: 4}]}\n");
    assert_eq!(read["B"], json!({"Y": 3, "X": 1}));
    assert_eq!(read["C"], json!({"X": 1, "Y": 2, "Z": 4}));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut body = String::from("A: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let previous = format!("*a{}", level - 1);
        body += &format!("K{level}: &a{level} [{}]\n", [previous.as_str(); 10].join(", "));
    }
    assert!(Template::parse(&body).unwrap_err().message().contains("YAML not well-formed"));
}

#[test]
fn nesting_is_bounded_in_both_notations() {
    for body in [format!("A: {}", "[".repeat(5000)), format!("{{\"A\": {}", "[".repeat(5000)), "- ".repeat(5000)] {
        assert!(Template::parse(&body).unwrap_err().message().contains("not well-formed"), "{body:.20}");
    }
    let mut chain = String::from("A0: &a0 [x]\n");
    for level in 1..2000 {
        chain += &format!("A{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(Template::parse(&chain).unwrap_err().message().contains("not well-formed"));
}

#[test]
fn every_section_is_read() {
    let template = Template::parse(
        "
AWSTemplateFormatVersion: '2010-09-09'
Description: a stack
Metadata: {Note: hello}
Parameters:
  Secret: {Type: String, NoEcho: true, MinLength: 8, Description: a password}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'a, b'}
Mappings: {Zones: {us-east-1: {Count: 2}}}
Conditions: {Big: !Equals [!Ref AWS::Region, us-east-1]}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    DependsOn: Bucket
    Condition: Big
    UpdateReplacePolicy: Snapshot
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: RetainExceptOnCreate
    Metadata: {a: b}
Outputs:
  Name: {Value: !Ref Bucket, Description: its name, Export: {Name: !Sub '${AWS::StackName}-name'}}
",
    )
    .unwrap();
    assert_eq!(template.description.as_deref(), Some("a stack"));
    let secret = &template.parameters["Secret"];
    assert!(secret.no_echo && secret.min_length == Some(8));
    assert_eq!(template.parameters["Subnets"].kind.name(), "List<AWS::EC2::Subnet::Id>");
    let db = &template.resources["Db"];
    assert_eq!(
        (db.deletion_policy(), db.update_replace_policy()),
        (DeletionPolicy::Snapshot, DeletionPolicy::Snapshot)
    );
    assert_eq!(db.depends_on, ["Bucket"]);
    assert_eq!(template.resources["Bucket"].deletion_policy(), DeletionPolicy::RetainExceptOnCreate);
    assert_eq!(template.outputs["Name"].export_name, Some(json!({"Fn::Sub": "${AWS::StackName}-name"})));
}

#[test]
fn capabilities_follow_from_resource_types_and_names() {
    let needs = |resources: &str| {
        let capabilities = Template::parse(&format!("Resources: {resources}")).unwrap().capabilities();
        let names: Vec<_> = capabilities.required.iter().map(|capability| capability.as_str()).collect();
        (names.join(" "), capabilities.reason.unwrap_or_default())
    };
    assert_eq!(needs("{B: {Type: AWS::S3::Bucket}}"), (String::new(), String::new()));
    assert_eq!(
        needs("{R: {Type: AWS::IAM::Role}, B: {Type: AWS::S3::Bucket}}"),
        ("CAPABILITY_IAM".into(), "The following resource(s) require capabilities: [AWS::IAM::Role]".into())
    );
    assert_eq!(needs("{R: {Type: AWS::IAM::Role, Properties: {RoleName: r}}}").0, "CAPABILITY_NAMED_IAM");
    assert_eq!(needs("{P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p}}}").0, "CAPABILITY_IAM");
    assert_eq!(needs("{S: {Type: AWS::CloudFormation::Stack}}").0, "CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND");
}

fn resources(body: &str, value: (&str, &str)) -> Vec<String> {
    bind(body, &[value]).expect("the template binds").resources().map(|resource| resource.logical_id.clone()).collect()
}

#[test]
fn loops_are_unrolled() {
    let body = "
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a-1,b-2'}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic&{Name}:
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Sub '${Name}.fifo'
          DisplayName: !Ref Name
          Fn::ForEach::Attributes:
            - Attribute
            - [Color, Size]
            - ${Attribute}: x
";
    let template = Template::parse(body).unwrap();
    assert_eq!(template.resources.keys().collect::<Vec<_>>(), ["Topica1", "Topicb2"]);
    assert_eq!(
        template.resources["Topica1"].properties,
        json!({"TopicName": {"Fn::Sub": "a-1.fifo"}, "DisplayName": "a-1", "Color": "x", "Size": "x"})
    );
    assert_eq!(resources(body, ("Names", "q")), ["Topicq"]);
    let without_default = body.replace(", Default: 'a-1,b-2'", "");
    assert!(Template::parse(&without_default).unwrap().resources.is_empty());
    assert_eq!(resources(&without_default, ("Names", "q,r")), ["Topicq", "Topicr"]);
}

#[test]
fn loops_run_over_mappings_and_name_resources() {
    let body = "
Transform: AWS::LanguageExtensions
Parameters: {Env: {Type: String, Default: prod}}
Mappings: {Topics: {prod: {Names: [A, B]}, dev: {Names: [C]}}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !FindInMap [Topics, !Ref Env, Names]
    - Topic${Name}: {Type: AWS::SNS::Topic}
Outputs:
  Fn::ForEach::Outer:
    - Name
    - !FindInMap [Topics, !Ref Env, Names]
    - Fn::ForEach::Inner:
        - Property
        - [TopicName, TopicArn]
        - ${Name}${Property}: {Value: !GetAtt [!Sub 'Topic${Name}', !Ref Property]}
";
    let template = Template::parse(body).unwrap();
    assert_eq!(template.outputs["BTopicArn"].value, json!({"Fn::GetAtt": ["TopicB", "TopicArn"]}));
    assert_eq!(resources(body, ("Env", "dev")), ["TopicC"]);
}
