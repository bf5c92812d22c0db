//! Which resource waits for which: forwards to create, backwards to delete.

use crate::{
    Bound, Template, TemplateError, check, error,
    function::unresolved,
    resource::Resource,
    walk::{self, Branches},
};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// The dependencies among the resources of a stack. Has no cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// What each resource needs, in the template's order.
    needs: IndexMap<String, BTreeSet<String>>,
    needed_by: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// The graph of what exists under any parameters: resources without a condition, and what they mention
    /// outside of `Fn::If`.
    pub(crate) fn without_conditions(template: &Template) -> Result<Self, TemplateError> {
        Self::build(template, &|resource| resource.condition.is_none(), &|_| Branches::Neither)
    }

    /// The graph of the resources whose conditions hold.
    pub(crate) fn of(bound: &Bound) -> Result<Self, TemplateError> {
        let template = bound.template();
        let is_active = |resource: &Resource| bound.is_active(resource.condition.as_deref());
        let branches = |condition: &str| Branches::taken(bound.is_active(Some(condition)));
        let absent: BTreeSet<_> = bound
            .resources()
            .flat_map(|resource| mentioned(template, resource, &branches).unwrap_or_default())
            .filter(|target| !is_active(&template.resources[target]))
            .collect();
        if !absent.is_empty() {
            return Err(unresolved(&absent, "Resources"));
        }
        Self::build(template, &is_active, &branches)
    }

    fn build(
        template: &Template,
        is_active: &dyn Fn(&Resource) -> bool,
        branches: &dyn Fn(&str) -> Branches,
    ) -> Result<Self, TemplateError> {
        let mut needs = IndexMap::new();
        for resource in template.resources.values().filter(|resource| is_active(resource)) {
            let mut targets = mentioned(template, resource, branches)?;
            // AWS: to depend on a resource whose condition is false is to depend on nothing.
            targets.extend(resource.depends_on.iter().cloned());
            targets.retain(|target| template.resources.get(target).is_some_and(is_active));
            needs.insert(resource.logical_id.clone(), targets);
        }
        let graph = Self::from_needs(needs);
        match graph.cycle() {
            cycle if cycle.is_empty() => Ok(graph),
            cycle => {
                let cycle = error::names(cycle);
                Err(TemplateError::new(format!("Circular dependency between resources: {cycle}")))
            }
        }
    }

    /// A graph of anything; it may have cycles.
    pub(crate) fn from_needs(needs: IndexMap<String, BTreeSet<String>>) -> Self {
        let mut needed_by: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (id, targets) in &needs {
            for target in targets {
                needed_by.entry(target.clone()).or_default().insert(id.clone());
            }
        }
        Self { needs, needed_by }
    }

    /// Every resource, in the template's order.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.needs.keys().map(String::as_str)
    }

    /// What must exist before `id` is made.
    pub fn needs(&self, id: &str) -> impl Iterator<Item = &str> {
        self.needs.get(id).into_iter().flatten().map(String::as_str)
    }

    /// What must be gone before `id` is deleted.
    pub fn needed_by(&self, id: &str) -> impl Iterator<Item = &str> {
        self.needed_by.get(id).into_iter().flatten().map(String::as_str)
    }

    /// What can be made now, given what is made: the resources that are not, and need nothing that is not.
    pub fn creatable<'a>(&'a self, made: &'a BTreeSet<String>) -> impl Iterator<Item = &'a str> {
        self.resources().filter(|id| !made.contains(*id) && self.needs(id).all(|target| made.contains(target)))
    }

    /// What can be deleted now, given what is gone.
    pub fn deletable<'a>(&'a self, gone: &'a BTreeSet<String>) -> impl Iterator<Item = &'a str> {
        self.resources().filter(|id| !gone.contains(*id) && self.needed_by(id).all(|target| gone.contains(target)))
    }

    /// The resources in waves: each wave needs only what is in earlier ones. Backwards, it deletes.
    pub fn waves(&self) -> Vec<Vec<&str>> {
        let mut remaining = self.resources().collect();
        self.peel(&mut remaining, Direction::Forwards)
    }

    /// The resources on cycles, and between two of them.
    pub(crate) fn cycle(&self) -> Vec<&str> {
        let mut remaining: BTreeSet<&str> = self.resources().collect();
        self.peel(&mut remaining, Direction::Forwards);
        self.peel(&mut remaining, Direction::Backwards);
        self.resources().filter(|id| remaining.contains(id)).collect()
    }

    /// Takes away, wave by wave, what waits for nothing that remains.
    fn peel<'a>(&'a self, remaining: &mut BTreeSet<&'a str>, direction: Direction) -> Vec<Vec<&'a str>> {
        let counted =
            |id: &&str| self.next(id, direction).filter(|awaited| remaining.contains(awaited.as_str())).count();
        let mut open: BTreeMap<&str, usize> = remaining.iter().map(|id| (*id, counted(id))).collect();
        let mut wave: Vec<&str> = self.resources().filter(|id| open.get(id) == Some(&0)).collect();
        let mut waves = Vec::new();
        while !wave.is_empty() {
            let mut next = Vec::new();
            for id in &wave {
                remaining.remove(id);
                for waiter in self.next(id, direction.reversed()) {
                    if let Some(count) = open.get_mut(waiter.as_str()) {
                        *count -= 1;
                        if *count == 0 {
                            next.push(waiter.as_str());
                        }
                    }
                }
            }
            waves.push(std::mem::replace(&mut wave, next));
        }
        waves
    }

    /// What `id` waits for when the graph is walked in this direction.
    fn next(&self, id: &str, direction: Direction) -> impl Iterator<Item = &String> {
        let found = match direction {
            Direction::Forwards => self.needs.get(id),
            Direction::Backwards => self.needed_by.get(id),
        };
        found.into_iter().flatten()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Forwards,
    Backwards,
}

impl Direction {
    fn reversed(self) -> Self {
        match self {
            Self::Forwards => Self::Backwards,
            Self::Backwards => Self::Forwards,
        }
    }
}

/// The resources that a resource's functions mention.
fn mentioned(
    template: &Template,
    resource: &Resource,
    branches: &dyn Fn(&str) -> Branches,
) -> Result<BTreeSet<String>, TemplateError> {
    let mut targets = BTreeSet::new();
    for (_, value) in check::parts(resource) {
        walk::functions(value, branches, &mut String::new(), &mut |function, _| {
            let mentions = walk::mentions(&function)?;
            let resources = mentions.iter().filter(|mention| template.resources.contains_key(mention.name));
            targets.extend(resources.map(|mention| mention.name.to_owned()));
            Ok(())
        })?;
    }
    Ok(targets)
}
