//! What can be tagged: APIs and stages.

use crate::state::{APIS, STAGES, get_api, get_part};
use api_apigatewayv2::errors;
use base::{Arn, Fault};
use kernel::{Call, Outcome, Tx};
use shape::{ApiError, Map};

/// AWS quota: tags per resource.
const MOST_TAGS: usize = 50;

/// An API, or one of its stages.
pub(crate) struct Tagged {
    api: String,
    stage: Option<String>,
}

impl Tagged {
    /// `arn:aws:apigateway:us-east-1::/apis/ID` or `…/apis/ID/stages/NAME`.
    pub(crate) fn of(arn: &Arn) -> Option<Self> {
        let mut segments = arn.resource.strip_prefix("/apis/")?.split('/');
        let api = segments.next()?.to_owned();
        match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => Some(Self { api, stage: None }),
            (Some("stages"), Some(stage), None) => Some(Self { api, stage: Some(stage.into()) }),
            _ => None,
        }
    }

    pub(crate) fn parse(arn: &str) -> Outcome<Self> {
        let found = arn.parse().ok().and_then(|arn: Arn| Self::of(&arn));
        found.ok_or_else(|| errors::bad_request_exception("Invalid ARN specified in the request"))
    }

    /// What hangs on it; nothing where it does not exist.
    pub(crate) fn find(&self, tx: &Tx<'_>) -> Result<Map<String>, Fault> {
        Ok(match &self.stage {
            None => tx.get(&APIS, self.api.as_str())?.map(|api| api.tags),
            Some(stage) => tx.get(&STAGES, (self.api.as_str(), stage.as_str()))?.map(|stage| stage.tags),
        }
        .unwrap_or_default())
    }

    pub(crate) fn get(&self, tx: &Tx<'_>, call: &Call) -> Outcome<Map<String>> {
        Ok(match &self.stage {
            None => get_api(tx, call, &self.api)?.tags,
            Some(stage) => get_part(tx, call, &STAGES, "stage", (&self.api, stage))?.tags,
        })
    }

    pub(crate) fn change(&self, tx: &mut Tx<'_>, call: &Call, change: impl FnOnce(&mut Map<String>)) -> Outcome<()> {
        match &self.stage {
            None => {
                let mut api = get_api(tx, call, &self.api)?;
                change(&mut api.tags);
                check(&api.tags)?;
                tx.put(&APIS, self.api.as_str(), &api)?;
            }
            Some(name) => {
                let mut stage = get_part(tx, call, &STAGES, "stage", (&self.api, name))?;
                change(&mut stage.tags);
                check(&stage.tags)?;
                tx.put(&STAGES, (self.api.as_str(), name.as_str()), &stage)?;
            }
        }
        Ok(())
    }
}

pub(crate) fn check(tags: &Map<String>) -> Result<(), ApiError> {
    if tags.len() > MOST_TAGS {
        return Err(errors::bad_request_exception("Too many tags: a resource can have at most 50"));
    }
    Ok(())
}
