use crate::bind;
use std::collections::BTreeSet;
use template::{Graph, diff};

const CHAIN: &str = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Last: {Type: AWS::S3::Bucket, Properties: {P: !Sub '${Left}${Right.Arn}'}}
  Left: {Type: AWS::S3::Bucket, DependsOn: First}
  Right: {Type: AWS::S3::Bucket, Properties: {P: !If [Never, !Ref Last, !Ref First]}}
  First: {Type: AWS::S3::Bucket, DependsOn: Gone}
  Gone: {Type: AWS::S3::Bucket, Condition: Never}
";

#[test]
fn independent_resources_are_made_at_once_and_deleted_backwards() {
    let bound = bind(CHAIN, &[]).unwrap();
    let graph: &Graph = bound.graph();
    assert_eq!(graph.waves(), [vec!["First"], vec!["Left", "Right"], vec!["Last"]]);
    assert_eq!(graph.needs("Last").collect::<Vec<_>>(), ["Left", "Right"]);
    assert_eq!(graph.deletable(&BTreeSet::new()).collect::<Vec<_>>(), ["Last"]);
    assert_eq!(graph.creatable(&["First".to_owned()].into()).collect::<Vec<_>>(), ["Left", "Right"]);
    let mentions = bound.mentions(&bound.resource("Last").unwrap().properties).unwrap();
    assert_eq!((mentions[1].path.as_str(), mentions[1].attribute.as_deref()), ("/P", Some("Arn")));
}

#[test]
fn a_change_is_named_down_to_the_value() {
    let body = |tag: &str, more: &str| {
        format!(
            "Parameters: {{Size: {{Type: String, Default: small}}}}
Resources:
  Same: {{Type: AWS::S3::Bucket, Properties: {{A: !GetAtt Other.Arn, B: !Select [0, !Split [':', !Ref Other]]}}}}
  Other: {{Type: AWS::SQS::Queue, Properties: {{Name: !Sub '${{Size}}-q', Tags: [{{Key: k, Value: {tag}}}], More: {{X: 1, Y: 2}}}}}}
{more}"
        )
    };
    let old = bind(&body("one", "  Gone: {Type: AWS::S3::Bucket}"), &[]).unwrap();
    let new =
        bind(&body("two", "  Fresh: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}"), &[("Size", "big")]).unwrap();
    let changes = diff(&old, &new);
    assert_eq!(
        (changes.added.as_slice(), changes.removed.as_slice()),
        (["Fresh".to_owned()].as_slice(), ["Gone".to_owned()].as_slice())
    );
    assert_eq!(changes.changed.len(), 1);
    assert_eq!(changes.changed[0].paths, ["/Name", "/Tags/0/Value"]);
    assert_eq!(changes.changed[0].properties().into_iter().collect::<Vec<_>>(), ["Name", "Tags"]);
    assert!(diff(&new, &new).is_empty());
}
