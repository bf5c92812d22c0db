//! Function URLs: CreateFunctionUrlConfig, GetFunctionUrlConfig, ListFunctionUrlConfigs, UpdateFunctionUrlConfig,
//! DeleteFunctionUrlConfig.

use super::list_functions::page;
use crate::{
    Lambda,
    name::Name,
    state::{self, ALIASES, Cors, HOSTS, Host, URLS, Url},
    url,
};
use api_lambda::{
    self as api, CreateFunctionUrlConfig, CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse,
    DeleteFunctionUrlConfig, DeleteFunctionUrlConfigOutputNothing, DeleteFunctionUrlConfigRequest, FunctionUrlAuthType,
    FunctionUrlConfig, GetFunctionUrlConfig, GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse, InvokeMode,
    ListFunctionUrlConfigs, ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse, UpdateFunctionUrlConfig,
    UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse, errors,
};
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};
use shape::ApiError;

/// As long as AWS's.
const ID_CHARS: usize = 32;

fn access(call: &Call, function: &str, qualifier: Option<&str>, kind: Option<FunctionUrlAuthType>) -> Access {
    let access = Access::to(Name::resource(call, function, qualifier));
    match kind {
        Some(kind) => access.with("lambda:FunctionUrlAuthType", kind.to_string()),
        None => access,
    }
}

fn check(kind: Option<FunctionUrlAuthType>, mode: Option<InvokeMode>) -> Outcome<()> {
    if kind == Some(FunctionUrlAuthType::AwsIam) {
        return Err(ApiError::not_implemented("AuthType AWS_IAM of a function URL"));
    }
    if mode == Some(InvokeMode::ResponseStream) {
        return Err(ApiError::not_implemented("InvokeMode RESPONSE_STREAM of a function URL"));
    }
    Ok(())
}

fn key(name: &Name) -> (String, String) {
    (name.function.clone(), name.qualifier.clone().unwrap_or_default())
}

fn get(tx: &Tx<'_>, name: &Name) -> Outcome<Url> {
    let found = tx.get(&URLS, key(name))?;
    found.ok_or_else(|| errors::resource_not_found_exception("The resource you requested does not exist."))
}

fn keep(cors: api::Cors) -> Cors {
    Cors {
        credentials: cors.allow_credentials,
        headers: cors.allow_headers,
        methods: cors.allow_methods,
        origins: cors.allow_origins,
        expose: cors.expose_headers,
        max_age: cors.max_age,
    }
}

fn tell(name: &Name, url: Url) -> FunctionUrlConfig {
    let cors = url.cors.map(|cors| api::Cors {
        allow_credentials: cors.credentials,
        allow_headers: cors.headers,
        allow_methods: cors.methods,
        allow_origins: cors.origins,
        expose_headers: cors.expose,
        max_age: cors.max_age,
    });
    FunctionUrlConfig {
        function_url: url::address(&url.id, &name.scope.region),
        function_arn: name.arn().to_string(),
        creation_time: url.created.iso_millis(),
        last_modified_time: url.modified.iso_millis(),
        cors,
        auth_type: FunctionUrlAuthType::None,
        invoke_mode: Some(InvokeMode::Buffered),
    }
}

impl Write<CreateFunctionUrlConfig> for Lambda {
    fn access(call: &Call, input: &CreateFunctionUrlConfigRequest) -> Access {
        access(call, &input.function_name, input.qualifier.as_deref(), Some(input.auth_type))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateFunctionUrlConfigRequest,
    ) -> Outcome<CreateFunctionUrlConfigResponse> {
        check(Some(input.auth_type), input.invoke_mode)?;
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        state::get_function(&tx, &name)?;
        if let Some(alias) = &name.qualifier
            && !tx.has(&ALIASES, (name.function.clone(), alias.clone()))?
        {
            return Err(state::not_found(&name));
        }
        if tx.has(&URLS, key(&name))? {
            return Err(errors::resource_conflict_exception(format!(
                "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists \
                 for this Lambda function",
                name.arn()
            )));
        }
        let id = call.entropy.lower(ID_CHARS);
        let cors = input.cors.map(keep);
        let url = Url { id: id.clone(), is_open: true, cors, created: call.now, modified: call.now };
        tx.put(&URLS, key(&name), &url)?;
        let (function, qualifier) = key(&name);
        let host = Host { scope: name.scope.clone(), function, qualifier };
        tx.in_scope(&Scope::shared()).put(&HOSTS, id, &host)?;
        let told = tell(&name, url);
        Ok(CreateFunctionUrlConfigResponse {
            function_url: told.function_url,
            function_arn: told.function_arn,
            auth_type: told.auth_type,
            cors: told.cors,
            creation_time: told.creation_time,
            invoke_mode: told.invoke_mode,
        })
    }
}

