//! A recorded call as CloudTrail writes it. Pure.

use base::Arn;
use kernel::{Principal, audit::Event};
use serde_json::{Map as Object, Value as Json, json};

/// The version of the record's form.
const EVENT_VERSION: &str = "1.11";

fn last_part(path: &str) -> &str {
    path.rsplit(['/', ':']).next().unwrap_or(path)
}

/// The name under which look-ups find the caller.
pub(crate) fn username(event: &Event) -> Option<&str> {
    match &event.principal {
        Principal::Root { .. } => Some("root"),
        Principal::User { arn, .. } => Some(last_part(arn)),
        Principal::AssumedRole { session_arn, .. } => Some(last_part(session_arn)),
        _ => None,
    }
}

fn account(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

fn identity(event: &Event) -> Json {
    let mut identity = match &event.principal {
        Principal::Root { arn } => {
            json!({"type": "Root", "principalId": account(arn), "arn": arn, "accountId": account(arn)})
        }
        Principal::User { arn, user_id } => json!({
            "type": "IAMUser", "principalId": user_id, "arn": arn, "accountId": account(arn), "userName": last_part(arn),
        }),
        Principal::AssumedRole { role_arn, session_arn, user_id } => json!({
            "type": "AssumedRole", "principalId": user_id, "arn": session_arn, "accountId": account(role_arn),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": user_id.split(':').next(), "arn": role_arn,
                    "accountId": account(role_arn), "userName": last_part(role_arn),
                },
                "attributes": {"mfaAuthenticated": "false"},
            },
        }),
        Principal::Service { name } => json!({"type": "AWSService", "invokedBy": name}),
        Principal::Federated { provider } => {
            json!({"type": "WebIdentityUser", "principalId": provider, "identityProvider": provider})
        }
        Principal::CanonicalUser { id, .. } => json!({"type": "AWSAccount", "principalId": id}),
        _ => json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}),
    };
    if let Json::Object(members) = &mut identity {
        if !event.access_key_id.is_empty() {
            members.insert("accessKeyId".into(), event.access_key_id.as_str().into());
        }
        if let Some(service) = &event.invoked_by {
            members.insert("invokedBy".into(), service.as_str().into());
        }
    }
    identity
}

fn parsed(text: Option<&String>) -> Json {
    // It was written as JSON by the kernel.
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Json::Null)
}

/// The record as one line of JSON.
pub(crate) fn record(event: &Event) -> String {
    let mut record = Object::new();
    let mut say = |name: &str, value: Json| drop(record.insert(name.into(), value));
    say("eventVersion", EVENT_VERSION.into());
    say("userIdentity", identity(event));
    say("eventTime", event.time.iso().into());
    say("eventSource", event.source.as_str().into());
    say("eventName", event.name.as_str().into());
    say("awsRegion", event.region.as_str().into());
    say("sourceIPAddress", event.source_ip.as_str().into());
    say("userAgent", event.user_agent.as_str().into());
    if let Some(code) = &event.error_code {
        say("errorCode", code.as_str().into());
    }
    if let Some(message) = event.error_message.as_deref().filter(|message| !message.is_empty()) {
        say("errorMessage", message.into());
    }
    say("requestParameters", parsed(event.request.as_ref()));
    say("responseElements", parsed(event.response.as_ref()));
    say("requestID", event.request_id.as_str().into());
    say("eventID", event.event_id.as_str().into());
    say("readOnly", event.is_read_only.into());
    if !event.resources.is_empty() {
        let resources = event.resources.iter().map(|arn| json!({"accountId": event.account, "ARN": arn}));
        say("resources", resources.collect());
    }
    say("eventType", "AwsApiCall".into());
    say("managementEvent", true.into());
    say("recipientAccountId", event.account.as_str().into());
    say("eventCategory", "Management".into());
    Json::Object(record).to_string()
}

/// The name of a touched resource, which is what stands last in its ARN, and its type where it is known.
pub(crate) fn resource(text: &str) -> (Option<&'static str>, &str) {
    /// Service and kind in ARNs, and the type's name.
    const TYPES: [(&str, &str, &str); 14] = [
        ("cloudformation", "stack", "AWS::CloudFormation::Stack"),
        ("cloudfront", "distribution", "AWS::CloudFront::Distribution"),
        ("cognito-idp", "userpool", "AWS::Cognito::UserPool"),
        ("dynamodb", "table", "AWS::DynamoDB::Table"),
        ("iam", "group", "AWS::IAM::Group"),
        ("iam", "instance-profile", "AWS::IAM::InstanceProfile"),
        ("iam", "policy", "AWS::IAM::Policy"),
        ("iam", "role", "AWS::IAM::Role"),
        ("iam", "user", "AWS::IAM::User"),
        ("lambda", "function", "AWS::Lambda::Function"),
        ("logs", "log-group", "AWS::Logs::LogGroup"),
        ("s3", "", "AWS::S3::Bucket"),
        ("secretsmanager", "secret", "AWS::SecretsManager::Secret"),
        ("ssm", "parameter", "AWS::SSM::Parameter"),
    ];
    let Ok(arn) = text.parse::<Arn>() else { return (None, text) };
    let kind = arn.resource.split(['/', ':']).next().unwrap_or_default();
    let known = TYPES.iter().find(|(service, prefix, _)| {
        arn.service == *service && (*prefix == kind || (prefix.is_empty() && !arn.resource.contains('/')))
    });
    let name = match known {
        Some((_, prefix, _)) if !prefix.is_empty() => arn.resource.len() - prefix.len() - 1,
        _ => arn.resource.len(),
    };
    (known.map(|(_, _, kind)| *kind), &text[text.len() - name.min(text.len())..])
}
