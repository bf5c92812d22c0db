use crate::{World, bind};
use serde_json::{Value, json};
use template::dynamic::{self, DynamicReference};

const HEAD: &str = "
Parameters:
  List: {Type: CommaDelimitedList, Default: 'x, y,z'}
  Env: {Type: String, Default: dev}
Mappings: {Map: {us-east-1: {Ami: ami-1, Zones: [a, b]}}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Either: !Or [!Condition IsProd, !Equals [true, 'true']]
Resources:
  Other: {Type: AWS::S3::Bucket}
  R:
    Type: AWS::S3::Bucket
    Properties:
      P: ";

fn evaluate(value: &str) -> Value {
    let extensions = "Transform: AWS::LanguageExtensions";
    let bound = match bind(&format!("{extensions}{HEAD}{value}\n"), &[]) {
        Ok(bound) => bound,
        Err(error) => return json!(error.to_string()),
    };
    match bound.properties(&bound.template().resources["R"], &World) {
        Ok(properties) => properties.get("P").cloned().unwrap_or(Value::Null),
        Err(error) => json!(error.to_string()),
    }
}

#[test]
fn functions_say_what_they_say_on_aws() {
    let cases = [
        ("!Ref Other", json!("Other-id")),
        ("!Ref List", json!(["x", "y", "z"])),
        ("!Ref AWS::NotificationARNs", json!(["arn:one", "arn:two"])),
        ("!GetAtt Other.Endpoint.Address", json!("Other:Endpoint.Address")),
        ("{'Fn::GetAtt': [Other, !Ref Env]}", json!("Other:dev")),
        ("!Sub '${AWS::Region}/${Other}/${Other.Arn}/${!Keep}/$x'", json!("us-east-1/Other-id/Other:Arn/${Keep}/$x")),
        ("!Sub ['${A}-${Env}', {A: !Join ['', [a, 1]]}]", json!("a1-dev")),
        ("!Join ['|', !Ref List]", json!("x|y|z")),
        ("!Join ['|', [a, !If [IsProd, b, !Ref AWS::NoValue], true, 2]]", json!("a|true|2")),
        ("!Select [1, !Ref List]", json!("y")),
        ("!Select ['2', !GetAZs '']", json!("us-east-1c")),
        ("!Select [1, !GetAtt Other.List]", json!("two")),
        ("!Split ['-', a-b--c]", json!(["a", "b", "", "c"])),
        ("!If [IsProd, a, b]", json!("b")),
        ("!If [Either, {A: !Ref Env}, b]", json!({"A": "dev"})),
        ("!If [IsProd, a, !Ref AWS::NoValue]", Value::Null),
        ("[a, !Ref AWS::NoValue, {B: !Ref AWS::NoValue}]", json!(["a", {}])),
        ("!FindInMap [Map, !Ref AWS::Region, Ami]", json!("ami-1")),
        ("!FindInMap [Map, !Ref AWS::Region, Zones]", json!(["a", "b"])),
        ("!FindInMap [Map, nowhere, Ami]", json!("Template error: Unable to get mapping for Map::nowhere::Ami")),
        ("{'Fn::FindInMap': [Map, nowhere, Ami, {DefaultValue: d}]}", json!("d")),
        ("!Base64 héllo", json!("aMOpbGxv")),
        ("!ImportValue shared", json!("imported")),
        ("!ImportValue {'Fn::Sub': '${Env}-x'}", json!("No export named dev-x found.")),
        ("!Cidr [10.0.0.0/16, 3, 8]", json!(["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"])),
        ("!Select [1, !Cidr ['2600:1f18::/56', 2, 64]]", json!("2600:1f18:0:1::/64")),
        ("!Select [7, !Ref List]", json!("Template error: Fn::Select cannot select nonexistent value at index 7")),
        ("!Length [a, b]", json!(2)),
        ("!ToJsonString {A: [1, !Ref Env]}", json!("{\"A\":[1,\"dev\"]}")),
        ("{Condition: IsProd}", json!({"Condition": "IsProd"})),
    ];
    for (value, expected) in cases {
        assert_eq!(evaluate(value), expected, "{value}");
    }
}

#[test]
fn impossible_subnets_are_refused() {
    for value in
        ["[10.0.0.0/24, 9, 5]", "[10.0.0.0/24, 0, 5]", "[10.0.0.0/24, 1, 99]", "[nonsense, 1, 8]", "['::/0', 256, 0]"]
    {
        assert!(
            evaluate(&format!("!Cidr {value}")).as_str().unwrap().starts_with("Template error: Fn::Cidr"),
            "{value}"
        );
    }
}

#[test]
fn dynamic_references_are_found_and_replaced_after_evaluation() {
    let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-x";
    let mut value = evaluate(&format!(
        "[!Join ['', ['{{{{resolve:secretsmanager:', '{secret}', ':SecretString:password}}}}']], 'a {{{{resolve:ssm:/x:3}}}} b']"
    ));
    let found = dynamic::references(&value).unwrap();
    assert!(found.contains(&DynamicReference::Ssm { name: "/x".into(), version: Some("3".into()) }));
    assert!(found.contains(&DynamicReference::Secret {
        secret_id: secret.into(),
        json_key: Some("password".into()),
        version_stage: None,
        version_id: None,
    }));
    dynamic::replace(&mut value, &mut |reference| {
        Ok(if matches!(reference, DynamicReference::Ssm { .. }) { "S".into() } else { "P".into() })
    })
    .unwrap();
    assert_eq!(value, json!(["P", "a S b"]));
    assert!(dynamic::references(&json!("{{resolve:vault:x}}")).is_err());
}
