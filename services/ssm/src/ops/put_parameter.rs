use crate::{
    Ssm,
    state::{self, VERSIONS, Version},
};
use api_ssm::{ParameterTier, ParameterType, PutParameter, PutParameterRequest, PutParameterResult, errors};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<PutParameter> for Ssm {
    fn access(call: &Call, input: &PutParameterRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
        Access::to(state::arn(call, &input.name)).with_tags(tags)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutParameterRequest) -> Outcome<PutParameterResult> {
        let known = state::find_latest(tx, &input.name)?;
        if known.is_some() && input.overwrite != Some(true) {
            return Err(errors::parameter_already_exists(
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
            ));
        }
        let kind = input.type_.or_else(|| known.as_ref().map(|(_, version)| version.kind()));
        let Some(kind) = kind else {
            return Err(ApiError::validation("A parameter type is required when you create a parameter."));
        };
        if kind == ParameterType::SecureString {
            return Err(ApiError::not_implemented("a parameter of type SecureString"));
        }
        let number = known.map_or(1, |(number, _)| number + 1);
        let version = Version {
            kind: kind.to_string(),
            value: input.value,
            modified: call.now,
            description: input.description,
            allowed_pattern: input.allowed_pattern,
            data_type: input.data_type.unwrap_or_else(|| "text".into()),
        };
        tx.put(&VERSIONS, (input.name, number), &version)?;
        Ok(PutParameterResult { version: i64::try_from(number).ok(), tier: Some(ParameterTier::Standard) })
    }
}
