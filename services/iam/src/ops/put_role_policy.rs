use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{PutRolePolicy, PutRolePolicyOutputNothing, PutRolePolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<PutRolePolicy> for Iam {
    fn access(call: &Call, input: &PutRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: PutRolePolicyRequest) -> Outcome<PutRolePolicyOutputNothing> {
        family::put_inline(tx, Owner::Role, &input.role_name, input.policy_name, input.policy_document)?;
        Ok(PutRolePolicyOutputNothing {})
    }
}
