//! Origin access identities: the older way for a bucket to know CloudFront.

use crate::{
    CloudFront,
    state::{self, IDENTITIES, Identity, Page, Stored, arn},
};
use api_cloudfront::{
    CloudFrontOriginAccessIdentity, CloudFrontOriginAccessIdentityList, CloudFrontOriginAccessIdentitySummary,
    CreateCloudFrontOriginAccessIdentity, CreateCloudFrontOriginAccessIdentityRequest,
    CreateCloudFrontOriginAccessIdentityResult, DeleteCloudFrontOriginAccessIdentity,
    DeleteCloudFrontOriginAccessIdentityOutputNothing, DeleteCloudFrontOriginAccessIdentityRequest,
    GetCloudFrontOriginAccessIdentity, GetCloudFrontOriginAccessIdentityConfig,
    GetCloudFrontOriginAccessIdentityConfigRequest, GetCloudFrontOriginAccessIdentityConfigResult,
    GetCloudFrontOriginAccessIdentityRequest, GetCloudFrontOriginAccessIdentityResult,
    ListCloudFrontOriginAccessIdentities, ListCloudFrontOriginAccessIdentitiesRequest,
    ListCloudFrontOriginAccessIdentitiesResult, UpdateCloudFrontOriginAccessIdentity,
    UpdateCloudFrontOriginAccessIdentityRequest, UpdateCloudFrontOriginAccessIdentityResult, errors,
};
use base::Fault;
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "origin-access-identity";

/// AWS quota: identities per account.
const MOST_IDENTITIES: usize = 100;

/// How long S3's canonical user ids are.
const CANONICAL_ID_LENGTH: usize = 96;

fn shape(id: &str, row: &Identity) -> Result<CloudFrontOriginAccessIdentity, Fault> {
    Ok(CloudFrontOriginAccessIdentity {
        id: id.into(),
        s3_canonical_user_id: row.canonical_id.clone(),
        cloud_front_origin_access_identity_config: Some(row.stored.config()?),
    })
}

impl Write<CreateCloudFrontOriginAccessIdentity> for CloudFront {
    fn access(call: &Call, _: &CreateCloudFrontOriginAccessIdentityRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateCloudFrontOriginAccessIdentityRequest,
    ) -> Outcome<CreateCloudFrontOriginAccessIdentityResult> {
        let config = input.cloud_front_origin_access_identity_config;
        let all = tx.list(&IDENTITIES, ())?;
        let mut same = None;
        for (id, row) in &all {
            let other = row.stored.config()?;
            if other.caller_reference == config.caller_reference {
                if other != config {
                    return Err(errors::cloud_front_origin_access_identity_already_exists(
                        "The caller reference is associated with another origin access identity.",
                    ));
                }
                same = Some((id.clone(), row.clone()));
            }
        }
        let (id, row) = match same {
            Some(same) => same,
            None if all.len() >= MOST_IDENTITIES => {
                return Err(errors::too_many_cloud_front_origin_access_identities(
                    "Processing your request would cause you to exceed the maximum number of origin access identities \
                     allowed.",
                ));
            }
            None => {
                let canonical_id = call.entropy.hex(CANONICAL_ID_LENGTH);
                let row = Identity { canonical_id, stored: Stored::new(call, &config) };
                let id = state::new_id(call);
                tx.put(&IDENTITIES, id.as_str(), &row)?;
                (id, row)
            }
        };
        let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/cloudfront/{id}");
        Ok(CreateCloudFrontOriginAccessIdentityResult {
            cloud_front_origin_access_identity: Some(shape(&id, &row)?),
            location: Some(location),
            e_tag: Some(row.stored.etag),
        })
    }
}

