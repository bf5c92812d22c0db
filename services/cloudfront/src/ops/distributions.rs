use super::{check, complete, tags};
use crate::{
    CloudFront,
    state::{self, DISTRIBUTIONS, Distribution, HOSTS, Host, INVALIDATIONS, Page, Stored, arn},
};
use api_cloudfront::{
    self as api, ActiveTrustedKeyGroups, ActiveTrustedSigners, CreateDistribution, CreateDistributionRequest,
    CreateDistributionResult, CreateDistributionWithTags, CreateDistributionWithTagsRequest,
    CreateDistributionWithTagsResult, DeleteDistribution, DeleteDistributionOutputNothing, DeleteDistributionRequest,
    DistributionConfig, DistributionList, DistributionSummary, GetDistribution, GetDistributionConfig,
    GetDistributionConfigRequest, GetDistributionConfigResult, GetDistributionRequest, GetDistributionResult,
    ListDistributions, ListDistributionsRequest, ListDistributionsResult, Tags, UpdateDistribution,
    UpdateDistributionRequest, UpdateDistributionResult, errors,
};
use base::Fault;
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};

const KIND: &str = "distribution";

/// The edge reads the rows, so what is written is deployed.
const DEPLOYED: &str = "Deployed";

/// AWS quota: distributions per account.
const MOST_DISTRIBUTIONS: usize = 500;

fn shape(call: &Call, id: &str, row: Distribution) -> Result<api::Distribution, Fault> {
    Ok(api::Distribution {
        id: id.into(),
        arn: arn(call, KIND, id).to_string(),
        status: DEPLOYED.into(),
        last_modified_time: row.stored.modified,
        in_progress_invalidation_batches: 0,
        domain_name: row.domain_name(),
        active_trusted_signers: Some(ActiveTrustedSigners { enabled: false, quantity: 0, items: None }),
        active_trusted_key_groups: Some(ActiveTrustedKeyGroups { enabled: false, quantity: 0, items: None }),
        distribution_config: row.stored.config()?,
    })
}

fn location(id: &str) -> String {
    format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/{id}")
}

/// Makes a distribution, or finds the one that the same request made before.
fn create(
    tx: &mut Tx<'_>,
    call: &Call,
    config: DistributionConfig,
    new_tags: &Tags,
) -> Outcome<(String, Distribution)> {
    let config = complete::complete(config);
    let all = state::distributions(tx)?;
    if let Some((id, row, same)) = all.iter().find(|(_, _, other)| other.caller_reference == config.caller_reference) {
        if *same == config {
            return Ok((id.clone(), row.clone()));
        }
        return Err(errors::distribution_already_exists(
            "The caller reference you attempted to create the distribution with is associated with another distribution.",
        ));
    }
    if all.len() >= MOST_DISTRIBUTIONS {
        return Err(errors::too_many_distributions(
            "Processing your request would cause you to exceed the maximum number of distributions allowed.",
        ));
    }
    check::check(tx, &config)?;
    let id = state::new_id(call);
    let mut row = Distribution {
        label: format!("d{}", call.entropy.lower(13)),
        tags: Default::default(),
        stored: Stored::new(call, &config),
    };
    tags::add(&mut row.tags, new_tags)?;
    tx.put(&DISTRIBUTIONS, id.as_str(), &row)?;
    let host = Host { account: call.account.clone(), distribution: id.clone() };
    tx.in_scope(&Scope::shared()).put(&HOSTS, row.label.as_str(), &host)?;
    Ok((id, row))
}

impl Write<CreateDistribution> for CloudFront {
    fn access(call: &Call, _: &CreateDistributionRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateDistributionRequest) -> Outcome<CreateDistributionResult> {
        let (id, row) = create(tx, call, input.distribution_config, &Tags::default())?;
        let e_tag = Some(row.stored.etag.clone());
        let distribution = Some(shape(call, &id, row)?);
        Ok(CreateDistributionResult { distribution, location: Some(location(&id)), e_tag })
    }
}

impl Write<CreateDistributionWithTags> for CloudFront {
    fn access(call: &Call, input: &CreateDistributionWithTagsRequest) -> Access {
        let all = arn(call, KIND, "*");
        let tags = &input.distribution_config_with_tags.tags;
        let access = Access::to(&all).with_tags(tags::from_shape(tags));
        access.and("cloudfront:TagResource", all).with_tags(tags::from_shape(tags))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateDistributionWithTagsRequest,
    ) -> Outcome<CreateDistributionWithTagsResult> {
        let input = input.distribution_config_with_tags;
        let (id, row) = create(tx, call, input.distribution_config, &input.tags)?;
        let e_tag = Some(row.stored.etag.clone());
        let distribution = Some(shape(call, &id, row)?);
        Ok(CreateDistributionWithTagsResult { distribution, location: Some(location(&id)), e_tag })
    }
}

