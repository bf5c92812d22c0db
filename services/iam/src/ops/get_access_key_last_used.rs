use crate::{
    Iam,
    state::{KEYS, USERS},
};
use api_iam::{
    AccessKeyLastUsed, GetAccessKeyLastUsed, GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};

impl Serve<GetAccessKeyLastUsed> for Iam {
    fn access(_: &Call, _: &GetAccessKeyLastUsedRequest) -> Access {
        Access::any()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetAccessKeyLastUsedRequest,
    ) -> Outcome<GetAccessKeyLastUsedResponse> {
        let shared = Scope::shared();
        let id = input.access_key_id.clone();
        let key = cloud.read(&api_iam::API, &shared, |tx| tx.get(&KEYS, id.clone()))?;
        let missing = || errors::no_such_entity_exception(format!("The Access Key with id {id} cannot be found."));
        let key = key.filter(|key| key.account == call.account).ok_or_else(missing)?;
        let name = match key.user {
            None => None,
            Some(name) => cloud.read(&api_iam::API, &Scope::global(&call.account), |tx| tx.get(&USERS, name))?,
        };
        let used = cloud.last_event_of_key(&call.account, &id)?;
        let last_used = match used {
            Some(event) => AccessKeyLastUsed {
                last_used_date: Some(event.time),
                service_name: event.source.trim_end_matches(".amazonaws.com").to_owned(),
                region: event.region,
            },
            None => AccessKeyLastUsed { last_used_date: None, service_name: "N/A".into(), region: "N/A".into() },
        };
        Ok(GetAccessKeyLastUsedResponse {
            user_name: name.map(|user| user.name),
            access_key_last_used: Some(last_used),
        })
    }
}
