use crate::{
    Iam, describe,
    state::{PROVIDERS, Provider},
    tag,
};
use api_iam::{
    CreateOpenIDConnectProvider, CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<CreateOpenIDConnectProvider> for Iam {
    fn access(call: &Call, input: &CreateOpenIDConnectProviderRequest) -> Access {
        let url = without_scheme(&input.url);
        let arn = call.global_arn("iam", format_args!("oidc-provider/{url}"));
        Access::to(arn).with_tags(tag::pairs(input.tags.iter().flatten()))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateOpenIDConnectProviderRequest,
    ) -> Outcome<CreateOpenIDConnectProviderResponse> {
        if !input.url.starts_with("https://") {
            return Err(ApiError::new("ValidationError", 400, "Invalid Open ID Connect Provider URL"));
        }
        let url = without_scheme(&input.url).to_owned();
        if tx.has(&PROVIDERS, url.clone())? {
            let message = format!("Provider with url {} already exists.", input.url);
            return Err(errors::entity_already_exists_exception(message));
        }
        let (client_ids, thumbprints) =
            (input.client_id_list.unwrap_or_default(), input.thumbprint_list.unwrap_or_default());
        if client_ids.len() > MOST_CLIENTS {
            let message = format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENTS}");
            return Err(errors::limit_exceeded_exception(message));
        }
        check_thumbprints(&thumbprints)?;
        let provider = Provider { created: call.now, client_ids, thumbprints, tags: tag::first(input.tags)? };
        tx.put(&PROVIDERS, url.clone(), &provider)?;
        let arn = call.global_arn("iam", format_args!("oidc-provider/{url}"));
        Ok(CreateOpenIDConnectProviderResponse {
            open_id_connect_provider_arn: Some(arn.to_string()),
            tags: describe::tags(&provider.tags),
        })
    }
}

/// AWS quotas.
pub(super) const MOST_CLIENTS: usize = 100;
const MOST_THUMBPRINTS: usize = 5;

fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url).trim_end_matches('/')
}

pub(super) fn check_thumbprints(thumbprints: &[String]) -> Outcome<()> {
    if thumbprints.len() > MOST_THUMBPRINTS {
        return Err(errors::invalid_input_exception("Thumbprint list must contain fewer than 5 entries."));
    }
    Ok(())
}
