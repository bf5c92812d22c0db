use super::get::facts;
use crate::{
    Ssm,
    domain::{filter, page::page},
    state,
};
use api_ssm::{DescribeParameters, DescribeParametersRequest, DescribeParametersResult, ParameterMetadata};
use kernel::{Access, Call, Outcome, Read, Tx};

const PAGE: usize = 50;

impl Read<DescribeParameters> for Ssm {
    fn access(call: &Call, _: &DescribeParametersRequest) -> Access {
        // AWS: the list is about all of them.
        Access::to(call.arn("ssm", "*"))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: DescribeParametersRequest) -> Outcome<DescribeParametersResult> {
        let filters = input.parameter_filters.unwrap_or_default();
        filter::check(&filters, false)?;
        let mut found = Vec::new();
        for (name, number, version) in state::all_latest(tx)? {
            let tags = state::tags(tx, &name)?;
            if filter::takes(&filters, facts(&name, &version, &tags)) {
                found.push((name, number, version));
            }
        }
        let most = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
        let (found, next_token) = page(found, |(name, _, _)| name.clone(), input.next_token.as_deref(), most)?;
        let parameters = found.into_iter().map(|(name, number, version)| ParameterMetadata {
            arn: Some(state::arn(call, &name).to_string()),
            name: Some(name),
            type_: Some(version.kind()),
            key_id: version.key_id().map(Into::into),
            tier: Some(version.tier()),
            last_modified_date: Some(version.modified),
            last_modified_user: Some(version.user),
            description: version.description,
            allowed_pattern: version.allowed_pattern,
            version: i64::try_from(number).ok(),
            data_type: Some(version.data_type),
        });
        Ok(DescribeParametersResult { parameters: Some(parameters.collect()), next_token })
    }
}
