use crate::{
    Logs,
    state::{self, GROUPS, Group},
};
use api_logs::{CreateLogGroup, CreateLogGroupOutputNothing, CreateLogGroupRequest, LogGroupClass, errors};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<CreateLogGroup> for Logs {
    fn access(call: &Call, input: &CreateLogGroupRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        Access::to(state::streams_arn(call, &input.log_group_name)).with_tags(tags)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateLogGroupRequest) -> Outcome<CreateLogGroupOutputNothing> {
        if tx.has(&GROUPS, input.log_group_name.clone())? {
            return Err(errors::resource_already_exists_exception("The specified log group already exists"));
        }
        let class = input.log_group_class.unwrap_or(LogGroupClass::Standard);
        if class == LogGroupClass::Delivery {
            return Err(ApiError::not_implemented("a log group of class DELIVERY"));
        }
        let group = Group {
            created: call.now,
            retention_days: None,
            class: class.to_string(),
            is_protected: input.deletion_protection_enabled.unwrap_or_default(),
            tags: input.tags.unwrap_or_default(),
            stored_bytes: 0,
            events: 0,
        };
        tx.put(&GROUPS, input.log_group_name, &group)?;
        Ok(CreateLogGroupOutputNothing {})
    }
}
