use crate::{
    Iam,
    family::Owner,
    page::{self, Page},
    state::{self, KEYS_OF},
};
use api_iam::{AccessKeyMetadata, ListAccessKeys, ListAccessKeysRequest, ListAccessKeysResponse, StatusType_};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListAccessKeys> for Iam {
    fn access(call: &Call, input: &ListAccessKeysRequest) -> Access {
        match input.user_name.clone().or_else(|| state::caller_name(&call.principal)) {
            Some(name) => Owner::User.access(call, &name),
            None => Access::any(),
        }
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListAccessKeysRequest) -> Outcome<ListAccessKeysResponse> {
        let (owner, user) = super::create_access_key::key_owner(tx, call, input.user_name)?;
        let mut found = Vec::new();
        for row in tx.scan(&KEYS_OF, (owner.as_str(),)) {
            let ((_, id), _) = row?;
            let key = super::create_access_key::own_key(tx, &owner, &id)?;
            let shown = AccessKeyMetadata {
                user_name: user.as_ref().map(|user| user.name.clone()),
                access_key_id: Some(id),
                status: Some(if key.is_active { StatusType_::Active } else { StatusType_::Inactive }),
                create_date: Some(key.created),
            };
            found.push((format!("{} {}", key.created.iso_millis(), found.len()), shown));
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListAccessKeysResponse { access_key_metadata: items, is_truncated, marker })
    }
}
