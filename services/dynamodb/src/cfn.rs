//! `AWS::DynamoDB::Table`.

use api_dynamodb::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, CreateTable, CreateTableInput,
    DeleteGlobalSecondaryIndexAction, DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteTable, DeleteTableInput,
    DescribeContinuousBackups, DescribeContinuousBackupsInput, DescribeTable, DescribeTableInput, DescribeTimeToLive,
    DescribeTimeToLiveInput, GlobalSecondaryIndex, GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType,
    ListTagsOfResource, ListTagsOfResourceInput, LocalSecondaryIndex, OnDemandThroughput,
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, Projection, ProjectionType, ProvisionedThroughput,
    PutResourcePolicy, PutResourcePolicyInput, SSESpecification, SSEType, ScalarAttributeType, TableClass, Tag,
    TagResource, TagResourceInput, TimeToLiveSpecification, UntagResource, UntagResourceInput, UpdateContinuousBackups,
    UpdateContinuousBackupsInput, UpdateGlobalSecondaryIndexAction, UpdateTable, UpdateTableInput, UpdateTimeToLive,
    UpdateTimeToLiveInput,
    cfn::{self, TABLE, Table},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct TableResource;

/// AWS quota: the length of a table's name.
const NAME_CHARS: usize = 255;

impl Resource for TableResource {
    type Properties = Table;

    fn schema(&self) -> &'static shape::Resource {
        &TABLE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Table) -> Outcome<String> {
        let name = name_of(stack, &properties);
        cloud.call::<CreateTable>(&stack.call, created(stack, &name, &properties)?).await?;
        settle(cloud, stack, &name, None, &properties).await?;
        Ok(name)
    }

    /// The table's tags say whether it is that of an earlier try.
    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Table) -> Outcome<Option<String>> {
        let name = name_of(stack, &properties);
        let input = ListTagsOfResourceInput { resource_arn: arn(stack, &name), next_token: None };
        let tags = match cloud.call::<ListTagsOfResource>(&stack.call, input).await {
            Ok(answer) => answer.tags.unwrap_or_default(),
            Err(error) if error.is(&errors::ResourceNotFoundException) => return Ok(None),
            Err(error) => return Err(error),
        };
        let says = |key: &str, value: &str| tags.iter().any(|tag| tag.key == key && tag.value == value);
        let is_ours = says("aws:cloudformation:stack-id", &stack.stack_id)
            && says("aws:cloudformation:logical-id", &stack.logical_id);
        if !is_ours {
            return Ok(None);
        }
        settle(cloud, stack, &name, None, &properties).await?;
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Table) -> Outcome<Map<Json>> {
        let input = DescribeTableInput { table_name: id.into() };
        let table = cloud.call::<DescribeTable>(&stack.call, input).await?.table.unwrap_or_default();
        Ok([("Arn".into(), Json::from(table.table_arn.unwrap_or_default()))].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Table, new: Table) -> Outcome<Updated> {
        if old.key_schema != new.key_schema || old.local_secondary_indexes != new.local_secondary_indexes {
            return Ok(Updated::Replace);
        }
        change(cloud, stack, id, &old, &new).await?;
        retag(cloud, stack, id, &old, &new).await?;
        if old.resource_policy.is_some() && new.resource_policy.is_none() {
            let input = DeleteResourcePolicyInput { resource_arn: arn(stack, id), expected_revision_id: None };
            cloud.call::<DeleteResourcePolicy>(&stack.call, input).await?;
        }
        if let Some(policy) =
            new.resource_policy.as_ref().filter(|policy| Some(*policy) != old.resource_policy.as_ref())
        {
            let input = PutResourcePolicyInput {
                resource_arn: arn(stack, id),
                policy: policy.policy_document.to_string(),
                expected_revision_id: None,
            };
            cloud.call::<PutResourcePolicy>(&stack.call, input).await?;
        }
        settle(cloud, stack, id, Some(&old), &new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Table) -> Outcome<()> {
        match cloud.call::<DeleteTable>(&stack.call, DeleteTableInput { table_name: id.into() }).await {
            Err(error) if !error.is(&errors::ResourceNotFoundException) => Err(error),
            _ => Ok(()),
        }
    }
}

fn name_of(stack: &StackCall, properties: &Table) -> String {
    properties.table_name.clone().unwrap_or_else(|| stack.physical_name(NAME_CHARS))
}

fn arn(stack: &StackCall, name: &str) -> String {
    stack.call.arn("dynamodb", format_args!("table/{name}")).to_string()
}

fn tags_of(stack: &StackCall, properties: &Table) -> Vec<(String, String)> {
    stack.tags_with(properties.tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone())))
}

