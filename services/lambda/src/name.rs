//! The names of functions: `todo`, `todo:live`, `000000000000:function:todo`, or an ARN, each with or without a
//! qualifier.

use api_lambda::errors;
use base::{AccountId, Arn, Region};
use kernel::{Call, Outcome, Scope};

/// A function, perhaps one version or alias of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) scope: Scope,
    pub(crate) function: String,
    /// A version's number, `$LATEST` or an alias.
    pub(crate) qualifier: Option<String>,
}

impl Name {
    /// The model's pattern was checked before, so what is left to find out is which form it is.
    pub(crate) fn parse(call: &Call, text: &str, qualifier: Option<&str>) -> Outcome<Self> {
        let mut scope = Scope::new(&call.account, &call.region);
        let mut rest = text;
        if let Ok(arn) = text.parse::<Arn>() {
            scope.region = Region::new(&*arn.region);
            scope.account = AccountId::new(&*arn.account).unwrap_or(scope.account);
            rest = text.splitn(6, ':').last().unwrap_or_default();
        } else if let Some((account, behind)) = text.split_once(':')
            && let Some(account) = AccountId::new(account)
        {
            scope.account = account;
            rest = behind;
        }
        if scope.region != call.region {
            return Err(errors::resource_not_found_exception(format!(
                "Functions from '{}' are not reachable in this region ('{}')",
                scope.region, call.region
            )));
        }
        let rest = rest.strip_prefix("function:").unwrap_or(rest);
        let (function, derived) = match rest.split_once(':') {
            Some((function, derived)) => (function, Some(derived)),
            None => (rest, None),
        };
        if let (Some(derived), Some(given)) = (derived, qualifier)
            && derived != given
        {
            return Err(errors::invalid_parameter_value_exception(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        let qualifier = derived.or(qualifier).map(str::to_owned);
        Ok(Self { scope, function: function.to_owned(), qualifier })
    }

    /// For what names a function as such.
    pub(crate) fn of_function(call: &Call, text: &str) -> Outcome<Self> {
        Self::parse(call, text, None)
    }

    /// What policies are asked about; a name that cannot be is refused by the operation.
    pub(crate) fn resource(call: &Call, text: &str, qualifier: Option<&str>) -> String {
        Self::parse(call, text, qualifier).map_or_else(|_| "*".to_owned(), |name| name.arn().to_string())
    }

    pub(crate) fn arn(&self) -> Arn {
        self.qualified(self.qualifier.as_deref())
    }
    pub(crate) fn qualified(&self, qualifier: Option<&str>) -> Arn {
        let tail = qualifier.map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
        let resource = format!("function:{}{tail}", self.function);
        Arn::new("lambda", self.scope.region.as_str(), self.scope.account.as_str(), resource)
    }
    pub(crate) fn unqualified(&self) -> Self {
        Self { qualifier: None, ..self.clone() }
    }
}