impl Read<GetCloudFrontOriginAccessIdentity> for CloudFront {
    fn access(call: &Call, input: &GetCloudFrontOriginAccessIdentityRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetCloudFrontOriginAccessIdentityRequest,
    ) -> Outcome<GetCloudFrontOriginAccessIdentityResult> {
        let row = state::identity(tx, &input.id)?;
        Ok(GetCloudFrontOriginAccessIdentityResult {
            cloud_front_origin_access_identity: Some(shape(&input.id, &row)?),
            e_tag: Some(row.stored.etag),
        })
    }
}

impl Read<GetCloudFrontOriginAccessIdentityConfig> for CloudFront {
    fn access(call: &Call, input: &GetCloudFrontOriginAccessIdentityConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetCloudFrontOriginAccessIdentityConfigRequest,
    ) -> Outcome<GetCloudFrontOriginAccessIdentityConfigResult> {
        let row = state::identity(tx, &input.id)?;
        Ok(GetCloudFrontOriginAccessIdentityConfigResult {
            cloud_front_origin_access_identity_config: Some(row.stored.config()?),
            e_tag: Some(row.stored.etag),
        })
    }
}

impl Write<UpdateCloudFrontOriginAccessIdentity> for CloudFront {
    fn access(call: &Call, input: &UpdateCloudFrontOriginAccessIdentityRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateCloudFrontOriginAccessIdentityRequest,
    ) -> Outcome<UpdateCloudFrontOriginAccessIdentityResult> {
        let mut row = state::identity(tx, &input.id)?;
        row.stored.check_match(input.if_match.as_deref())?;
        let config = input.cloud_front_origin_access_identity_config;
        if row.stored.config()?.caller_reference != config.caller_reference {
            return Err(errors::illegal_update(
                "The update contains modifications that are not allowed: CallerReference.",
            ));
        }
        row.stored = Stored::new(call, &config);
        tx.put(&IDENTITIES, input.id.as_str(), &row)?;
        Ok(UpdateCloudFrontOriginAccessIdentityResult {
            cloud_front_origin_access_identity: Some(shape(&input.id, &row)?),
            e_tag: Some(row.stored.etag),
        })
    }
}

impl Write<DeleteCloudFrontOriginAccessIdentity> for CloudFront {
    fn access(call: &Call, input: &DeleteCloudFrontOriginAccessIdentityRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteCloudFrontOriginAccessIdentityRequest,
    ) -> Outcome<DeleteCloudFrontOriginAccessIdentityOutputNothing> {
        state::identity(tx, &input.id)?.stored.check_match(input.if_match.as_deref())?;
        let named = format!("origin-access-identity/cloudfront/{}", input.id);
        let is_used = state::distributions(tx)?.iter().any(|(_, _, config)| {
            let mut s3 = config.origins.items.iter().filter_map(|origin| origin.s3_origin_config.as_ref());
            s3.any(|s3| s3.origin_access_identity == named)
        });
        if is_used {
            return Err(errors::cloud_front_origin_access_identity_in_use(
                "The origin access identity is still used by a distribution.",
            ));
        }
        tx.delete(&IDENTITIES, input.id.as_str());
        Ok(DeleteCloudFrontOriginAccessIdentityOutputNothing {})
    }
}

impl Read<ListCloudFrontOriginAccessIdentities> for CloudFront {
    fn access(_: &Call, _: &ListCloudFrontOriginAccessIdentitiesRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListCloudFrontOriginAccessIdentitiesRequest,
    ) -> Outcome<ListCloudFrontOriginAccessIdentitiesResult> {
        let page = Page::of(tx.list(&IDENTITIES, ())?, |(id, _)| id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let summary = |(id, row): (String, Identity)| {
            let comment = row.stored.config()?.comment;
            Ok(CloudFrontOriginAccessIdentitySummary { id, s3_canonical_user_id: row.canonical_id, comment })
        };
        let items = page.items.into_iter().map(summary).collect::<Result<_, Fault>>()?;
        let list = CloudFrontOriginAccessIdentityList {
            quantity,
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(items),
        };
        Ok(ListCloudFrontOriginAccessIdentitiesResult { cloud_front_origin_access_identity_list: Some(list) })
    }
}