fn bad(what: &str, value: &str) -> ApiError {
    ApiError::validation(format!("Value '{value}' at '{what}' is not one of those that DynamoDB knows"))
}

fn created(stack: &StackCall, name: &str, properties: &Table) -> Outcome<CreateTableInput> {
    let locals = properties.local_secondary_indexes.as_ref().map(|list| list.iter().map(local).collect());
    let globals = properties.global_secondary_indexes.as_ref().map(|list| list.iter().map(global).collect());
    Ok(CreateTableInput {
        attribute_definitions: definitions(properties)?,
        table_name: name.into(),
        key_schema: Some(
            properties
                .key_schema
                .iter()
                .map(|one| element(&one.attribute_name, &one.key_type))
                .collect::<Outcome<_>>()?,
        ),
        local_secondary_indexes: locals.transpose()?,
        global_secondary_indexes: globals.transpose()?,
        billing_mode: billing(properties)?,
        provisioned_throughput: properties.provisioned_throughput.as_ref().map(throughput),
        sse_specification: sse(properties),
        tags: Some(tags_of(stack, properties).into_iter().map(|(key, value)| Tag { key, value }).collect()),
        table_class: class(properties)?,
        deletion_protection_enabled: properties.deletion_protection_enabled,
        resource_policy: properties.resource_policy.as_ref().map(|policy| policy.policy_document.to_string()),
        on_demand_throughput: properties.on_demand_throughput.as_ref().map(on_demand),
        ..CreateTableInput::default()
    })
}

fn definitions(properties: &Table) -> Outcome<Option<Vec<AttributeDefinition>>> {
    let Some(list) = &properties.attribute_definitions else { return Ok(None) };
    let list = list.iter().map(|one| {
        let kind = ScalarAttributeType::parse(&one.attribute_type);
        let attribute_type = kind.ok_or_else(|| bad("AttributeType", &one.attribute_type))?;
        Ok(AttributeDefinition { attribute_name: one.attribute_name.clone(), attribute_type })
    });
    list.collect::<Outcome<_>>().map(Some)
}

fn element(name: &str, kind: &str) -> Outcome<KeySchemaElement> {
    let key_type = KeyType::parse(kind).ok_or_else(|| bad("KeyType", kind))?;
    Ok(KeySchemaElement { attribute_name: name.into(), key_type })
}

fn projection(asked: &cfn::TableOfProjection) -> Outcome<Projection> {
    let parse = |kind: &String| ProjectionType::parse(kind).ok_or_else(|| bad("ProjectionType", kind));
    Ok(Projection {
        projection_type: asked.projection_type.as_ref().map(parse).transpose()?,
        non_key_attributes: asked.non_key_attributes.clone().filter(|names| !names.is_empty()),
    })
}

fn local(asked: &cfn::TableOfLocalSecondaryIndex) -> Outcome<LocalSecondaryIndex> {
    let elements = asked.key_schema.iter().map(|one| element(&one.attribute_name, &one.key_type));
    Ok(LocalSecondaryIndex {
        index_name: asked.index_name.clone(),
        key_schema: elements.collect::<Outcome<_>>()?,
        projection: projection(&asked.projection)?,
    })
}

fn global(asked: &cfn::TableOfGlobalSecondaryIndex) -> Outcome<GlobalSecondaryIndex> {
    let elements = asked.key_schema.iter().map(|one| element(&one.attribute_name, &one.key_type));
    Ok(GlobalSecondaryIndex {
        index_name: asked.index_name.clone(),
        key_schema: elements.collect::<Outcome<_>>()?,
        projection: projection(&asked.projection)?,
        provisioned_throughput: asked.provisioned_throughput.as_ref().map(throughput),
        on_demand_throughput: asked.on_demand_throughput.as_ref().map(on_demand),
    })
}

fn throughput(asked: &cfn::TableOfProvisionedThroughput) -> ProvisionedThroughput {
    ProvisionedThroughput {
        read_capacity_units: asked.read_capacity_units,
        write_capacity_units: asked.write_capacity_units,
    }
}

fn on_demand(asked: &cfn::TableOfOnDemandThroughput) -> OnDemandThroughput {
    OnDemandThroughput {
        max_read_request_units: asked.max_read_request_units,
        max_write_request_units: asked.max_write_request_units,
    }
}

