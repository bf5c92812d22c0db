//! What dispatch asks about APIs.

use crate::{ApiGateway, tags::Tagged};
use base::{Arn, Fault};
use kernel::{Directory, Tx};

impl Directory for ApiGateway {
    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let Some(tagged) = Tagged::of(resource) else { return Ok(Vec::new()) };
        Ok(tagged.find(tx)?.into_iter().collect())
    }
}
