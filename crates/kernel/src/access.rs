//! What a call touches: said by each operation, asked by dispatch.

use base::Arn;
use policy::Context;

/// All that must be allowed for an operation to run. Without one it does not compile.
#[derive(Clone, Debug, Default)]
pub struct Access {
    pub(crate) needs: Vec<Need>,
}

/// One action on one resource.
#[derive(Clone, Debug)]
pub struct Need {
    /// The operation's own action where this is `None`.
    pub action: Option<String>,
    /// An ARN, or `*`.
    pub resource: String,
    pub context: Context,
}

impl Access {
    /// The operation's action on this resource.
    pub fn to(resource: impl ToString) -> Self {
        Self { needs: vec![Need { action: None, resource: resource.to_string(), context: Context::new() }] }
    }
    /// An action that names no resource.
    pub fn any() -> Self {
        Self::to("*")
    }
    /// Another action than the operation's own.
    pub fn action(action: &str, resource: impl ToString) -> Self {
        let context = Context::new();
        Self { needs: vec![Need { action: Some(action.into()), resource: resource.to_string(), context }] }
    }
    /// Who knows what the call is about may make it: operations that carry their own proof (a token, a code), and
    /// those that tell callers about themselves.
    pub fn open() -> Self {
        Self::default()
    }
    /// The same action on several resources.
    pub fn to_each<T: ToString>(resources: impl IntoIterator<Item = T>) -> Self {
        Self { needs: resources.into_iter().flat_map(|resource| Self::to(resource).needs).collect() }
    }
    /// A further action that has to be allowed.
    #[must_use]
    pub fn and(mut self, action: &str, resource: impl ToString) -> Self {
        self.needs.extend(Self::action(action, resource).needs);
        self
    }
    /// That the caller may hand `role` to `service`.
    #[must_use]
    pub fn and_pass_role(self, role: &Arn, service: &str) -> Self {
        self.and("iam:PassRole", role).with("iam:PassedToService", service)
    }
    /// A condition key of the need that was named last.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        if let Some(need) = self.needs.last_mut() {
            need.context.set(key, value);
        }
        self
    }
    /// A condition key with several values, of the need that was named last.
    #[must_use]
    pub fn with_all(mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        if let Some(need) = self.needs.last_mut() {
            need.context.set_all(key, values);
        }
        self
    }
    /// `aws:RequestTag/…` and `aws:TagKeys` of the need that was named last.
    #[must_use]
    pub fn with_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        if let Some(need) = self.needs.last_mut() {
            let mut keys = Vec::new();
            for (key, value) in tags {
                need.context.set(&format!("aws:RequestTag/{key}"), value);
                keys.push(key.to_owned());
            }
            if !keys.is_empty() {
                need.context.set_all("aws:TagKeys", keys);
            }
        }
        self
    }
}