fn billing(properties: &Table) -> Outcome<Option<BillingMode>> {
    let parse = |mode: &String| BillingMode::parse(mode).ok_or_else(|| bad("BillingMode", mode));
    properties.billing_mode.as_ref().map(parse).transpose()
}

fn class(properties: &Table) -> Outcome<Option<TableClass>> {
    let parse = |class: &String| TableClass::parse(class).ok_or_else(|| bad("TableClass", class));
    properties.table_class.as_ref().map(parse).transpose()
}

fn sse(properties: &Table) -> Option<SSESpecification> {
    properties.sse_specification.as_ref().map(|asked| SSESpecification {
        enabled: Some(asked.sse_enabled),
        sse_type: asked.sse_type.as_deref().and_then(SSEType::parse),
    })
}

/// What UpdateTable changes: indexes that come and go with one call each, the rest with another.
async fn change(cloud: &Cloud, stack: &StackCall, id: &str, old: &Table, new: &Table) -> Outcome<()> {
    let before = old.global_secondary_indexes.as_deref().unwrap_or_default();
    let after = new.global_secondary_indexes.as_deref().unwrap_or_default();
    let shape = |one: &cfn::TableOfGlobalSecondaryIndex| (one.key_schema.clone(), one.projection.clone());
    let same = |one: &cfn::TableOfGlobalSecondaryIndex, list: &[cfn::TableOfGlobalSecondaryIndex]| {
        list.iter().any(|other| other.index_name == one.index_name && shape(other) == shape(one))
    };
    let gone: Vec<_> = before.iter().filter(|one| !same(one, after)).collect();
    let made: Vec<_> = after.iter().filter(|one| !same(one, before)).collect();
    if gone.len() + made.len() > 1 {
        return Err(ApiError::validation("Cannot perform more than one GSI creation or deletion in a single update"));
    }
    let mut changes = Vec::new();
    if let Some(index) = gone.first() {
        let delete = DeleteGlobalSecondaryIndexAction { index_name: index.index_name.clone() };
        changes.push(GlobalSecondaryIndexUpdate { delete: Some(delete), ..Default::default() });
    }
    for index in after.iter().filter(|one| same(one, before)) {
        let was = before.iter().find(|one| one.index_name == index.index_name);
        let throughput = |one: &cfn::TableOfGlobalSecondaryIndex| one.provisioned_throughput.clone();
        if was.map(throughput) != Some(throughput(index)) && index.provisioned_throughput.is_some() {
            changes.push(throughput_update(index));
        }
    }
    let is_provisioned =
        old.provisioned_throughput != new.provisioned_throughput || old.billing_mode != new.billing_mode;
    let input = UpdateTableInput {
        table_name: id.into(),
        billing_mode: billing(new)?.filter(|_| old.billing_mode != new.billing_mode),
        provisioned_throughput: new.provisioned_throughput.as_ref().map(throughput).filter(|_| is_provisioned),
        global_secondary_index_updates: (!changes.is_empty()).then_some(changes),
        sse_specification: sse(new).filter(|_| old.sse_specification != new.sse_specification),
        table_class: class(new)?.filter(|_| old.table_class != new.table_class),
        deletion_protection_enabled: (old.deletion_protection_enabled != new.deletion_protection_enabled)
            .then(|| new.deletion_protection_enabled.unwrap_or(false)),
        on_demand_throughput: new
            .on_demand_throughput
            .as_ref()
            .map(on_demand)
            .filter(|_| old.on_demand_throughput != new.on_demand_throughput),
        ..UpdateTableInput::default()
    };
    let nothing = UpdateTableInput { table_name: id.into(), ..UpdateTableInput::default() };
    if input != nothing {
        cloud.call::<UpdateTable>(&stack.call, input).await?;
    }
    if let Some(index) = made.first() {
        let input = UpdateTableInput {
            attribute_definitions: definitions(new)?,
            global_secondary_index_updates: Some(vec![creation(index)?]),
            ..nothing
        };
        cloud.call::<UpdateTable>(&stack.call, input).await?;
    }
    Ok(())
}

fn throughput_update(index: &cfn::TableOfGlobalSecondaryIndex) -> GlobalSecondaryIndexUpdate {
    let update = UpdateGlobalSecondaryIndexAction {
        index_name: index.index_name.clone(),
        provisioned_throughput: index.provisioned_throughput.as_ref().map(throughput),
        on_demand_throughput: None,
    };
    GlobalSecondaryIndexUpdate { update: Some(update), ..Default::default() }
}

