use crate::{
    CloudFront,
    edge::is_invalidation_path,
    state::{self, INVALIDATIONS, Invalidation, Page, arn, quantity},
};
use api_cloudfront::{
    self as api, API, CreateInvalidation, CreateInvalidationRequest, CreateInvalidationResult, GetInvalidation,
    GetInvalidationRequest, GetInvalidationResult, InvalidationBatch, InvalidationList, InvalidationSummary,
    ListInvalidations, ListInvalidationsRequest, ListInvalidationsResult, Paths, errors,
};
use base::Timestamp;
use kernel::{Access, Call, Cloud, Outcome, Read, Serve, Tx};

/// AWS quota: paths in progress per distribution.
const MOST_PATHS: usize = 3000;

/// The cache is emptied before the answer.
const COMPLETED: &str = "Completed";

fn shape(id: String, row: Invalidation) -> api::Invalidation {
    let paths = Paths { quantity: quantity(&row.paths), items: Some(row.paths) };
    let invalidation_batch = InvalidationBatch { paths, caller_reference: row.caller_reference };
    api::Invalidation { id, status: COMPLETED.into(), create_time: row.created, invalidation_batch }
}

fn checked(batch: InvalidationBatch, now: Timestamp) -> Outcome<Invalidation> {
    let paths = batch.paths.items.unwrap_or_default();
    if usize::try_from(batch.paths.quantity) != Ok(paths.len()) {
        return Err(errors::inconsistent_quantities(
            "The value of Quantity and the size of Items do not match in Paths.",
        ));
    }
    if paths.len() > MOST_PATHS {
        return Err(errors::batch_too_large("Invalidation batch specified is too large."));
    }
    if paths.is_empty() || paths.iter().any(|path| !is_invalidation_path(path)) {
        return Err(errors::invalid_argument("Your request contains one or more invalid invalidation paths."));
    }
    Ok(Invalidation { created: now, caller_reference: batch.caller_reference, paths })
}

/// Writes the row, or finds the one that the same request wrote before.
fn note(tx: &mut Tx<'_>, call: &Call, distribution: &str, new: Invalidation) -> Outcome<(String, Invalidation)> {
    state::distribution(tx, distribution)?;
    for row in tx.scan(&INVALIDATIONS, (distribution,)) {
        let ((_, id), old) = row?;
        if old.caller_reference == new.caller_reference {
            if old.paths == new.paths {
                return Ok((id, old));
            }
            return Err(errors::invalid_argument(
                "The caller reference is associated with another invalidation batch of this distribution.",
            ));
        }
    }
    let id = format!("I{}", call.entropy.upper(25));
    tx.put(&INVALIDATIONS, (distribution, id.as_str()), &new)?;
    Ok((id, new))
}

impl Serve<CreateInvalidation> for CloudFront {
    fn access(call: &Call, input: &CreateInvalidationRequest) -> Access {
        Access::to(arn(call, "distribution", &input.distribution_id))
    }
    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: CreateInvalidationRequest,
    ) -> Outcome<CreateInvalidationResult> {
        let distribution = input.distribution_id;
        let new = checked(input.invalidation_batch, call.now)?;
        let (own, of) = (call.clone(), distribution.clone());
        let (id, row) = cloud.write(&API, &cloud.scope_of(&API, call), move |tx| note(tx, &own, &of, new)).await?;
        self.cache.invalidate(&distribution, &row.paths);
        let location =
            format!("https://cloudfront.amazonaws.com/2020-05-31/distribution/{distribution}/invalidation/{id}");
        Ok(CreateInvalidationResult { location: Some(location), invalidation: Some(shape(id, row)) })
    }
}

impl Read<GetInvalidation> for CloudFront {
    fn access(call: &Call, input: &GetInvalidationRequest) -> Access {
        Access::to(arn(call, "distribution", &input.distribution_id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetInvalidationRequest) -> Outcome<GetInvalidationResult> {
        state::distribution(tx, &input.distribution_id)?;
        let found = tx.get(&INVALIDATIONS, (input.distribution_id.as_str(), input.id.as_str()))?;
        let missing = || errors::no_such_invalidation("The specified invalidation does not exist.");
        let row = found.ok_or_else(missing)?;
        Ok(GetInvalidationResult { invalidation: Some(shape(input.id, row)) })
    }
}

impl Read<ListInvalidations> for CloudFront {
    fn access(call: &Call, input: &ListInvalidationsRequest) -> Access {
        Access::to(arn(call, "distribution", &input.distribution_id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListInvalidationsRequest) -> Outcome<ListInvalidationsResult> {
        state::distribution(tx, &input.distribution_id)?;
        let mut all = tx.list(&INVALIDATIONS, (input.distribution_id.as_str(),))?;
        // AWS: the newest first.
        all.sort_by_key(|((_, id), row)| (std::cmp::Reverse(row.created), id.clone()));
        let page = Page::of(all, |((_, id), _)| id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let items = page.items.into_iter().map(|((_, id), row)| InvalidationSummary {
            id,
            create_time: row.created,
            status: COMPLETED.into(),
        });
        let list = InvalidationList {
            quantity,
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(items.collect()),
        };
        Ok(ListInvalidationsResult { invalidation_list: Some(list) })
    }
}