impl Read<GetFunctionUrlConfig> for Lambda {
    fn access(call: &Call, input: &GetFunctionUrlConfigRequest) -> Access {
        access(call, &input.function_name, input.qualifier.as_deref(), None)
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetFunctionUrlConfigRequest) -> Outcome<GetFunctionUrlConfigResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let told = tell(&name, get(&tx.peek(&name.scope), &name)?);
        Ok(GetFunctionUrlConfigResponse {
            function_url: told.function_url,
            function_arn: told.function_arn,
            auth_type: told.auth_type,
            cors: told.cors,
            creation_time: told.creation_time,
            last_modified_time: told.last_modified_time,
            invoke_mode: told.invoke_mode,
        })
    }
}

impl Read<ListFunctionUrlConfigs> for Lambda {
    fn access(call: &Call, input: &ListFunctionUrlConfigsRequest) -> Access {
        access(call, &input.function_name, None, None)
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListFunctionUrlConfigsRequest) -> Outcome<ListFunctionUrlConfigsResponse> {
        let name = Name::of_function(call, &input.function_name)?.unqualified();
        let tx = tx.peek(&name.scope);
        state::get_function(&tx, &name)?;
        let mut all = Vec::new();
        for ((_, qualifier), url) in tx.list(&URLS, (name.function.clone(),))? {
            let qualifier = Some(qualifier).filter(|qualifier| !qualifier.is_empty());
            all.push(tell(&Name { qualifier, ..name.clone() }, url));
        }
        let (function_url_configs, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListFunctionUrlConfigsResponse { function_url_configs, next_marker })
    }
}

impl Write<UpdateFunctionUrlConfig> for Lambda {
    fn access(call: &Call, input: &UpdateFunctionUrlConfigRequest) -> Access {
        access(call, &input.function_name, input.qualifier.as_deref(), input.auth_type)
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateFunctionUrlConfigRequest,
    ) -> Outcome<UpdateFunctionUrlConfigResponse> {
        check(input.auth_type, input.invoke_mode)?;
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        let mut url = get(&tx, &name)?;
        url.cors = input.cors.map(keep).or(url.cors);
        url.modified = call.now;
        tx.put(&URLS, key(&name), &url)?;
        let told = tell(&name, url);
        Ok(UpdateFunctionUrlConfigResponse {
            function_url: told.function_url,
            function_arn: told.function_arn,
            auth_type: told.auth_type,
            cors: told.cors,
            creation_time: told.creation_time,
            last_modified_time: told.last_modified_time,
            invoke_mode: told.invoke_mode,
        })
    }
}

impl Write<DeleteFunctionUrlConfig> for Lambda {
    fn access(call: &Call, input: &DeleteFunctionUrlConfigRequest) -> Access {
        access(call, &input.function_name, input.qualifier.as_deref(), None)
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteFunctionUrlConfigRequest,
    ) -> Outcome<DeleteFunctionUrlConfigOutputNothing> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        let url = get(&tx, &name)?;
        tx.delete(&URLS, key(&name));
        tx.in_scope(&Scope::shared()).delete(&HOSTS, url.id);
        Ok(DeleteFunctionUrlConfigOutputNothing {})
    }
}