fn creation(index: &cfn::TableOfGlobalSecondaryIndex) -> Outcome<GlobalSecondaryIndexUpdate> {
    let GlobalSecondaryIndex { index_name, key_schema, projection, provisioned_throughput, on_demand_throughput } =
        global(index)?;
    let create = CreateGlobalSecondaryIndexAction {
        index_name,
        key_schema,
        projection,
        provisioned_throughput,
        on_demand_throughput,
    };
    Ok(GlobalSecondaryIndexUpdate { create: Some(create), ..Default::default() })
}

async fn retag(cloud: &Cloud, stack: &StackCall, id: &str, old: &Table, new: &Table) -> Outcome<()> {
    let (before, after) = (tags_of(stack, old), tags_of(stack, new));
    if before == after {
        return Ok(());
    }
    let is_gone = |key: &String| !after.iter().any(|(other, _)| other == key);
    let gone: Vec<_> = before.iter().map(|(key, _)| key.clone()).filter(is_gone).collect();
    if !gone.is_empty() {
        let input = UntagResourceInput { resource_arn: arn(stack, id), tag_keys: gone };
        cloud.call::<UntagResource>(&stack.call, input).await?;
    }
    let tags = after.into_iter().map(|(key, value)| Tag { key, value }).collect();
    cloud.call::<TagResource>(&stack.call, TagResourceInput { resource_arn: arn(stack, id), tags }).await?;
    Ok(())
}

/// Time to live and point-in-time recovery, which have operations of their own. May run twice. Asks for nothing that
/// the template does not speak of, so that a role needs no permission for it.
async fn settle(cloud: &Cloud, stack: &StackCall, id: &str, old: Option<&Table>, new: &Table) -> Outcome<()> {
    if [old, Some(new)].into_iter().flatten().any(|table| table.time_to_live_specification.is_some()) {
        settle_time_to_live(cloud, stack, id, new).await?;
    }
    if [old, Some(new)].into_iter().flatten().any(|table| table.point_in_time_recovery_specification.is_some()) {
        settle_recovery(cloud, stack, id, new).await?;
    }
    Ok(())
}

async fn settle_time_to_live(cloud: &Cloud, stack: &StackCall, id: &str, properties: &Table) -> Outcome<()> {
    let input = DescribeTimeToLiveInput { table_name: id.into() };
    let known = cloud.call::<DescribeTimeToLive>(&stack.call, input).await?.time_to_live_description;
    let known = known.and_then(|known| known.attribute_name);
    let asked = properties.time_to_live_specification.as_ref().filter(|asked| asked.enabled);
    let wanted = asked.map(|asked| asked.attribute_name.clone().unwrap_or_default());
    if known == wanted {
        return Ok(());
    }
    for (attribute, enabled) in [(known, false), (wanted, true)] {
        let Some(attribute_name) = attribute else { continue };
        let input = UpdateTimeToLiveInput {
            table_name: id.into(),
            time_to_live_specification: TimeToLiveSpecification { enabled, attribute_name },
        };
        cloud.call::<UpdateTimeToLive>(&stack.call, input).await?;
    }
    Ok(())
}

async fn settle_recovery(cloud: &Cloud, stack: &StackCall, id: &str, properties: &Table) -> Outcome<()> {
    let asked = properties.point_in_time_recovery_specification.as_ref();
    let wanted = asked.and_then(|asked| asked.point_in_time_recovery_enabled).unwrap_or(false);
    let days = asked.and_then(|asked| asked.recovery_period_in_days).and_then(|days| i32::try_from(days).ok());
    let input = DescribeContinuousBackupsInput { table_name: id.into() };
    let known = cloud.call::<DescribeContinuousBackups>(&stack.call, input).await?.continuous_backups_description;
    let known = known.and_then(|known| known.point_in_time_recovery_description).unwrap_or_default();
    let is_enabled = known.point_in_time_recovery_status == Some(PointInTimeRecoveryStatus::Enabled);
    if is_enabled == wanted && (!wanted || days.is_none() || days == known.recovery_period_in_days) {
        return Ok(());
    }
    let input = UpdateContinuousBackupsInput {
        table_name: id.into(),
        point_in_time_recovery_specification: PointInTimeRecoverySpecification {
            point_in_time_recovery_enabled: wanted,
            recovery_period_in_days: days,
        },
    };
    cloud.call::<UpdateContinuousBackups>(&stack.call, input).await?;
    Ok(())
}
