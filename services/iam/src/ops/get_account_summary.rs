use crate::{
    Iam, document,
    state::{GROUPS, KEYS_OF, POLICIES, PROFILES, PROVIDERS, ROLES, USERS, VERSIONS},
};
use api_iam::{GetAccountSummary, GetAccountSummaryInputNothing, GetAccountSummaryResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetAccountSummary> for Iam {
    fn access(_: &Call, _: &GetAccountSummaryInputNothing) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, _: GetAccountSummaryInputNothing) -> Outcome<GetAccountSummaryResponse> {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let keys = tx.scan(&KEYS_OF, ("root",)).count();
        let mut map = std::collections::BTreeMap::new();
        for (name, value) in [
            ("Users", count(tx.scan(&USERS, ()).count())),
            ("UsersQuota", 5000),
            ("Groups", count(tx.scan(&GROUPS, ()).count())),
            ("GroupsQuota", 300),
            ("Roles", count(tx.scan(&ROLES, ()).count())),
            ("RolesQuota", 1000),
            ("Policies", count(tx.scan(&POLICIES, ()).count())),
            ("PoliciesQuota", 1500),
            ("PolicyVersionsInUse", count(tx.scan(&VERSIONS, ()).count())),
            ("PolicyVersionsInUseQuota", 10_000),
            ("InstanceProfiles", count(tx.scan(&PROFILES, ()).count())),
            ("InstanceProfilesQuota", 1000),
            ("Providers", count(tx.scan(&PROVIDERS, ()).count())),
            ("AccountAccessKeysPresent", i32::from(keys > 0)),
            ("AccountMFAEnabled", 0),
            ("AccountPasswordPresent", 0),
            ("AccountSigningCertificatesPresent", 0),
            ("MFADevices", 0),
            ("MFADevicesInUse", 0),
            ("ServerCertificates", 0),
            ("ServerCertificatesQuota", 20),
            ("AccessKeysPerUserQuota", 2),
            ("GroupsPerUserQuota", 10),
            ("SigningCertificatesPerUserQuota", 2),
            ("AttachedPoliciesPerGroupQuota", 10),
            ("AttachedPoliciesPerRoleQuota", 10),
            ("AttachedPoliciesPerUserQuota", 10),
            ("VersionsPerPolicyQuota", 5),
            ("PolicySizeQuota", count(document::MOST_MANAGED)),
            ("AssumeRolePolicySizeQuota", count(document::MOST_TRUST)),
            ("UserPolicySizeQuota", count(document::MOST_INLINE_USER)),
            ("GroupPolicySizeQuota", count(document::MOST_INLINE_GROUP)),
            ("RolePolicySizeQuota", count(document::MOST_INLINE_ROLE)),
            ("GlobalEndpointTokenVersion", 1),
        ] {
            map.insert(name.to_owned(), value);
        }
        Ok(GetAccountSummaryResponse { summary_map: Some(map) })
    }
}
