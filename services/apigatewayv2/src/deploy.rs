//! How what is configured becomes what is served.

use crate::{
    limits::DEPLOYMENT_ID_LENGTH,
    state::{APIS, DEPLOYMENTS, Deployment, ROUTES, SNAPSHOTS, STAGES, take_snapshot},
};
use base::Fault;
use kernel::{Call, Tx};

/// AWS's words for a deployment of nothing.
pub(crate) const NO_ROUTES: &str = "Unable to deploy API because no routes exist in this API";

/// Keeps a snapshot of the API and answers with its deployment's id; `None` where the API has no routes.
pub(crate) fn deploy(
    tx: &mut Tx<'_>,
    call: &Call,
    api: &str,
    deployment: &Deployment,
) -> Result<Option<String>, Fault> {
    let Some(found) = tx.get(&APIS, api)? else { return Ok(None) };
    if tx.scan(&ROUTES, (api,)).next().is_none() {
        return Ok(None);
    }
    let snapshot = take_snapshot(tx, api, &found)?;
    let id = call.entropy.lower(DEPLOYMENT_ID_LENGTH);
    tx.put(&DEPLOYMENTS, (api, id.as_str()), deployment)?;
    tx.put(&SNAPSHOTS, (api, id.as_str()), &snapshot)?;
    Ok(Some(id))
}

/// After a change of an API: its stages that deploy by themselves do so. What they served before by such a deployment
/// is forgotten: nobody can go back to it, and an API that is built route by route would leave one per route.
pub(crate) fn deploy_automatic(tx: &mut Tx<'_>, call: &Call, api: &str) -> Result<(), Fault> {
    for ((_, name), mut stage) in tx.list(&STAGES, (api,))? {
        if !stage.is_auto_deployed {
            continue;
        }
        let deployment = Deployment {
            created: call.now,
            description: Some("Automatic deployment triggered by changes to the Api configuration".into()),
            is_automatic: true,
        };
        let made = deploy(tx, call, api, &deployment)?;
        stage.updated = call.now;
        stage.deployment_message = Some(match &made {
            Some(id) => format!("Successfully deployed stage with deployment ID '{id}'"),
            None => format!("Deployment attempt failed: {NO_ROUTES}"),
        });
        if let Some(id) = made {
            let before = stage.deployment.replace(id);
            tx.put(&STAGES, (api, name.as_str()), &stage)?;
            if let Some(before) = before {
                forget_unused(tx, api, &before)?;
            }
        } else {
            tx.put(&STAGES, (api, name.as_str()), &stage)?;
        }
    }
    Ok(())
}

fn forget_unused(tx: &mut Tx<'_>, api: &str, deployment: &str) -> Result<(), Fault> {
    let is_automatic = tx.get(&DEPLOYMENTS, (api, deployment))?.is_some_and(|found| found.is_automatic);
    let stages = tx.list(&STAGES, (api,))?;
    if is_automatic && stages.iter().all(|(_, stage)| stage.deployment.as_deref() != Some(deployment)) {
        tx.delete(&DEPLOYMENTS, (api, deployment));
        tx.delete(&SNAPSHOTS, (api, deployment));
    }
    Ok(())
}
