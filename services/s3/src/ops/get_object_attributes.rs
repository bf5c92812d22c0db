use crate::{
    S3, errors,
    object::{self, Target},
    recast::with_checksum,
};
use api_s3::{
    Checksum, GetObjectAttributes, GetObjectAttributesOutput, GetObjectAttributesParts, GetObjectAttributesRequest,
    ObjectAttributes, ObjectPart, StorageClass,
};
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};
use shape::Operation;

/// AWS: also what is answered when nobody says how many.
const MOST_LISTED: usize = 1000;

impl Serve<GetObjectAttributes> for S3 {
    fn access(_: &Call, input: &GetObjectAttributesRequest) -> Access {
        let arn = crate::state::object_arn(&input.bucket, &input.key);
        let (twin, access) = match input.version_id {
            None => ("s3:GetObjectAttributes", object::versioned("s3:GetObject", "", target(input))),
            Some(_) => ("s3:GetObjectVersionAttributes", object::versioned("", "s3:GetObjectVersion", target(input))),
        };
        access.and(twin, arn)
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetObjectAttributesRequest,
    ) -> Outcome<GetObjectAttributesOutput> {
        let found = cloud.read(&api_s3::API, &Scope::shared(), |tx| object::find(tx, call, target(&input)));
        let found = found
            .map_err(|error| object::hide_absence(cloud, GetObjectAttributes::SPEC, call, &input.bucket, error))?;
        let wants = |what| input.object_attributes.contains(&what);
        let object = &found.object;
        let checksum = wants(ObjectAttributes::Checksum)
            .then(|| {
                with_checksum(Checksum::default(), &api_s3::Checksum, object.checksum.as_ref().map(digest).as_ref())
            })
            .transpose()?;
        let parts = (wants(ObjectAttributes::ObjectParts) && !object.parts.is_empty())
            .then(|| parts(&input, &object.parts))
            .transpose()?;
        let class = object.about.storage_class.as_deref().unwrap_or("STANDARD");
        Ok(GetObjectAttributesOutput {
            delete_marker: None,
            last_modified: Some(found.modified),
            version_id: found.shown_id(),
            // AWS: here the entity tag has no quotes.
            e_tag: wants(ObjectAttributes::ETag).then(|| object.etag.clone()),
            checksum,
            object_parts: parts,
            storage_class: wants(ObjectAttributes::StorageClass).then(|| StorageClass::parse(class)).flatten(),
            object_size: wants(ObjectAttributes::ObjectSize).then(|| i64::try_from(object.size_bytes).ok()).flatten(),
        })
    }
}

/// AWS: here a checksum of checksums does not say of how many.
fn digest(checksum: &crate::domain::checksum::Checksum) -> crate::domain::checksum::Checksum {
    let value = checksum.value.split('-').next().unwrap_or_default().to_owned();
    crate::domain::checksum::Checksum { value, ..checksum.clone() }
}

fn target(input: &GetObjectAttributesRequest) -> Target<'_> {
    Target {
        bucket: &input.bucket,
        key: &input.key,
        version_id: input.version_id.as_deref(),
        expected_owner: input.expected_bucket_owner.as_deref(),
        method: "GET",
    }
}

fn parts(input: &GetObjectAttributesRequest, all: &[crate::state::ObjectPart]) -> Outcome<GetObjectAttributesParts> {
    let marker = input.part_number_marker.unwrap_or(0);
    let after = u64::try_from(marker).map_err(|_| {
        errors::invalid_argument("Argument part-number-marker must not be negative", "part-number-marker", marker)
    })?;
    let most = input.max_parts.map_or(MOST_LISTED, |most| usize::try_from(most).unwrap_or(0)).min(MOST_LISTED);
    let behind: Vec<_> = all.iter().filter(|part| part.number > after).collect();
    let shown = &behind[..behind.len().min(most)];
    // AWS: parts are listed only where they have checksums of their own.
    let listed = shown.iter().filter(|part| part.checksum.is_some()).map(|part| {
        let one = ObjectPart {
            part_number: i32::try_from(part.number).ok(),
            size: i64::try_from(part.size_bytes).ok(),
            ..ObjectPart::default()
        };
        with_checksum(one, &api_s3::ObjectPart, part.checksum.as_ref())
    });
    let listed = listed.collect::<Outcome<Vec<_>>>()?;
    Ok(GetObjectAttributesParts {
        total_parts_count: i32::try_from(all.len()).ok(),
        part_number_marker: Some(marker),
        next_part_number_marker: i32::try_from(shown.last().map_or(after, |last| last.number)).ok(),
        max_parts: i32::try_from(most).ok(),
        is_truncated: Some(behind.len() > shown.len()),
        parts: (!listed.is_empty()).then_some(listed),
    })
}
