use crate::{
    Iam,
    describe::{self, Detail},
    document, id,
    state::{self, ManagedPolicy, POLICIES, VERSIONS, Version},
    tag,
};
use api_iam::{CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreatePolicy> for Iam {
    fn access(call: &Call, input: &CreatePolicyRequest) -> Access {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = state::arn(&call.account, "policy", path, &input.policy_name);
        Access::to(arn).with_tags(tag::pairs(input.tags.iter().flatten()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreatePolicyRequest) -> Outcome<CreatePolicyResponse> {
        let key = state::fold(&input.policy_name);
        if tx.has(&POLICIES, key.clone())? {
            return Err(errors::entity_already_exists_exception(format!(
                "A policy called {} already exists. Duplicate names are not allowed.",
                input.policy_name
            )));
        }
        document::check_managed(&input.policy_document)?;
        if tx.scan(&POLICIES, ()).count() >= MOST_POLICIES {
            let message = format!("Cannot exceed quota for PoliciesPerAccount: {MOST_POLICIES}");
            return Err(errors::limit_exceeded_exception(message));
        }
        let policy = ManagedPolicy {
            name: input.policy_name,
            path: input.path.unwrap_or_else(|| "/".into()),
            id: id::unique(&call.entropy, id::POLICY),
            created: call.now,
            updated: call.now,
            description: input.description,
            default_version: 1,
            last_version: 1,
            tags: tag::first(input.tags)?,
        };
        tx.put(&POLICIES, key, &policy)?;
        tx.put(&VERSIONS, (policy.id.clone(), 1_u64), &Version { text: input.policy_document, created: call.now })?;
        Ok(CreatePolicyResponse { policy: Some(describe::policy(tx, &policy, Detail::Created)?) })
    }
}

/// AWS quota.
const MOST_POLICIES: usize = 1500;
