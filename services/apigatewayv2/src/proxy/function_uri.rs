//! The two ways to name a function.

use base::Arn;

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`, by itself or inside
/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionUri {
    pub(crate) arn: Arn,
}

impl FunctionUri {
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let arn: Arn = uri.parse().ok()?;
        if arn.service == "apigateway" && arn.account == "lambda" {
            let inside = arn.resource.strip_prefix("path/2015-03-31/functions/")?.strip_suffix("/invocations")?;
            return Self::of(inside.parse().ok()?);
        }
        Self::of(arn)
    }

    fn of(arn: Arn) -> Option<Self> {
        // `${stageVariables.name}` in it is filled in when it is called.
        let is_function =
            arn.service == "lambda" && arn.resource_after("function").is_some_and(|name| !name.is_empty());
        is_function.then_some(Self { arn })
    }
}
