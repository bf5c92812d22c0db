//! What an API and its operations are.

use crate::{ErrorSpec, Schema, Shape};

/// One API of AWS.
#[derive(Debug)]
pub struct Api {
    /// The name in ARNs, endpoints and this tree: `dynamodb`.
    pub name: &'static str,
    /// The name that signatures carry: `dynamodb`.
    pub signing_name: &'static str,
    /// The prefix of IAM actions.
    pub action_prefix: &'static str,
    /// The first label of its endpoints: `dynamodb` of `dynamodb.us-east-1.amazonaws.com`.
    pub endpoint_prefix: &'static str,
    pub version: &'static str,
    pub protocol: Protocol,
    /// `DynamoDB_20120810`, for the awsJson protocols.
    pub target_prefix: &'static str,
    pub xml_namespace: &'static str,
    /// Has no region: IAM, CloudFront.
    pub is_global: bool,
    /// The code of the error that says the input breaks the model: `ValidationException`, `InvalidParameterException`.
    pub validation_error: &'static str,
    /// The operations that are generated.
    pub operations: &'static [&'static OperationSpec],
    /// Every other operation of AWS's model: answered with `NotImplemented` and its name.
    pub missing: &'static [Missing],
}

/// An operation that AWS has and this tree has not.
#[derive(Debug)]
pub struct Missing {
    pub name: &'static str,
    pub http: Http,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    AwsJson10,
    AwsJson11,
    RestJson,
    RestXml,
    Query,
    Ec2Query,
    RpcV2Cbor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http {
    pub method: &'static str,
    /// `/{Bucket}/{Key+}?tagging`
    pub uri: &'static str,
    pub status: u16,
}

/// One operation, as data.
#[derive(Debug)]
pub struct OperationSpec {
    pub name: &'static str,
    pub api: &'static Api,
    pub http: Http,
    pub input: &'static Schema,
    pub output: &'static Schema,
    /// The element around a query answer's members.
    pub result_wrapper: Option<&'static str>,
    pub errors: &'static [&'static ErrorSpec],
    /// The IAM action, where it is not `prefix:Name`.
    pub action: Option<&'static str>,
    /// Called without a signature: Cognito's SignUp, STS's AssumeRoleWithWebIdentity.
    pub is_unsigned: bool,
    /// Recorded by CloudTrail only where a trail asks for data events: GetItem, PutObject, Invoke.
    pub is_data_event: bool,
    /// Changes nothing.
    pub is_read_only: bool,
}

impl OperationSpec {
    /// `dynamodb:PutItem`
    pub fn iam_action(&self) -> String {
        format!("{}:{}", self.api.action_prefix, self.action.unwrap_or(self.name))
    }
}

/// An operation as a type, so that `impl Write<PutItem>` can say what it does.
pub trait Operation: Send + Sync + 'static {
    type Input: Shape + Send;
    type Output: Shape + Send;
    const SPEC: &'static OperationSpec;
}

impl OperationSpec {
    #[doc(hidden)]
    pub const fn plain(
        name: &'static str,
        api: &'static Api,
        http: Http,
        (input, output): (&'static Schema, &'static Schema),
        errors: &'static [&'static ErrorSpec],
    ) -> Self {
        Self {
            name,
            api,
            http,
            input,
            output,
            result_wrapper: None,
            errors,
            action: None,
            is_unsigned: false,
            is_data_event: false,
            is_read_only: false,
        }
    }
}
