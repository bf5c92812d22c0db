//! Reserved concurrency: PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency.

use crate::{
    Lambda,
    engine::MOST_CONCURRENT,
    name::Name,
    settings::wrong,
    state::{self, FUNCTIONS},
};
use api_lambda::{
    Concurrency, DeleteFunctionConcurrency, DeleteFunctionConcurrencyOutputNothing, DeleteFunctionConcurrencyRequest,
    GetFunctionConcurrency, GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse, PutFunctionConcurrency,
    PutFunctionConcurrencyRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

/// AWS keeps this much for functions without a reservation.
const LEAST_UNRESERVED: i32 = 100;

/// What the functions of an account and region reserve together.
pub(super) fn reserved(tx: &Tx<'_>, but: &str) -> Outcome<i32> {
    let mut sum = 0;
    for row in tx.scan(&FUNCTIONS, ()) {
        let (name, function) = row?;
        sum += function.reserved_concurrency.filter(|_| name != but).unwrap_or(0);
    }
    Ok(sum)
}

fn set(tx: &mut Tx<'_>, name: &Name, count: Option<i32>) -> Outcome<()> {
    let mut tx = tx.in_scope(&name.scope);
    let mut function = state::get_function(&tx, name)?;
    if reserved(&tx, &name.function)? + count.unwrap_or(0) > MOST_CONCURRENT - LEAST_UNRESERVED {
        return Err(wrong(format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
             below its minimum value of [{LEAST_UNRESERVED}]."
        )));
    }
    function.reserved_concurrency = count;
    Ok(tx.put(&FUNCTIONS, name.function.clone(), &function)?)
}

impl Write<PutFunctionConcurrency> for Lambda {
    fn access(call: &Call, input: &PutFunctionConcurrencyRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: PutFunctionConcurrencyRequest) -> Outcome<Concurrency> {
        let count = Some(input.reserved_concurrent_executions);
        set(tx, &Name::of_function(call, &input.function_name)?, count)?;
        Ok(Concurrency { reserved_concurrent_executions: count })
    }
}

impl Read<GetFunctionConcurrency> for Lambda {
    fn access(call: &Call, input: &GetFunctionConcurrencyRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetFunctionConcurrencyRequest) -> Outcome<GetFunctionConcurrencyResponse> {
        let name = Name::of_function(call, &input.function_name)?;
        let function = state::get_function(&tx.peek(&name.scope), &name)?;
        Ok(GetFunctionConcurrencyResponse { reserved_concurrent_executions: function.reserved_concurrency })
    }
}

impl Write<DeleteFunctionConcurrency> for Lambda {
    fn access(call: &Call, input: &DeleteFunctionConcurrencyRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteFunctionConcurrencyRequest,
    ) -> Outcome<DeleteFunctionConcurrencyOutputNothing> {
        set(tx, &Name::of_function(call, &input.function_name)?, None)?;
        Ok(DeleteFunctionConcurrencyOutputNothing {})
    }
}
