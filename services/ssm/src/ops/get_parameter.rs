use crate::{Ssm, state};
use api_ssm::{GetParameter, GetParameterRequest, GetParameterResult, Parameter};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetParameter> for Ssm {
    fn access(call: &Call, input: &GetParameterRequest) -> Access {
        Access::to(state::arn(call, &input.name))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetParameterRequest) -> Outcome<GetParameterResult> {
        let (number, version) = state::latest(tx, &input.name)?;
        let parameter = Parameter {
            arn: Some(state::arn(call, &input.name).to_string()),
            type_: Some(version.kind()),
            version: i64::try_from(number).ok(),
            value: Some(version.value),
            last_modified_date: Some(version.modified),
            data_type: Some(version.data_type),
            name: Some(input.name),
            selector: None,
        };
        Ok(GetParameterResult { parameter: Some(parameter) })
    }
}
