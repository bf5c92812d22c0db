use crate::{
    Iam,
    describe::{self, Detail},
    family::Owner,
    state::{self},
};
use api_iam::{GetRole, GetRoleRequest, GetRoleResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetRole> for Iam {
    fn access(call: &Call, input: &GetRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetRoleRequest) -> Outcome<GetRoleResponse> {
        let role = state::role(tx, &input.role_name)?;
        Ok(GetRoleResponse { role: describe::role(tx, &role, Detail::Full) })
    }
}
