//! What clients ask of every function and always get the same answer to, and the account's settings.

use super::concurrency;
use crate::{
    Lambda,
    code::{MOST_UNZIPPED_BYTES, MOST_ZIPPED_BYTES},
    engine::MOST_CONCURRENT,
    name::Name,
    state::{self, FUNCTIONS},
};
use api_lambda::{
    AccountLimit, AccountUsage, GetAccountSettings, GetAccountSettingsRequest, GetAccountSettingsResponse,
    GetFunctionCodeSigningConfig, GetFunctionCodeSigningConfigRequest, GetFunctionCodeSigningConfigResponse,
    GetFunctionRecursionConfig, GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse,
    GetRuntimeManagementConfig, GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse, RecursiveLoop,
    UpdateRuntimeOn,
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS quota: all packages of an account and region.
const MOST_CODE_BYTES: i64 = 80_530_636_800;

impl Read<GetAccountSettings> for Lambda {
    fn access(_: &Call, _: &GetAccountSettingsRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, _: &Call, _: GetAccountSettingsRequest) -> Outcome<GetAccountSettingsResponse> {
        let functions = tx.list(&FUNCTIONS, ())?;
        let size: u64 = functions.iter().map(|(_, function)| function.latest.code.size_bytes).sum();
        Ok(GetAccountSettingsResponse {
            account_limit: Some(AccountLimit {
                total_code_size: Some(MOST_CODE_BYTES),
                code_size_unzipped: i64::try_from(MOST_UNZIPPED_BYTES).ok(),
                code_size_zipped: i64::try_from(MOST_ZIPPED_BYTES).ok(),
                concurrent_executions: Some(MOST_CONCURRENT),
                unreserved_concurrent_executions: Some(MOST_CONCURRENT - concurrency::reserved(tx, "")?),
            }),
            account_usage: Some(AccountUsage {
                total_code_size: i64::try_from(size).ok(),
                function_count: i64::try_from(functions.len()).ok(),
            }),
        })
    }
}

impl Read<GetFunctionCodeSigningConfig> for Lambda {
    fn access(call: &Call, input: &GetFunctionCodeSigningConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetFunctionCodeSigningConfigRequest,
    ) -> Outcome<GetFunctionCodeSigningConfigResponse> {
        let name = Name::of_function(call, &input.function_name)?;
        state::get_function(&tx.peek(&name.scope), &name)?;
        // AWS: a function without one is answered with an empty ARN.
        Ok(GetFunctionCodeSigningConfigResponse {
            code_signing_config_arn: String::new(),
            function_name: name.function,
        })
    }
}

impl Read<GetFunctionRecursionConfig> for Lambda {
    fn access(call: &Call, input: &GetFunctionRecursionConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetFunctionRecursionConfigRequest,
    ) -> Outcome<GetFunctionRecursionConfigResponse> {
        let name = Name::of_function(call, &input.function_name)?;
        state::get_function(&tx.peek(&name.scope), &name)?;
        // Nothing here detects loops, so none is stopped.
        Ok(GetFunctionRecursionConfigResponse { recursive_loop: Some(RecursiveLoop::Allow) })
    }
}

impl Read<GetRuntimeManagementConfig> for Lambda {
    fn access(call: &Call, input: &GetRuntimeManagementConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetRuntimeManagementConfigRequest,
    ) -> Outcome<GetRuntimeManagementConfigResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        state::get_version(&tx.peek(&name.scope), &name)?;
        Ok(GetRuntimeManagementConfigResponse {
            update_runtime_on: Some(UpdateRuntimeOn::Auto),
            function_arn: Some(name.arn().to_string()),
            ..Default::default()
        })
    }
}
