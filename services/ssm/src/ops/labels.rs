use crate::{
    Ssm,
    state::{self, VERSIONS, Version},
};
use api_ssm::{
    LabelParameterVersion, LabelParameterVersionRequest, LabelParameterVersionResult, UnlabelParameterVersion,
    UnlabelParameterVersionRequest, UnlabelParameterVersionResult, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

/// AWS quota: labels of one version.
const MOST_LABELS: usize = 10;

/// AWS: letters, digits, dots, hyphens and underscores; not a digit first, not `aws` or `ssm` first.
fn is_label(label: &str) -> bool {
    let small = label.to_ascii_lowercase();
    let is_plain = label.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter));
    is_plain
        && !label.starts_with(|first: char| first.is_ascii_digit())
        && !small.starts_with("aws")
        && !small.starts_with("ssm")
}

/// The version to label: the named one, else the newest.
fn version(tx: &Tx<'_>, name: &str, asked: Option<i64>) -> Outcome<(u64, Version)> {
    let (newest, latest) = state::latest(tx, name)?;
    let Some(asked) = asked else { return Ok((newest, latest)) };
    let missing = || {
        errors::parameter_version_not_found(format!(
            "Systems Manager could not find version {asked} of {name}. Verify the version and try again."
        ))
    };
    let number = u64::try_from(asked).map_err(|_| missing())?;
    let found = tx.get(&VERSIONS, (name, number))?;
    Ok((number, found.ok_or_else(missing)?))
}

impl Write<LabelParameterVersion> for Ssm {
    fn access(call: &Call, input: &LabelParameterVersionRequest) -> Access {
        Access::to(state::arn(call, &input.name))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: LabelParameterVersionRequest) -> Outcome<LabelParameterVersionResult> {
        let (number, mut chosen) = version(tx, &input.name, input.parameter_version)?;
        let (valid, invalid): (Vec<_>, Vec<_>) = input.labels.into_iter().partition(|label| is_label(label));
        for label in &valid {
            if !chosen.labels.contains(label) {
                chosen.labels.push(label.clone());
            }
        }
        if chosen.labels.len() > MOST_LABELS {
            return Err(errors::parameter_version_label_limit_exceeded(format!(
                "An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: \
                 A parameter version can have maximum {MOST_LABELS} labels.Move one or more labels to another version \
                 and try again."
            )));
        }
        // A label belongs to one version: it moves.
        for ((name, other), mut row) in tx.list(&VERSIONS, (input.name.as_str(),))? {
            let had = row.labels.len();
            row.labels.retain(|label| !valid.contains(label));
            if other != number && row.labels.len() != had {
                tx.put(&VERSIONS, (name, other), &row)?;
            }
        }
        tx.put(&VERSIONS, (input.name, number), &chosen)?;
        Ok(LabelParameterVersionResult { invalid_labels: Some(invalid), parameter_version: i64::try_from(number).ok() })
    }
}

impl Write<UnlabelParameterVersion> for Ssm {
    fn access(call: &Call, input: &UnlabelParameterVersionRequest) -> Access {
        Access::to(state::arn(call, &input.name))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UnlabelParameterVersionRequest,
    ) -> Outcome<UnlabelParameterVersionResult> {
        let (number, mut chosen) = version(tx, &input.name, Some(input.parameter_version))?;
        let (removed, invalid): (Vec<_>, Vec<_>) =
            input.labels.into_iter().partition(|label| chosen.labels.contains(label));
        chosen.labels.retain(|label| !removed.contains(label));
        tx.put(&VERSIONS, (input.name, number), &chosen)?;
        Ok(UnlabelParameterVersionResult { removed_labels: Some(removed), invalid_labels: Some(invalid) })
    }
}
