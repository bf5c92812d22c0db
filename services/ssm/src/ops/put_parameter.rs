use crate::{
    Ssm,
    domain::name,
    state::{self, TAGS, Tags, VERSIONS, Version},
};
use api_ssm::{API, ParameterTier, ParameterType, PutParameter, PutParameterRequest, PutParameterResult, errors};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};
use shape::ApiError;

/// AWS quota: letters of a value, by tier; versions of a parameter.
const MOST_STANDARD: usize = 4096;
const MOST_ADVANCED: usize = 8192;
const MOST_VERSIONS: usize = 100;

impl Serve<PutParameter> for Ssm {
    fn access(call: &Call, input: &PutParameterRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
        let access = Access::to(state::arn(call, &input.name)).with_tags(tags);
        access.with("ssm:Overwrite", input.overwrite.unwrap_or(false).to_string())
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: PutParameterRequest) -> Outcome<PutParameterResult> {
        check(&input)?;
        // Encrypted before it is known whether it is needed: the key stays outside of the transaction.
        let sealed = self.key.seal(cloud, call, &state::arn(call, &input.name), &input.value)?;
        let own = call.clone();
        cloud.write(&API, &cloud.scope_of(&API, call), move |tx| put(tx, &own, input, sealed)).await
    }
}

fn check(input: &PutParameterRequest) -> Outcome<()> {
    name::check(&input.name)?;
    if input.value.is_empty() {
        return Err(ApiError::validation(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length \
             greater than or equal to 1",
        ));
    }
    if input.overwrite == Some(true) && input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        return Err(ApiError::validation(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please \
             remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
             RemoveTagsFromResource.",
        ));
    }
    if let Some(key) = &input.key_id
        && input.type_ == Some(ParameterType::SecureString)
        && key != state::DEFAULT_KEY
    {
        return Err(ApiError::not_implemented(format_args!("a KeyId other than {}", state::DEFAULT_KEY)));
    }
    if let Some(kind) =
        input.data_type.as_deref().filter(|kind| !["text", "aws:ec2:image", "aws:ssm:integration"].contains(kind))
    {
        return Err(ApiError::validation(format!("The following data type is not supported: {kind}.")));
    }
    if input.data_type.as_deref().is_some_and(|kind| kind != "text") {
        return Err(ApiError::not_implemented("a DataType other than text"));
    }
    let Some(pattern) = input.allowed_pattern.as_deref().filter(|pattern| !pattern.is_empty()) else { return Ok(()) };
    let regex = fancy_regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|_| {
        errors::invalid_allowed_pattern_exception("The request does not meet the regular expression requirement.")
    })?;
    if regex.is_match(&input.value).unwrap_or(false) {
        return Ok(());
    }
    Err(errors::parameter_pattern_mismatch_exception(format!(
        "Parameter value, cannot be validated against allowedPattern: {pattern}"
    )))
}

/// The tier that holds a value of this length.
fn tier(asked: Option<ParameterTier>, known: Option<ParameterTier>, length: usize) -> Outcome<ParameterTier> {
    use ParameterTier::{Advanced, IntelligentTiering, Standard};
    let chosen = match asked.or(known).unwrap_or(Standard) {
        IntelligentTiering if length > MOST_STANDARD || known == Some(Advanced) => Advanced,
        IntelligentTiering => Standard,
        named => named,
    };
    if known == Some(Advanced) && chosen == Standard {
        return Err(ApiError::validation(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
             advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced \
             parameter and recreate it as a standard parameter.",
        ));
    }
    if chosen == Standard && length > MOST_STANDARD {
        return Err(ApiError::validation(format!(
            "Standard tier parameters support a maximum parameter value of {MOST_STANDARD} characters. To create a \
             larger parameter value, upgrade the parameter to use the advanced-parameter tier.",
        )));
    }
    if length > MOST_ADVANCED {
        return Err(ApiError::validation(format!(
            "Advanced tier parameters support a maximum parameter value of {MOST_ADVANCED} characters."
        )));
    }
    Ok(chosen)
}

fn put(tx: &mut Tx<'_>, call: &Call, input: PutParameterRequest, sealed: String) -> Outcome<PutParameterResult> {
    let known = state::find_latest(tx, &input.name)?;
    if known.is_some() && input.overwrite != Some(true) {
        return Err(errors::parameter_already_exists(
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let old_kind = known.as_ref().map(|(_, version)| version.kind());
    let Some(kind) = input.type_.or(old_kind) else {
        return Err(ApiError::validation("A parameter type is required when you create a parameter."));
    };
    let is_secure = kind == ParameterType::SecureString;
    if old_kind.is_some_and(|old| (old == ParameterType::SecureString) != is_secure) {
        return Err(errors::hierarchy_type_mismatch_exception(
            "Parameter store does not support changing a parameter type in a hierarchy. For example, you can't change a \
             parameter from a String type to a SecureString type.",
        ));
    }
    let tier = tier(input.tier, known.as_ref().map(|(_, version)| version.tier()), input.value.chars().count())?;
    let number = known.as_ref().map_or(1, |(number, _)| number + 1);
    if number > 1 {
        forget_oldest(tx, &input.name)?;
    }
    // AWS: what an update leaves out stays as it was.
    let (description, allowed_pattern) =
        known.map(|(_, version)| (version.description, version.allowed_pattern)).unwrap_or_default();
    let version = Version {
        kind: kind.to_string(),
        value: if is_secure { sealed } else { input.value },
        modified: call.now,
        description: input.description.or(description),
        allowed_pattern: input.allowed_pattern.or(allowed_pattern),
        data_type: input.data_type.unwrap_or_else(|| "text".into()),
        tier: tier.to_string(),
        user: call.principal.name().to_owned(),
        labels: Vec::new(),
    };
    let tags = input.tags.unwrap_or_default();
    if !tags.is_empty() {
        let tags = Tags(tags.into_iter().map(|tag| (tag.key, tag.value)).collect());
        super::tags::check(&tags)?;
        tx.put(&TAGS, input.name.as_str(), &tags)?;
    }
    tx.put(&VERSIONS, (input.name, number), &version)?;
    Ok(PutParameterResult { version: i64::try_from(number).ok(), tier: Some(tier) })
}

/// Makes room for one more version.
fn forget_oldest(tx: &mut Tx<'_>, name: &str) -> Outcome<()> {
    let versions = tx.list(&VERSIONS, (name,))?;
    if versions.len() < MOST_VERSIONS {
        return Ok(());
    }
    let ((_, number), oldest) = &versions[0];
    if !oldest.labels.is_empty() {
        return Err(errors::parameter_max_version_limit_exceeded(format!(
            "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. \
             Version {number}, the oldest version, can't be deleted because it has a label associated with it. Move the \
             label to another version of the parameter, and try again."
        )));
    }
    tx.delete(&VERSIONS, (name, *number));
    Ok(())
}
