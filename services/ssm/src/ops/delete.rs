use crate::{
    Ssm,
    state::{self, TAGS, VERSIONS},
};
use api_ssm::{
    DeleteParameter, DeleteParameterRequest, DeleteParameterResult, DeleteParameters, DeleteParametersRequest,
    DeleteParametersResult,
};
use kernel::{Access, Call, Outcome, Tx, Write};

fn delete(tx: &mut Tx<'_>, name: &str) -> Outcome<()> {
    state::latest(tx, name)?;
    tx.delete_prefix(&VERSIONS, (name,));
    tx.delete(&TAGS, name);
    Ok(())
}

impl Write<DeleteParameter> for Ssm {
    fn access(call: &Call, input: &DeleteParameterRequest) -> Access {
        Access::to(state::arn(call, &input.name))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteParameterRequest) -> Outcome<DeleteParameterResult> {
        delete(tx, &input.name)?;
        Ok(DeleteParameterResult {})
    }
}

impl Write<DeleteParameters> for Ssm {
    fn access(call: &Call, input: &DeleteParametersRequest) -> Access {
        Access::to_each(input.names.iter().map(|name| state::arn(call, name)))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteParametersRequest) -> Outcome<DeleteParametersResult> {
        let (mut deleted, mut invalid) = (Vec::new(), Vec::new());
        for name in input.names {
            if state::find_latest(tx, &name)?.is_some() {
                delete(tx, &name)?;
                deleted.push(name);
            } else if !deleted.contains(&name) {
                invalid.push(name);
            }
        }
        Ok(DeleteParametersResult { deleted_parameters: Some(deleted), invalid_parameters: Some(invalid) })
    }
}
