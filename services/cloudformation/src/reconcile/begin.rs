//! What is to be done about one resource of the template, and how it is begun.

use super::{
    job::Work,
    run::{Change, Run},
};
use crate::{
    api::ResourceStatus,
    plan::{self, Difference, difference},
    state::{Action, Before, Physical, Resource, Said},
};
use kernel::AnyResource;
use serde_json::Value as Json;
use std::sync::Arc;
use template::{Bound, Resource as Declared};
use wire::properties;

const REPLACES: &str = "Requested update requires the creation of a new physical resource; hence creating one.";

/// A resource's next row, and the work that it stands for; no work where there is nothing to do, or it cannot be done.
pub(super) struct Begun {
    pub(super) change: Change,
    pub(super) work: Option<Work>,
}

impl Run {
    pub(super) fn consider(&self, bound: &Bound, declared: &Declared) -> Begun {
        let id = &declared.logical_id;
        let row = self.rows.get(id).cloned().unwrap_or_else(|| Resource::new(&declared.type_name));
        match self.target(bound, declared) {
            Ok((found, target)) => self.begin(declared, row, &*found, target),
            Err(reason) => self.refused(id, row, reason),
        }
    }

    /// What the resource is to be, with its functions evaluated.
    fn target(&self, bound: &Bound, declared: &Declared) -> Result<(Arc<dyn AnyResource>, Physical), String> {
        let id = &declared.logical_id;
        let found = self.type_of(&declared.type_name)?;
        let evaluated = bound.properties(declared, &self.world()).map_err(|error| error.message().to_owned())?;
        // What depends on dynamic references is checked when they are resolved.
        let has_references = template::dynamic::references(&evaluated).is_ok_and(|found| !found.is_empty());
        if !has_references && let Err(problems) = properties::decode(found.schema().properties, &evaluated) {
            return Err(plan::problems(id, &problems));
        }
        let target = Physical {
            type_name: declared.type_name.clone(),
            id: String::new(),
            properties: evaluated,
            attributes: shape::Map::new(),
            needs: bound.graph().needs(id).map(str::to_owned).collect(),
            deletion_policy: declared.deletion_policy().as_str().to_owned(),
            update_replace_policy: declared.update_replace_policy().as_str().to_owned(),
            is_uncertain: false,
        };
        Ok((found, target))
    }

    fn begin(&self, declared: &Declared, mut row: Resource, found: &dyn AnyResource, target: Physical) -> Begun {
        row.type_name.clone_from(&declared.type_name);
        row.metadata.clone_from(&declared.metadata);
        let id = &declared.logical_id;
        let Some(current) = row.current.take() else {
            row.before = Before::Absent;
            return self.begin_making(id, row, Action::Create, target);
        };
        let schema = found.schema();
        let retags = self.operation.desired.tags != self.stack.desired.tags
            && schema.properties.members().iter().any(|member| member.name == "Tags");
        let difference = match difference(schema, &current.properties, &target.properties) {
            Difference::None if current.is_uncertain || retags => Difference::InPlace,
            difference => difference,
        };
        match difference {
            Difference::None => {
                // Only what the engine itself heeds may have changed.
                row.current = Some(Physical { id: current.id, attributes: current.attributes, ..target });
                row.outcome = self.ended(false, None);
                Begun { change: Change { id: id.clone(), row, said: Vec::new() }, work: None }
            }
            Difference::InPlace => self.begin_update(id, row, current, target),
            Difference::Replace => match named_alike(schema, &current.properties, &target.properties) {
                Some(name) => {
                    row.current = Some(current);
                    let reason = format!(
                        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename \
                         {name} and update the stack again."
                    );
                    self.refused(id, row, reason)
                }
                None => {
                    row.current = Some(current);
                    self.begin_making(id, row, Action::Replace, target)
                }
            },
        }
    }

    /// Creation, of a resource or of another one in its place. `target` waits in the work until it is made.
    pub(super) fn begin_making(&self, id: &str, mut row: Resource, action: Action, target: Physical) -> Begun {
        let said = match action {
            Action::Create => {
                row.physical_id.clear();
                Said::status(ResourceStatus::CreateInProgress)
            }
            _ => Said::status(ResourceStatus::UpdateInProgress).because(REPLACES),
        };
        let said = said.with_properties(&self.shown(&target.properties));
        let work = Work::Create { properties: target.properties.clone(), is_retry: false };
        row.step = self.begin_step(action, target);
        row.outcome = None;
        Begun { change: Change { id: id.to_owned(), row, said: vec![said] }, work: Some(work) }
    }

    fn begin_update(&self, id: &str, mut row: Resource, current: Physical, target: Physical) -> Begun {
        // Of an attempt that failed nobody knows how far it came: the change is the one from what was there before.
        let old = match &row.before {
            Before::Was(was) if current.is_uncertain && was.id == current.id => was.properties.clone(),
            _ => current.properties.clone(),
        };
        let work = Work::Update { id: current.id.clone(), old, new: target.properties.clone() };
        let changed = Physical {
            id: current.id.clone(),
            attributes: current.attributes.clone(),
            is_uncertain: true,
            ..target.clone()
        };
        if row.before == Before::Same {
            row.before = Before::Was(Box::new(current));
        }
        row.current = Some(changed);
        row.step = self.begin_step(Action::Update, target);
        row.outcome = None;
        let said = Said::status(ResourceStatus::UpdateInProgress);
        let said = said.with_properties(&self.shown(&row.current.as_ref().expect("set above").properties));
        Begun { change: Change { id: id.to_owned(), row, said: vec![said] }, work: Some(work) }
    }

    /// It cannot even be begun.
    fn refused(&self, id: &str, mut row: Resource, reason: String) -> Begun {
        let status = if row.current.is_some() { ResourceStatus::UpdateFailed } else { ResourceStatus::CreateFailed };
        row.outcome = self.ended(true, None);
        Begun {
            change: Change { id: id.to_owned(), row, said: vec![Said::status(status).because(reason)] },
            work: None,
        }
    }

    /// Properties as an event may show them: without the values of `NoEcho` parameters.
    pub(super) fn shown(&self, properties: &Json) -> String {
        let mut text = properties.to_string();
        for (name, shown, _) in &self.operation.desired.shown {
            let secret = self.operation.desired.parameters.get(name).filter(|given| *given != shown);
            if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
                let quoted = Json::from(secret.as_str()).to_string();
                text = text.replace(&quoted[1..quoted.len() - 1], shown);
            }
        }
        text
    }
}

/// The name that a template gave a thing and does not change, though another one must be made.
fn named_alike(schema: &shape::Resource, old: &Json, new: &Json) -> Option<String> {
    let is_name = |path: &&&str| schema.properties.members().iter().any(|member| member.name == **path);
    let names: Vec<_> = schema.primary_identifier.iter().filter(is_name).collect();
    if names.is_empty() || names.len() < schema.primary_identifier.len() {
        return None;
    }
    let same = |path: &&&str| {
        let (old, new) = (plan::values_at(old, path), plan::values_at(new, path));
        !old.is_empty() && old == new
    };
    names.iter().all(same).then(|| {
        plan::values_at(new, names[0]).first().map(|value| value.as_str().map_or(value.to_string(), str::to_owned))
    })?
}
