use super::fake::{Model, chain};

/// Pulls the plug before and after every action, and lets the next model finish: what comes out is the same.
#[tokio::test]
async fn a_creation_survives_the_end_of_the_model_at_any_point() {
    for point in 1..=6 {
        let model = Model::new();
        model.world().hangs_at = Some(point);
        let id = model.create("chain", &chain(1)).await.unwrap();
        model.until(|world| world.actions >= point).await;
        let model = model.restart().await;
        assert_eq!(model.rest(&id).await, "CREATE_COMPLETE", "cut off at {point}");
        assert_eq!(model.world().things.len(), 3, "cut off at {point}");
        let creations = model.world().log.iter().filter(|action| action.starts_with("create")).count();
        assert_eq!(creations, 3, "cut off at {point}");
        let end = model.stack(&id).await.outputs.unwrap().remove(0).output_value.unwrap();
        assert!(model.world().things.contains_key(&end));
    }
}

#[tokio::test]
async fn an_update_and_a_deletion_survive_it_too() {
    for point in 1..=6 {
        let model = Model::new();
        let id = model.create("chain", &chain(1)).await.unwrap();
        model.rest(&id).await;
        model.world().actions = 0;
        model.world().hangs_at = Some(point);
        model.update("chain", &chain(2)).await.unwrap();
        model.until(|world| world.actions >= point).await;
        let model = model.restart().await;
        assert_eq!(model.rest(&id).await, "UPDATE_COMPLETE", "cut off at {point}");
        assert!(model.world().things.values().all(|(size, _)| *size == 2), "cut off at {point}");

        model.world().actions = 0;
        model.world().hangs_at = Some(point);
        model.delete("chain").await.unwrap();
        model.until(|world| world.actions >= point).await;
        let model = model.restart().await;
        assert_eq!(model.rest(&id).await, "DELETE_COMPLETE", "cut off at {point}");
        assert!(model.world().things.is_empty());
    }
}
