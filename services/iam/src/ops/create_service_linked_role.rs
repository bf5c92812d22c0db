use crate::{
    Iam,
    describe::{self, Detail},
    id,
    state::{self, ROLES, Role, Tags},
};
use api_iam::{CreateServiceLinkedRole, CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateServiceLinkedRole> for Iam {
    fn access(call: &Call, input: &CreateServiceLinkedRoleRequest) -> Access {
        let path = format!("{}{}/", state::SERVICE_ROLE_PATH, input.aws_service_name);
        let name = role_name(&input.aws_service_name, input.custom_suffix.as_deref());
        Access::to(state::arn(&call.account, "role", &path, &name))
            .with("iam:AWSServiceName", input.aws_service_name.as_str())
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateServiceLinkedRoleRequest,
    ) -> Outcome<CreateServiceLinkedRoleResponse> {
        if !input.aws_service_name.ends_with(".amazonaws.com") {
            let message = format!("{} is not the name of a service.", input.aws_service_name);
            return Err(errors::invalid_input_exception(message));
        }
        let name = role_name(&input.aws_service_name, input.custom_suffix.as_deref());
        let key = state::fold(&name);
        if tx.has(&ROLES, key.clone())? {
            return Err(errors::invalid_input_exception(format!(
                "Service role name {name} has been taken in this account, please try a different suffix."
            )));
        }
        let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": [input.aws_service_name]},
        }]});
        let role = Role {
            name,
            path: format!("{}{}/", state::SERVICE_ROLE_PATH, input.aws_service_name),
            id: id::unique(&call.entropy, id::ROLE),
            created: call.now,
            trust: trust.to_string(),
            description: input.description,
            max_session_seconds: 3600,
            boundary: None,
            tags: Tags::new(),
        };
        tx.put(&ROLES, key, &role)?;
        Ok(CreateServiceLinkedRoleResponse { role: Some(describe::role(tx, &role, Detail::Full)) })
    }
}

/// AWS's names of the roles of services whose own name does not say it.
const NAMES: [(&str, &str); 13] = [
    ("autoscaling", "AutoScaling"),
    ("cognito-idp", "AmazonCognitoIdp"),
    ("ecs", "ECS"),
    ("ecs.application-autoscaling", "ApplicationAutoScaling_ECSService"),
    ("dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable"),
    ("elasticache", "ElastiCache"),
    ("elasticloadbalancing", "ElasticLoadBalancing"),
    ("es", "AmazonElasticsearchService"),
    ("kafka", "Kafka"),
    ("ops.apigateway", "APIGateway"),
    ("rds", "RDS"),
    ("replication.dynamodb", "DynamoDBReplication"),
    ("spot", "EC2Spot"),
];

fn role_name(service: &str, suffix: Option<&str>) -> String {
    let short = service.trim_end_matches(".amazonaws.com");
    let known = NAMES.iter().find(|(name, _)| *name == short).map(|(_, role)| (*role).to_owned());
    let made_up = || {
        let words = short.split(['.', '-']).filter(|word| !word.is_empty());
        words.map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
    };
    let name = format!("AWSServiceRoleFor{}", known.unwrap_or_else(made_up));
    match suffix {
        Some(suffix) => format!("{name}_{suffix}"),
        None => name,
    }
}
