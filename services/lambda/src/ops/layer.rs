//! Layers: PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, ListLayerVersions, ListLayers,
//! DeleteLayerVersion.

use super::{code::Source, list_functions::page};
use crate::{
    Lambda,
    settings::{self, MOST_LAYERS, wrong},
    site,
    state::{LAYER_VERSIONS, LAYERS, Layer, LayerUse, LayerVersion},
};
use api_lambda::{
    Architecture, DeleteLayerVersion, DeleteLayerVersionOutputNothing, DeleteLayerVersionRequest, GetLayerVersion,
    GetLayerVersionByArn, GetLayerVersionByArnRequest, GetLayerVersionRequest, GetLayerVersionResponse,
    LayerVersionContentOutput, LayerVersionsListItem, LayersListItem, ListLayerVersions, ListLayerVersionsRequest,
    ListLayerVersionsResponse, ListLayers, ListLayersRequest, ListLayersResponse, PublishLayerVersion,
    PublishLayerVersionRequest, PublishLayerVersionResponse, Runtime, errors,
};
use base::Arn;
use kernel::{Access, Call, Cloud, Outcome, Read, Scope, Serve, Tx, Write};
use shape::ApiError;

/// The name in a layer's ARN, or the name itself.
fn name_of(text: &str) -> String {
    let arn: Option<Arn> = text.parse().ok();
    let name = arn.as_ref().and_then(|arn| arn.resource_after("layer")).unwrap_or(text);
    name.split(':').next().unwrap_or_default().to_owned()
}

fn arn(call: &Call, name: &str) -> Arn {
    call.arn("lambda", format_args!("layer:{name}"))
}
fn version_arn(call: &Call, name: &str, number: u64) -> Arn {
    call.arn("lambda", format_args!("layer:{name}:{number}"))
}

/// What a function uses, looked up.
pub(super) fn find_all(cloud: &Cloud, call: &Call, arns: Vec<String>) -> Outcome<Vec<LayerUse>> {
    if arns.len() > MOST_LAYERS {
        return Err(wrong(format!("Cannot reference more than {MOST_LAYERS} layers.")));
    }
    let scope = Scope::new(&call.account, &call.region);
    arns.into_iter()
        .map(|text| {
            let parsed: Option<Arn> = text.parse().ok();
            let here = parsed.filter(|arn| arn.account == call.account.as_str() && arn.region == call.region.as_str());
            let Some(arn) = here else {
                return Err(ApiError::not_implemented(format!("the layer {text} of another account or region")));
            };
            let number: u64 = arn.resource.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            let found = cloud.read(&api_lambda::API, &scope, |tx| tx.get(&LAYER_VERSIONS, (name_of(&text), number)))?;
            let found = found.ok_or_else(|| wrong(format!("Layer version {text} does not exist.")))?;
            Ok(LayerUse { arn: text, code: found.code })
        })
        .collect()
}

fn runtimes(version: &LayerVersion) -> Option<Vec<Runtime>> {
    let all: Vec<_> = version.runtimes.iter().filter_map(|name| Runtime::parse(name)).collect();
    (!all.is_empty()).then_some(all)
}
fn architectures(version: &LayerVersion) -> Option<Vec<Architecture>> {
    let all: Vec<_> = version.architectures.iter().filter_map(|name| Architecture::parse(name)).collect();
    (!all.is_empty()).then_some(all)
}

fn tell(call: &Call, name: &str, number: u64, version: LayerVersion) -> GetLayerVersionResponse {
    GetLayerVersionResponse {
        content: Some(LayerVersionContentOutput {
            location: Some(site::location(call, &version.code)),
            code_sha256: Some(version.code.sha256.clone()),
            code_size: i64::try_from(version.code.size_bytes).ok(),
        }),
        layer_arn: Some(arn(call, name).to_string()),
        layer_version_arn: Some(version_arn(call, name, number).to_string()),
        version: i64::try_from(number).ok(),
        created_date: Some(settings::time(version.created)),
        compatible_runtimes: runtimes(&version),
        compatible_architectures: architectures(&version),
        description: Some(version.description),
        license_info: version.license,
    }
}

fn tell_item(call: &Call, name: &str, number: u64, version: LayerVersion) -> LayerVersionsListItem {
    LayerVersionsListItem {
        layer_version_arn: Some(version_arn(call, name, number).to_string()),
        version: i64::try_from(number).ok(),
        created_date: Some(settings::time(version.created)),
        compatible_runtimes: runtimes(&version),
        compatible_architectures: architectures(&version),
        description: Some(version.description),
        license_info: version.license,
    }
}

