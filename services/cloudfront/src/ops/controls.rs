//! Origin access controls: how the edge signs what it asks of an origin.

use crate::{
    CloudFront,
    state::{self, ACCESS_CONTROLS, Page, Stored, arn},
};
use api_cloudfront::{
    CreateOriginAccessControl, CreateOriginAccessControlRequest, CreateOriginAccessControlResult,
    DeleteOriginAccessControl, DeleteOriginAccessControlOutputNothing, DeleteOriginAccessControlRequest,
    GetOriginAccessControl, GetOriginAccessControlConfig, GetOriginAccessControlConfigRequest,
    GetOriginAccessControlConfigResult, GetOriginAccessControlRequest, GetOriginAccessControlResult,
    ListOriginAccessControls, ListOriginAccessControlsRequest, ListOriginAccessControlsResult, OriginAccessControl,
    OriginAccessControlConfig, OriginAccessControlList, OriginAccessControlOriginTypes, OriginAccessControlSummary,
    UpdateOriginAccessControl, UpdateOriginAccessControlRequest, UpdateOriginAccessControlResult, errors,
};
use base::Fault;
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

const KIND: &str = "origin-access-control";

/// AWS quota: controls per account.
const MOST_CONTROLS: usize = 100;

type Row = Stored<OriginAccessControlConfig>;

fn shape(id: &str, row: &Row) -> Result<OriginAccessControl, Fault> {
    Ok(OriginAccessControl { id: id.into(), origin_access_control_config: Some(row.config()?) })
}

fn control(tx: &Tx<'_>, id: &str) -> Outcome<Row> {
    tx.get(&ACCESS_CONTROLS, id)?
        .ok_or_else(|| errors::no_such_origin_access_control("The specified origin access control does not exist."))
}

/// Fills in and checks; `own` is the id of the control that may keep its name.
fn checked(
    tx: &Tx<'_>,
    own: Option<&str>,
    mut config: OriginAccessControlConfig,
) -> Outcome<OriginAccessControlConfig> {
    config.description.get_or_insert_default();
    if config.origin_access_control_origin_type != OriginAccessControlOriginTypes::S3 {
        let kind = config.origin_access_control_origin_type;
        return Err(ApiError::not_implemented(format_args!("an origin access control for origins of type {kind}")));
    }
    for row in tx.scan(&ACCESS_CONTROLS, ()) {
        let (id, row) = row?;
        if own != Some(id.as_str()) && row.config()?.name == config.name {
            return Err(errors::origin_access_control_already_exists(
                "An origin access control with the same name already exists.",
            ));
        }
    }
    Ok(config)
}

impl Write<CreateOriginAccessControl> for CloudFront {
    fn access(call: &Call, _: &CreateOriginAccessControlRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateOriginAccessControlRequest,
    ) -> Outcome<CreateOriginAccessControlResult> {
        let config = checked(tx, None, input.origin_access_control_config)?;
        if tx.scan(&ACCESS_CONTROLS, ()).count() >= MOST_CONTROLS {
            return Err(errors::too_many_origin_access_controls(
                "The number of origin access controls in your AWS account exceeds the maximum allowed.",
            ));
        }
        let id = state::new_id(call);
        let row = Row::new(call, &config);
        tx.put(&ACCESS_CONTROLS, id.as_str(), &row)?;
        Ok(CreateOriginAccessControlResult {
            origin_access_control: Some(shape(&id, &row)?),
            location: Some(format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/{id}")),
            e_tag: Some(row.etag),
        })
    }
}

impl Read<GetOriginAccessControl> for CloudFront {
    fn access(call: &Call, input: &GetOriginAccessControlRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetOriginAccessControlRequest) -> Outcome<GetOriginAccessControlResult> {
        let row = control(tx, &input.id)?;
        Ok(GetOriginAccessControlResult { origin_access_control: Some(shape(&input.id, &row)?), e_tag: Some(row.etag) })
    }
}

impl Read<GetOriginAccessControlConfig> for CloudFront {
    fn access(call: &Call, input: &GetOriginAccessControlConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetOriginAccessControlConfigRequest,
    ) -> Outcome<GetOriginAccessControlConfigResult> {
        let row = control(tx, &input.id)?;
        Ok(GetOriginAccessControlConfigResult {
            origin_access_control_config: Some(row.config()?),
            e_tag: Some(row.etag),
        })
    }
}

impl Write<UpdateOriginAccessControl> for CloudFront {
    fn access(call: &Call, input: &UpdateOriginAccessControlRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateOriginAccessControlRequest,
    ) -> Outcome<UpdateOriginAccessControlResult> {
        control(tx, &input.id)?.check_match(input.if_match.as_deref())?;
        let config = checked(tx, Some(&input.id), input.origin_access_control_config)?;
        let row = Row::new(call, &config);
        tx.put(&ACCESS_CONTROLS, input.id.as_str(), &row)?;
        Ok(UpdateOriginAccessControlResult {
            origin_access_control: Some(shape(&input.id, &row)?),
            e_tag: Some(row.etag),
        })
    }
}

impl Write<DeleteOriginAccessControl> for CloudFront {
    fn access(call: &Call, input: &DeleteOriginAccessControlRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteOriginAccessControlRequest,
    ) -> Outcome<DeleteOriginAccessControlOutputNothing> {
        control(tx, &input.id)?.check_match(input.if_match.as_deref())?;
        let is_used = state::distributions(tx)?.iter().any(|(_, _, config)| {
            config.origins.items.iter().any(|origin| origin.origin_access_control_id.as_ref() == Some(&input.id))
        });
        if is_used {
            return Err(errors::origin_access_control_in_use(
                "Cannot delete the origin access control because it's in use by one or more distributions.",
            ));
        }
        tx.delete(&ACCESS_CONTROLS, input.id.as_str());
        Ok(DeleteOriginAccessControlOutputNothing {})
    }
}

impl Read<ListOriginAccessControls> for CloudFront {
    fn access(_: &Call, _: &ListOriginAccessControlsRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListOriginAccessControlsRequest) -> Outcome<ListOriginAccessControlsResult> {
        let page = Page::of(tx.list(&ACCESS_CONTROLS, ())?, |(id, _)| id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let summary = |(id, row): (String, Row)| {
            let config = row.config()?;
            Ok(OriginAccessControlSummary {
                id,
                description: config.description.unwrap_or_default(),
                name: config.name,
                signing_protocol: config.signing_protocol,
                signing_behavior: config.signing_behavior,
                origin_access_control_origin_type: config.origin_access_control_origin_type,
            })
        };
        let items = page.items.into_iter().map(summary).collect::<Result<_, Fault>>()?;
        let list = OriginAccessControlList {
            quantity,
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(items),
        };
        Ok(ListOriginAccessControlsResult { origin_access_control_list: Some(list) })
    }
}
