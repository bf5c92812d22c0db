use super::{attributes, table};
use crate::reconcile::expire_items::ExpireItems;
use api_dynamodb::*;
use kernel::{Next, Reconciler};
use serde_json::json;
use testkit::START;

#[tokio::test]
async fn items_go_when_their_time_has_come_and_no_sooner() {
    let model = table().await;
    let put = |id: &str, expires: i64| PutItemInput {
        table_name: "things".into(),
        item: attributes(&json!({"id": {"S": id}, "gone": {"N": expires.to_string()}})),
        ..Default::default()
    };
    let start = START.secs();
    model.ask::<PutItem>(put("before", start + 10)).await.unwrap();
    let specification = TimeToLiveSpecification { enabled: true, attribute_name: "gone".into() };
    let input =
        UpdateTimeToLiveInput { table_name: "things".into(), time_to_live_specification: specification.clone() };
    model.ask::<UpdateTimeToLive>(input.clone()).await.unwrap();
    assert_eq!(model.ask::<UpdateTimeToLive>(input).await.unwrap_err().message, "TimeToLive is already enabled");
    model.ask::<PutItem>(put("after", start + 20)).await.unwrap();
    model.ask::<PutItem>(put("ancient", start - 6 * 365 * 86_400)).await.unwrap();
    let count = async || {
        let scan = ScanInput { table_name: "things".into(), ..Default::default() };
        model.ask::<Scan>(scan).await.unwrap().count.unwrap()
    };
    for (seconds, expected) in [(9, 3), (10, 2), (20, 1)] {
        model.clock.advance_millis((start + seconds) * 1000 - model.clock.now().millis());
        while ExpireItems.pass(&model.cloud).await.unwrap() == Next::AtOnce {}
        assert_eq!(count().await, expected, "after {seconds} seconds");
    }
    assert_eq!(ExpireItems.pass(&model.cloud).await.unwrap(), Next::WhenWoken);
}
