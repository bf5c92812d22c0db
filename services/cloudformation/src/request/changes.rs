//! What a change set says: which resources an operation would add, change and remove, as far as it can be known.

use crate::{
    api::{
        ChangeAction, ChangeSource, EvaluationType, Replacement, RequiresRecreation, ResourceAttribute, ResourceChange,
        ResourceChangeDetail, ResourceTargetDefinition,
    },
    state::Resource,
};
use kernel::Cloud;
use std::collections::{BTreeMap, BTreeSet};
use template::{Bound, Resource as Declared};

type Rows = BTreeMap<String, Resource>;

pub(crate) fn changes(cloud: &Cloud, old: Option<&Bound>, new: &Bound, rows: &Rows) -> Vec<ResourceChange> {
    let Some(old) = old else { return new.resources().map(added).collect() };
    let difference = template::diff(old, new);
    let mut found = Vec::new();
    let mut touched = Touched::default();
    for id in new.graph().waves().into_iter().flatten() {
        let declared = new.resource(id).expect("the graph knows the stack's resources only");
        if difference.added.iter().any(|added| added == id) {
            found.push(added(declared));
            continue;
        }
        let direct = difference.changed.iter().find(|change| change.logical_id == id);
        let create_only = crate::cfn::find(cloud, &declared.type_name).map(|found| found.schema().create_only);
        let create_only = create_only.unwrap_or_default();
        let mut details = Vec::new();
        if let Some(change) = direct {
            details.extend(change.properties().iter().map(|name| direct_detail(name, create_only)));
            details.extend(change.attributes.iter().filter_map(|name| attribute_detail(name)));
        }
        details.extend(touched.details(new, declared, create_only));
        if !details.is_empty() {
            found.push(modified(declared, details, rows, &mut touched));
        }
    }
    for id in &difference.removed {
        let declared = old.resource(id).expect("what is removed was there");
        found.push(ResourceChange {
            action: Some(ChangeAction::Remove),
            logical_resource_id: Some(id.clone()),
            physical_resource_id: rows.get(id).map(|row| row.physical_id.clone()),
            resource_type: Some(declared.type_name.clone()),
            scope: Some(Vec::new()),
            details: Some(Vec::new()),
            ..Default::default()
        });
    }
    found
}

fn added(declared: &Declared) -> ResourceChange {
    ResourceChange {
        action: Some(ChangeAction::Add),
        logical_resource_id: Some(declared.logical_id.clone()),
        resource_type: Some(declared.type_name.clone()),
        scope: Some(Vec::new()),
        details: Some(Vec::new()),
        ..Default::default()
    }
}

fn modified(
    declared: &Declared,
    details: Vec<ResourceChangeDetail>,
    rows: &Rows,
    touched: &mut Touched,
) -> ResourceChange {
    let id = &declared.logical_id;
    let recreations: BTreeSet<_> =
        details.iter().filter_map(|detail| detail.target.as_ref()?.requires_recreation).collect();
    let replacement = if recreations.contains(&RequiresRecreation::Always) {
        Replacement::True
    } else if recreations.contains(&RequiresRecreation::Conditionally) {
        Replacement::Conditional
    } else {
        Replacement::False
    };
    touched.changed.insert(id.clone());
    if replacement != Replacement::False {
        touched.replaced.insert(id.clone());
    }
    let scope: BTreeSet<_> = details.iter().filter_map(|detail| detail.target.as_ref()?.attribute).collect();
    ResourceChange {
        action: Some(ChangeAction::Modify),
        logical_resource_id: Some(id.clone()),
        physical_resource_id: rows.get(id).map(|row| row.physical_id.clone()),
        resource_type: Some(declared.type_name.clone()),
        replacement: Some(replacement),
        scope: Some(scope.into_iter().collect()),
        details: Some(details),
        ..Default::default()
    }
}

fn is_create_only(name: &str, create_only: &[&str]) -> bool {
    create_only.iter().any(|path| path.split('.').next() == Some(name))
}

fn direct_detail(name: &str, create_only: &[&str]) -> ResourceChangeDetail {
    let recreation =
        if is_create_only(name, create_only) { RequiresRecreation::Always } else { RequiresRecreation::Never };
    detail(property(name, recreation), EvaluationType::Static, (ChangeSource::DirectModification, None))
}

fn attribute_detail(name: &str) -> Option<ResourceChangeDetail> {
    let target = ResourceTargetDefinition {
        attribute: Some(ResourceAttribute::parse(name)?),
        requires_recreation: Some(RequiresRecreation::Never),
        ..Default::default()
    };
    Some(detail(target, EvaluationType::Static, (ChangeSource::DirectModification, None)))
}

fn property(name: &str, recreation: RequiresRecreation) -> ResourceTargetDefinition {
    ResourceTargetDefinition {
        attribute: Some(ResourceAttribute::Properties),
        name: Some(name.to_owned()),
        requires_recreation: Some(recreation),
        ..Default::default()
    }
}

fn detail(
    target: ResourceTargetDefinition,
    evaluation: EvaluationType,
    (source, cause): (ChangeSource, Option<String>),
) -> ResourceChangeDetail {
    ResourceChangeDetail {
        target: Some(target),
        evaluation: Some(evaluation),
        change_source: Some(source),
        causing_entity: cause,
    }
}

/// What earlier changes may mean for those who refer to them.
#[derive(Default)]
struct Touched {
    changed: BTreeSet<String>,
    replaced: BTreeSet<String>,
}

impl Touched {
    fn details(&self, new: &Bound, declared: &Declared, create_only: &[&str]) -> Vec<ResourceChangeDetail> {
        let mentions = new.mentions(&declared.properties).unwrap_or_default();
        let mut found = Vec::new();
        for mention in mentions {
            let name = mention.path.split('/').nth(1).unwrap_or_default();
            let recreation = match is_create_only(name, create_only) {
                true => RequiresRecreation::Conditionally,
                false => RequiresRecreation::Never,
            };
            let cause = match &mention.attribute {
                None if self.replaced.contains(&mention.logical_id) => {
                    (ChangeSource::ResourceReference, Some(mention.logical_id.clone()))
                }
                Some(attribute) if self.changed.contains(&mention.logical_id) => {
                    (ChangeSource::ResourceAttribute, Some(format!("{}.{attribute}", mention.logical_id)))
                }
                _ => continue,
            };
            found.push(detail(property(name, recreation), EvaluationType::Dynamic, cause));
        }
        found
    }
}
