use super::{code::Source, publish_version};
use crate::{
    Lambda,
    name::Name,
    settings,
    state::{self, FUNCTIONS},
};
use api_lambda::{FunctionConfiguration, UpdateFunctionCode, UpdateFunctionCodeRequest, errors};
use kernel::{Access, Call, Cloud, Outcome, Serve};

pub(super) const STALE: &str = "The Revision Id provided does not match the latest Revision Id. Call the \
                                GetFunction/GetAlias API to retrieve the latest Revision Id";

impl Serve<UpdateFunctionCode> for Lambda {
    fn access(call: &Call, input: &UpdateFunctionCodeRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: UpdateFunctionCodeRequest,
    ) -> Outcome<FunctionConfiguration> {
        let name = Name::of_function(call, &input.function_name)?;
        settings::check_architectures(input.architectures.as_deref())?;
        let before = cloud.read(&api_lambda::API, &name.scope, |tx| state::get_function(tx, &name))?;
        let check = |found: &str| match &input.revision_id {
            Some(wanted) if wanted != found => Err(errors::precondition_failed_exception(STALE)),
            _ => Ok(()),
        };
        check(&before.latest.revision)?;
        let source = Source {
            zip: input.zip_file,
            bucket: input.s3_bucket,
            key: input.s3_key,
            version: input.s3_object_version,
            image: input.image_uri,
        };
        let code = source.fetch(cloud, call, &self.engine).await?;
        if input.dry_run == Some(true) {
            cloud.blobs().delete(&code.blob).await?;
            return Ok(settings::tell_latest(&name, &state::Config { code, ..before.latest }));
        }
        let (scope, call) = (name.scope.clone(), call.clone());
        let (wanted, is_published) = (input.revision_id, input.publish == Some(true));
        cloud
            .write(&api_lambda::API, &scope, move |tx| {
                let mut function = state::get_function(tx, &name)?;
                if wanted.is_some_and(|wanted| wanted != function.latest.revision) {
                    return Err(errors::precondition_failed_exception(STALE));
                }
                function.latest.code = code;
                function.latest.revision = call.entropy.uuid();
                function.latest.modified = call.now;
                tx.put(&FUNCTIONS, name.function.clone(), &function)?;
                if is_published {
                    return publish_version::publish(tx, &call, &name, None);
                }
                Ok(settings::tell_latest(&name, &function.latest))
            })
            .await
    }
}