impl Read<GetDistribution> for CloudFront {
    fn access(call: &Call, input: &GetDistributionRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetDistributionRequest) -> Outcome<GetDistributionResult> {
        let row = state::distribution(tx, &input.id)?;
        let e_tag = Some(row.stored.etag.clone());
        Ok(GetDistributionResult { distribution: Some(shape(call, &input.id, row)?), e_tag })
    }
}

impl Read<GetDistributionConfig> for CloudFront {
    fn access(call: &Call, input: &GetDistributionConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetDistributionConfigRequest) -> Outcome<GetDistributionConfigResult> {
        let row = state::distribution(tx, &input.id)?;
        Ok(GetDistributionConfigResult {
            distribution_config: Some(row.stored.config()?),
            e_tag: Some(row.stored.etag),
        })
    }
}

impl Write<UpdateDistribution> for CloudFront {
    fn access(call: &Call, input: &UpdateDistributionRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateDistributionRequest) -> Outcome<UpdateDistributionResult> {
        let mut row = state::distribution(tx, &input.id)?;
        row.stored.check_match(input.if_match.as_deref())?;
        let config = complete::complete(input.distribution_config);
        if row.stored.config()?.caller_reference != config.caller_reference {
            return Err(errors::illegal_update(
                "The update contains modifications that are not allowed: CallerReference.",
            ));
        }
        check::check(tx, &config)?;
        row.stored = Stored::new(call, &config);
        tx.put(&DISTRIBUTIONS, input.id.as_str(), &row)?;
        let e_tag = Some(row.stored.etag.clone());
        Ok(UpdateDistributionResult { distribution: Some(shape(call, &input.id, row)?), e_tag })
    }
}

impl Write<DeleteDistribution> for CloudFront {
    fn access(call: &Call, input: &DeleteDistributionRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteDistributionRequest) -> Outcome<DeleteDistributionOutputNothing> {
        let row = state::distribution(tx, &input.id)?;
        row.stored.check_match(input.if_match.as_deref())?;
        if row.stored.config()?.enabled {
            return Err(errors::distribution_not_disabled(
                "The distribution you are trying to delete has not been disabled.",
            ));
        }
        tx.delete(&DISTRIBUTIONS, input.id.as_str());
        tx.delete_prefix(&INVALIDATIONS, (input.id.as_str(),));
        tx.in_scope(&Scope::shared()).delete(&HOSTS, row.label.as_str());
        Ok(DeleteDistributionOutputNothing {})
    }
}

impl Read<ListDistributions> for CloudFront {
    fn access(_: &Call, _: &ListDistributionsRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListDistributionsRequest) -> Outcome<ListDistributionsResult> {
        let page = Page::of(state::distributions(tx)?, |(id, _, _)| id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let items = page.items.into_iter().map(|(id, row, config)| summary(call, &id, &row, config)).collect();
        let list = DistributionList {
            quantity,
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(items),
        };
        Ok(ListDistributionsResult { distribution_list: Some(list) })
    }
}

fn summary(call: &Call, id: &str, row: &Distribution, config: DistributionConfig) -> DistributionSummary {
    DistributionSummary {
        id: id.into(),
        arn: arn(call, KIND, id).to_string(),
        e_tag: Some(row.stored.etag.clone()),
        status: DEPLOYED.into(),
        last_modified_time: row.stored.modified,
        domain_name: row.domain_name(),
        aliases: config.aliases.unwrap_or_default(),
        origins: config.origins,
        origin_groups: config.origin_groups,
        default_cache_behavior: config.default_cache_behavior,
        cache_behaviors: config.cache_behaviors.unwrap_or_default(),
        custom_error_responses: config.custom_error_responses.unwrap_or_default(),
        comment: config.comment,
        price_class: config.price_class.unwrap_or_default(),
        enabled: config.enabled,
        viewer_certificate: config.viewer_certificate.unwrap_or_default(),
        restrictions: config.restrictions.unwrap_or_default(),
        web_acl_id: config.web_acl_id.unwrap_or_default(),
        http_version: config.http_version.unwrap_or_default(),
        is_ipv6_enabled: config.is_ipv6_enabled.unwrap_or_default(),
        staging: config.staging.unwrap_or_default(),
        connection_mode: config.connection_mode,
    }
}
