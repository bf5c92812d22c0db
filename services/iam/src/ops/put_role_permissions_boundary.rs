use crate::{
    Iam, document,
    family::Owner,
    state::{self, ROLES},
};
use api_iam::{PutRolePermissionsBoundary, PutRolePermissionsBoundaryOutputNothing, PutRolePermissionsBoundaryRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<PutRolePermissionsBoundary> for Iam {
    fn access(call: &Call, input: &PutRolePermissionsBoundaryRequest) -> Access {
        Owner::Role.access(call, &input.role_name).with("iam:PermissionsBoundary", input.permissions_boundary.as_str())
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: PutRolePermissionsBoundaryRequest,
    ) -> Outcome<PutRolePermissionsBoundaryOutputNothing> {
        let mut role = state::own_role(tx, &input.role_name)?;
        document::check_boundary(tx, Some(&input.permissions_boundary))?;
        role.boundary = Some(input.permissions_boundary);
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(PutRolePermissionsBoundaryOutputNothing {})
    }
}
