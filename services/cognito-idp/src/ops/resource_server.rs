//! Resource servers: the APIs whose scopes clients can ask for.

use crate::{
    Cognito,
    state::{self, RESOURCE_SERVERS, Text, get_pool, get_resource_server, pool_arn, put_resource_server},
};
use api_cognito_idp::{
    CreateResourceServer, CreateResourceServerRequest, CreateResourceServerResponse, DeleteResourceServer,
    DeleteResourceServerOutputNothing, DeleteResourceServerRequest, DescribeResourceServer,
    DescribeResourceServerRequest, DescribeResourceServerResponse, ListResourceServers, ListResourceServersRequest,
    ListResourceServersResponse, ResourceServerType, UpdateResourceServer, UpdateResourceServerRequest,
    UpdateResourceServerResponse, errors, shapes,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

impl Write<CreateResourceServer> for Cognito {
    fn access(call: &Call, input: &CreateResourceServerRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: CreateResourceServerRequest) -> Outcome<CreateResourceServerResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        if tx.has(&RESOURCE_SERVERS, (pool.id(), &*input.identifier))? {
            let said = format!("{} already exists in user pool {}.", input.identifier, pool.id());
            return Err(errors::invalid_parameter_exception(said));
        }
        let server = ResourceServerType {
            user_pool_id: Some(input.user_pool_id),
            identifier: Some(input.identifier.clone()),
            name: Some(input.name),
            scopes: input.scopes,
        };
        put_resource_server(tx, pool.id(), &input.identifier, server.clone())?;
        Ok(CreateResourceServerResponse { resource_server: server })
    }
}

impl Read<DescribeResourceServer> for Cognito {
    fn access(call: &Call, input: &DescribeResourceServerRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeResourceServerRequest) -> Outcome<DescribeResourceServerResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let resource_server = get_resource_server(tx, &input.user_pool_id, &input.identifier)?;
        Ok(DescribeResourceServerResponse { resource_server })
    }
}

impl Read<ListResourceServers> for Cognito {
    fn access(call: &Call, input: &ListResourceServersRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListResourceServersRequest) -> Outcome<ListResourceServersResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let rows = tx.list(&RESOURCE_SERVERS, (&*input.user_pool_id,))?;
        let (rows, next_token) = super::page(rows, input.max_results, 50, input.next_token.as_deref())?;
        let unpack = |text: &Text| Ok(state::unpack(&shapes::ResourceServerType, text)?);
        let resource_servers = rows.iter().map(|(_, text)| unpack(text)).collect::<Outcome<_>>()?;
        Ok(ListResourceServersResponse { resource_servers, next_token })
    }
}

impl Write<UpdateResourceServer> for Cognito {
    fn access(call: &Call, input: &UpdateResourceServerRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateResourceServerRequest) -> Outcome<UpdateResourceServerResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let old = get_resource_server(tx, pool.id(), &input.identifier)?;
        let server = ResourceServerType { name: Some(input.name), scopes: input.scopes, ..old };
        put_resource_server(tx, pool.id(), &input.identifier, server.clone())?;
        Ok(UpdateResourceServerResponse { resource_server: server })
    }
}

impl Write<DeleteResourceServer> for Cognito {
    fn access(call: &Call, input: &DeleteResourceServerRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteResourceServerRequest,
    ) -> Outcome<DeleteResourceServerOutputNothing> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        get_resource_server(tx, pool.id(), &input.identifier)?;
        tx.delete(&RESOURCE_SERVERS, (pool.id(), &*input.identifier));
        Ok(DeleteResourceServerOutputNothing {})
    }
}
