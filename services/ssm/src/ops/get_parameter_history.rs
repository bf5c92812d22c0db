use super::get::arn;
use crate::{
    Ssm,
    domain::{name::Named, page::page},
    state::{self, VERSIONS},
};
use api_ssm::{API, GetParameterHistory, GetParameterHistoryRequest, GetParameterHistoryResult, ParameterHistory};
use kernel::{Access, Call, Cloud, Outcome, Serve};

const PAGE: usize = 50;

impl Serve<GetParameterHistory> for Ssm {
    fn access(call: &Call, input: &GetParameterHistoryRequest) -> Access {
        Access::to(arn(call, &input.name))
    }
    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetParameterHistoryRequest,
    ) -> Outcome<GetParameterHistoryResult> {
        let named = Named::parse(&input.name);
        let all = cloud.read(&API, &cloud.scope_of(&API, call), |tx| {
            let (name, ..) = state::selected(tx, &Named { selector: None, ..named.clone() })?;
            tx.list(&VERSIONS, (name.as_str(),)).map_err(shape::ApiError::from)
        })?;
        let most = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
        let place = |((_, number), _): &((String, u64), _)| format!("{number:020}");
        let (all, next_token) = page(all, place, input.next_token.as_deref(), most)?;
        let shape = |((name, number), version): ((String, u64), state::Version)| {
            Ok(ParameterHistory {
                value: Some(self.value(cloud, call, &name, &version, input.with_decryption == Some(true))?),
                name: Some(name),
                type_: Some(version.kind()),
                key_id: version.key_id().map(Into::into),
                tier: Some(version.tier()),
                last_modified_date: Some(version.modified),
                last_modified_user: Some(version.user),
                description: version.description,
                allowed_pattern: version.allowed_pattern,
                version: i64::try_from(number).ok(),
                labels: Some(version.labels),
                data_type: Some(version.data_type),
            })
        };
        let parameters = all.into_iter().map(shape).collect::<Outcome<_>>()?;
        Ok(GetParameterHistoryResult { parameters: Some(parameters), next_token })
    }
}