impl Serve<PublishLayerVersion> for Lambda {
    fn access(call: &Call, input: &PublishLayerVersionRequest) -> Access {
        Access::to(arn(call, &name_of(&input.layer_name)))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: PublishLayerVersionRequest,
    ) -> Outcome<PublishLayerVersionResponse> {
        let content = input.content;
        let source = Source {
            zip: content.zip_file,
            bucket: content.s3_bucket,
            key: content.s3_key,
            version: content.s3_object_version,
            image: None,
        };
        let version = LayerVersion {
            code: source.fetch(cloud, call, &self.engine).await?,
            description: input.description.unwrap_or_default(),
            license: input.license_info,
            runtimes: input.compatible_runtimes.iter().flatten().map(ToString::to_string).collect(),
            architectures: input.compatible_architectures.iter().flatten().map(ToString::to_string).collect(),
            created: call.now,
        };
        let name = name_of(&input.layer_name);
        let (row, kept) = (name.clone(), version.clone());
        let scope = Scope::new(&call.account, &call.region);
        let write = move |tx: &mut Tx<'_>| -> Outcome<u64> {
            let mut layer = tx.get(&LAYERS, row.clone())?.unwrap_or(Layer { next_version: 1 });
            let number = layer.next_version;
            layer.next_version += 1;
            tx.put(&LAYERS, row.clone(), &layer)?;
            tx.put(&LAYER_VERSIONS, (row, number), &kept)?;
            Ok(number)
        };
        let number = cloud.write(&api_lambda::API, &scope, write).await?;
        let told = tell(call, &name, number, version);
        Ok(PublishLayerVersionResponse {
            content: told.content,
            layer_arn: told.layer_arn,
            layer_version_arn: told.layer_version_arn,
            description: told.description,
            created_date: told.created_date,
            version: told.version,
            compatible_runtimes: told.compatible_runtimes,
            license_info: told.license_info,
            compatible_architectures: told.compatible_architectures,
        })
    }
}

fn get(tx: &Tx<'_>, call: &Call, name: &str, number: i64) -> Outcome<GetLayerVersionResponse> {
    let number = u64::try_from(number).unwrap_or(0);
    let found = tx.get(&LAYER_VERSIONS, (name.to_owned(), number))?;
    let found =
        found.ok_or_else(|| errors::resource_not_found_exception("The resource you requested does not exist."))?;
    Ok(tell(call, name, number, found))
}

impl Read<GetLayerVersion> for Lambda {
    fn access(call: &Call, input: &GetLayerVersionRequest) -> Access {
        let number = u64::try_from(input.version_number).unwrap_or(0);
        Access::to(version_arn(call, &name_of(&input.layer_name), number))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetLayerVersionRequest) -> Outcome<GetLayerVersionResponse> {
        get(tx, call, &name_of(&input.layer_name), input.version_number)
    }
}

impl Read<GetLayerVersionByArn> for Lambda {
    fn access(_: &Call, input: &GetLayerVersionByArnRequest) -> Access {
        Access::to(&input.arn)
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetLayerVersionByArnRequest) -> Outcome<GetLayerVersionResponse> {
        let number = input.arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        get(tx, call, &name_of(&input.arn), number)
    }
}

fn is_wanted(version: &LayerVersion, runtime: Option<&Runtime>, architecture: Option<&Architecture>) -> bool {
    runtime.is_none_or(|wanted| version.runtimes.contains(&wanted.to_string()))
        && architecture.is_none_or(|wanted| version.architectures.contains(&wanted.to_string()))
}

impl Read<ListLayerVersions> for Lambda {
    fn access(_: &Call, _: &ListLayerVersionsRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListLayerVersionsRequest) -> Outcome<ListLayerVersionsResponse> {
        let name = name_of(&input.layer_name);
        let mut all = Vec::new();
        for ((_, number), version) in tx.list(&LAYER_VERSIONS, (name.clone(),))?.into_iter().rev() {
            if is_wanted(&version, input.compatible_runtime.as_ref(), input.compatible_architecture.as_ref()) {
                all.push(tell_item(call, &name, number, version));
            }
        }
        let (versions, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListLayerVersionsResponse { next_marker, layer_versions: Some(versions) })
    }
}

impl Read<ListLayers> for Lambda {
    fn access(_: &Call, _: &ListLayersRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListLayersRequest) -> Outcome<ListLayersResponse> {
        let mut all = Vec::new();
        for (name, _) in tx.list(&LAYERS, ())? {
            let mut versions = tx.list(&LAYER_VERSIONS, (name.clone(),))?;
            versions.retain(|(_, version)| {
                is_wanted(version, input.compatible_runtime.as_ref(), input.compatible_architecture.as_ref())
            });
            if let Some(((_, number), version)) = versions.pop() {
                all.push(LayersListItem {
                    layer_arn: Some(arn(call, &name).to_string()),
                    latest_matching_version: Some(tell_item(call, &name, number, version)),
                    layer_name: Some(name),
                });
            }
        }
        let (layers, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListLayersResponse { next_marker, layers: Some(layers) })
    }
}

impl Write<DeleteLayerVersion> for Lambda {
    fn access(call: &Call, input: &DeleteLayerVersionRequest) -> Access {
        let number = u64::try_from(input.version_number).unwrap_or(0);
        Access::to(version_arn(call, &name_of(&input.layer_name), number))
    }
    /// Functions that use it go on: they have its code.
    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteLayerVersionRequest) -> Outcome<DeleteLayerVersionOutputNothing> {
        let number = u64::try_from(input.version_number).unwrap_or(0);
        tx.delete(&LAYER_VERSIONS, (name_of(&input.layer_name), number));
        Ok(DeleteLayerVersionOutputNothing {})
    }
}
