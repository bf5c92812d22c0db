use crate::{
    Iam, document,
    family::Owner,
    state::{self, USERS},
};
use api_iam::{PutUserPermissionsBoundary, PutUserPermissionsBoundaryOutputNothing, PutUserPermissionsBoundaryRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<PutUserPermissionsBoundary> for Iam {
    fn access(call: &Call, input: &PutUserPermissionsBoundaryRequest) -> Access {
        Owner::User.access(call, &input.user_name).with("iam:PermissionsBoundary", input.permissions_boundary.as_str())
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: PutUserPermissionsBoundaryRequest,
    ) -> Outcome<PutUserPermissionsBoundaryOutputNothing> {
        let mut user = state::user(tx, &input.user_name)?;
        document::check_boundary(tx, Some(&input.permissions_boundary))?;
        user.boundary = Some(input.permissions_boundary);
        tx.put(&USERS, state::fold(&user.name), &user)?;
        Ok(PutUserPermissionsBoundaryOutputNothing {})
    }
}
