//! How large a template may be. Source: the quotas page of the CloudFormation user guide.

/// AWS quota: a template passed in the request (`TemplateBody`), in bytes. The gateway's model checks it too.
pub const BODY_BYTES: usize = 51_200;
/// AWS quota: a template read from S3 (`TemplateURL`), in bytes.
pub const OBJECT_BYTES: usize = 1024 * 1024;
/// AWS quota: resources of a template.
pub const RESOURCES: usize = 500;
/// AWS quota: parameters of a template.
pub const PARAMETERS: usize = 200;
/// AWS quota: outputs of a template.
pub const OUTPUTS: usize = 200;
/// AWS quota: mappings of a template.
pub const MAPPINGS: usize = 200;
/// AWS quota: attributes of one mapping.
pub const MAPPING_ATTRIBUTES: usize = 200;
/// AWS quota: the template's description, in bytes.
pub const DESCRIPTION_BYTES: usize = 1024;
/// AWS quota: the name of a parameter, a resource, an output or a mapping.
pub const NAME_CHARACTERS: usize = 255;
/// AWS quota: the value of a parameter, in bytes.
pub const PARAMETER_VALUE_BYTES: usize = 4096;

/// Ours: how deep a document may nest. Everything that walks a template recurses, so this bounds its stack.
pub(crate) const DEPTH: usize = 100;
/// Ours: what a document may grow to by aliases and `Fn::ForEach`, in bytes and nodes together.
pub(crate) const EXPANDED_WEIGHT: usize = 8 * OBJECT_BYTES;
