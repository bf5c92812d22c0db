use super::credential::{self, Opening};
use super::token::{Keys, Token};
use crate::{
    Sts,
    state::{self, PROVIDERS, ROLES, Tags},
};
use api_sts::{AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse, errors};
use base::{AccountId, Arn};
use kernel::{Access, Call, Cloud, Context, Outcome, Principal, Scope, Serve, Tx};

impl Serve<AssumeRoleWithWebIdentity> for Sts {
    fn access(_: &Call, _: &AssumeRoleWithWebIdentityRequest) -> Access {
        // The token is the proof; what the role's trust says is asked once the token is known to be true.
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AssumeRoleWithWebIdentityRequest,
    ) -> Outcome<AssumeRoleWithWebIdentityResponse> {
        let (arn, account) = credential::role_arn(&input.role_arn)?;
        let token = Token::parse(&input.web_identity_token).ok_or_else(|| {
            errors::invalid_identity_token_exception(
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
            )
        })?;
        let url = provider_of(cloud, &account, &token)?;
        check_token(cloud, call, &token).await?;
        let provider = state::arn(&account, "oidc-provider", "/", &url).to_string();
        let proven = Proven { arn, account, url, provider, token };
        check_trust(cloud, call, &proven, &input.role_session_name)?;
        let claims = &proven.token.claims;
        let (subject, audience) = (claims.sub.clone(), claims.audiences().join(","));
        let (own, scope, shown) = (call.clone(), Scope::global(&proven.account), proven.provider.clone());
        let opened = cloud.write(&api_sts::API, &scope, move |tx| open(tx, &own, proven, input)).await?;
        Ok(AssumeRoleWithWebIdentityResponse {
            subject_from_web_identity_token: Some(subject),
            provider: Some(shown),
            audience: Some(audience),
            ..opened
        })
    }
}

/// A role, and a token that is true.
struct Proven {
    arn: Arn,
    account: AccountId,
    /// The provider's, without `https://`.
    url: String,
    /// The provider's ARN.
    provider: String,
    token: Token,
}

/// The provider of the role's account whose token it is, and that knows the audience.
fn provider_of(cloud: &Cloud, account: &AccountId, token: &Token) -> Outcome<String> {
    let issuer = &token.claims.iss;
    let url = issuer.strip_prefix("https://").unwrap_or(issuer).to_owned();
    let found = cloud.read(&api_sts::API, &Scope::global(account), |tx| tx.get(&PROVIDERS, url.clone()))?;
    let Some(provider) = found else {
        return Err(errors::invalid_identity_token_exception(format!(
            "No OpenIDConnect provider found in your account for {issuer}"
        )));
    };
    let audiences = token.claims.audiences();
    if !audiences.iter().any(|audience| provider.client_ids.iter().any(|known| known == audience)) {
        return Err(errors::invalid_identity_token_exception("Incorrect token audience"));
    }
    Ok(url)
}

/// That the issuer signed it, and that its time is now.
async fn check_token(cloud: &Cloud, call: &Call, token: &Token) -> Outcome<()> {
    let keys = keys(cloud, &token.claims.iss).await.ok_or_else(|| {
        errors::invalid_identity_token_exception(
            "Couldn't retrieve verification key from your identity provider, please reference \
             AssumeRoleWithWebIdentity documentation for requirements",
        )
    })?;
    if !token.is_signed_by(&keys) {
        return Err(errors::invalid_identity_token_exception("Provided Token's signature cannot be verified"));
    }
    let now = call.now.secs();
    if token.claims.exp <= now {
        return Err(errors::expired_token_exception(format!(
            "Token expired: current date/time {now} must be before the expiration date/time {}",
            token.claims.exp
        )));
    }
    if token.claims.nbf.is_some_and(|from| from > now) {
        return Err(errors::invalid_identity_token_exception("Provided Token is not valid yet"));
    }
    Ok(())
}

/// The issuer's keys, asked of its own host. Only hosts of the model answer.
async fn keys(cloud: &Cloud, issuer: &str) -> Option<Keys> {
    #[derive(serde::Deserialize)]
    struct Discovery {
        jwks_uri: String,
    }
    let discovery = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let found: Discovery = serde_json::from_slice(&fetch(cloud, &discovery).await?).ok()?;
    serde_json::from_slice(&fetch(cloud, &found.jwks_uri).await?).ok()
}

/// Documents of providers are small.
const MOST_BYTES: usize = 256 * 1024;

async fn fetch(cloud: &Cloud, url: &str) -> Option<Vec<u8>> {
    let request = http::Request::get(url).body(shape::ByteStream::default()).ok()?;
    let response = cloud.fetch(request).await.ok().filter(|response| response.status().is_success())?;
    let body = response.into_body().collect(MOST_BYTES).await.ok()?;
    Some(body.to_vec())
}

/// What the role's trust policy says to this token.
fn check_trust(cloud: &Cloud, call: &Call, proven: &Proven, session: &str) -> Outcome<()> {
    let Proven { arn, url, provider, token, .. } = proven;
    let who = Call { principal: Principal::Federated { provider: provider.clone() }, ..call.clone() };
    let access = Access::to(arn)
        .with("sts:RoleSessionName", session)
        .with("aws:FederatedProvider", provider.as_str())
        .with_all(&format!("{url}:aud"), token.claims.audiences())
        .with(&format!("{url}:sub"), token.claims.sub.as_str());
    cloud.authorize(&api_sts::ops::AssumeRoleWithWebIdentity, &who, &access).map_err(|error| match error.fault {
        Some(_) => error,
        None => credential::denied("Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    })
}

fn open(
    tx: &mut Tx<'_>,
    call: &Call,
    proven: Proven,
    input: AssumeRoleWithWebIdentityRequest,
) -> Outcome<AssumeRoleWithWebIdentityResponse> {
    let Proven { arn, account, url, provider, token } = proven;
    let name = arn.resource.rsplit('/').next().unwrap_or_default();
    let role = tx.get(&ROLES, state::fold(name))?;
    let denied = || credential::denied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let role = role.filter(|role| state::arn(&account, "role", &role.path, &role.name) == arn).ok_or_else(denied)?;
    let seconds = credential::seconds(input.duration_seconds, role.max_session_seconds, false)?;
    let policies = credential::policies(tx, input.policy, input.policy_arns)?;
    let packed_policy_size = credential::packed_size(&policies, &Tags::new())?;
    let principal = Principal::assumed_role(&arn, &role.id, &input.role_session_name);
    let context = Context::new()
        .with("aws:FederatedProvider", provider.as_str())
        .with(&format!("{url}:sub"), token.claims.sub.as_str())
        .with(&format!("{url}:aud"), token.claims.audiences().join(","));
    let opening = Opening {
        principal: principal.clone(),
        account,
        seconds,
        policies,
        tags: Tags::new(),
        transitive: Tags::new(),
        source_identity: None,
        context,
    };
    Ok(AssumeRoleWithWebIdentityResponse {
        credentials: Some(credential::open(tx, call, opening)?),
        assumed_role_user: Some(credential::assumed(&principal)),
        packed_policy_size,
        ..Default::default()
    })
}
