//! ListFunctions and ListVersionsByFunction.

use crate::{
    Lambda,
    name::Name,
    settings,
    state::{self, FUNCTIONS, LATEST, PAGE, VERSIONS},
};
use api_lambda::{
    FunctionConfiguration, ListFunctions, ListFunctionsRequest, ListFunctionsResponse, ListVersionsByFunction,
    ListVersionsByFunctionRequest, ListVersionsByFunctionResponse,
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// One page of `all` behind the marker, which says how many were told before, and the next marker.
pub(super) fn page<T>(all: Vec<T>, marker: Option<&str>, most: Option<i32>) -> (Vec<T>, Option<String>) {
    let begin: usize = marker.and_then(|marker| marker.parse().ok()).unwrap_or(0);
    let size = most.map_or(PAGE, |most| usize::try_from(most).unwrap_or(PAGE).clamp(1, PAGE));
    let end = begin.saturating_add(size);
    let next = (end < all.len()).then(|| end.to_string());
    (all.into_iter().skip(begin).take(size).collect(), next)
}

/// `$LATEST`, then what was published, oldest first.
fn versions(tx: &Tx<'_>, name: &Name, latest: &state::Config) -> Outcome<Vec<FunctionConfiguration>> {
    let mut all = vec![settings::tell(name, LATEST, Some(LATEST), latest)];
    for row in tx.scan(&VERSIONS, (name.function.clone(),)) {
        let ((_, number), config) = row?;
        let number = number.to_string();
        all.push(settings::tell(name, &number, Some(&number), &config));
    }
    Ok(all)
}

impl Read<ListFunctions> for Lambda {
    fn access(_: &Call, _: &ListFunctionsRequest) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListFunctionsRequest) -> Outcome<ListFunctionsResponse> {
        let mut all = Vec::new();
        for row in tx.scan(&FUNCTIONS, ()) {
            let (function, found) = row?;
            let name = Name::of_function(call, &function)?;
            match input.function_version {
                Some(_) => all.extend(versions(tx, &name, &found.latest)?),
                None => all.push(settings::tell_latest(&name, &found.latest)),
            }
        }
        let (functions, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListFunctionsResponse { functions: Some(functions), next_marker })
    }
}

impl Read<ListVersionsByFunction> for Lambda {
    fn access(call: &Call, input: &ListVersionsByFunctionRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListVersionsByFunctionRequest) -> Outcome<ListVersionsByFunctionResponse> {
        let name = Name::of_function(call, &input.function_name)?;
        let tx = tx.peek(&name.scope);
        let function = state::get_function(&tx, &name)?;
        let all = versions(&tx, &name, &function.latest)?;
        let (versions, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListVersionsByFunctionResponse { versions: Some(versions), next_marker })
    }
}
