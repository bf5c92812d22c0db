//! The macros that `api/*` is written in. A generated file is data that reads like an interface description.
//!
//! Names: a structure's Rust type and its schema carry the same name, the model's. They live in different
//! namespaces of the language (`PutItemInput { .. }` the type, `PutItemInput` the static), so neither hides the other.

/// Schemas without a Rust type of their own: `schema! { TableName = text("TableName") length(1, 255); }`.
#[macro_export]
macro_rules! schema {
    ($($name:ident = $kind:ident($($args:tt)*) $($with:ident($($with_args:tt)*))*;)*) => { $(
        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::Schema = $crate::Schema::$kind($($args)*)$(.$with($($with_args)*))*;
    )* };
}

/// A structure: its Rust type, its schema, and the way between the two.
///
/// `name: Type = "Name" SchemaName trait() …;` is a member that is honoured.
/// One with a streamed member says `stream` before its name, and cannot be cloned.
/// `+ "Name" trait() …;` is one that is refused (`unsupported()`) or has no effect here (`no_effect("why")`).
#[macro_export]
macro_rules! structure {
    (stream $($rest:tt)*) => { $crate::structure! { @with [Debug, Default] $($rest)* } };
    (@with [$($derived:ident),*] $name:ident $($on:ident($($on_args:tt)*))* {
        $($field:ident: $type:ty = $wire:literal $schema:ident $($with:ident($($with_args:tt)*))*;)*
        $(+ $other:literal $($other_with:ident($($other_args:tt)*))*;)*
    }) => {
        #[derive($($derived),*)]
        pub struct $name { $(pub $field: $type,)* }

        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::Schema = $crate::Schema::structure(stringify!($name), &[
            $($crate::Member::new($wire, &$schema)$(.$with($($with_args)*))*,)*
            $($crate::Member::new($other, &$crate::prelude::any)$(.$other_with($($other_args)*))*,)*
        ])$(.$on($($on_args)*))*;

        impl $crate::Shape for $name {
            #[allow(unused_variables, unused_mut, unused_assignments, clippy::allow_attributes)]
            fn from_value(value: $crate::Value) -> Result<Self, $crate::Mismatch> {
                let $crate::Value::Structure(mut fields) = value else {
                    return Err($crate::Mismatch::new(stringify!($name), &value));
                };
                let mut index = 0;
                $(let $field = $crate::Shape::from_slot(fields.take(index))?; index += 1;)*
                Ok(Self { $($field),* })
            }
            #[allow(unused_variables, unused_mut, unused_assignments, clippy::allow_attributes)]
            fn into_value(self) -> $crate::Value {
                let mut fields = $crate::Fields::of(&$name);
                let mut index = 0;
                $(fields.put(index, $crate::Shape::into_slot(self.$field)); index += 1;)*
                $crate::Value::Structure(fields)
            }
        }
    };
    ($($rest:tt)*) => { $crate::structure! { @with [Clone, Debug, Default, PartialEq] $($rest)* } };
}

/// An enumeration of texts: `text! { ReturnValue { None = "NONE", AllOld = "ALL_OLD" } }`.
#[macro_export]
macro_rules! text {
    ($name:ident { $first:ident = $first_wire:literal $(, $variant:ident = $wire:literal)* $(,)? }) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { #[default] $first, $($variant,)* }

        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::Schema = $crate::Schema::text_of(stringify!($name), &[$first_wire, $($wire),*]);

        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self { Self::$first => $first_wire, $(Self::$variant => $wire,)* }
            }
            pub fn parse(text: &str) -> Option<Self> {
                match text { $first_wire => Some(Self::$first), $($wire => Some(Self::$variant),)* _ => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl $crate::Shape for $name {
            fn from_value(value: $crate::Value) -> Result<Self, $crate::Mismatch> {
                let found = value.as_text().and_then(Self::parse);
                found.ok_or_else(|| $crate::Mismatch::new(stringify!($name), &value))
            }
            fn into_value(self) -> $crate::Value { $crate::Value::Text(self.as_str().into()) }
        }
    };
}

/// A modelled error and the function that makes one:
/// `error! { resource_not_found_exception ResourceNotFoundException = "ResourceNotFoundException" 400; }`.
#[macro_export]
macro_rules! error {
    ($($make:ident $name:ident = $code:literal $status:literal;)*) => { $(
        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::ErrorSpec = $crate::ErrorSpec {
            name: stringify!($name), code: $code, status: $status, schema: &super::shapes::$name,
        };
        pub fn $make(message: impl Into<String>) -> $crate::ApiError { $crate::ApiError::of(&$name, message) }
    )* };
}

/// An operation: `operation! { PutItem(PutItemInput) -> PutItemOutput, "POST" "/" 200, errors [A, B], action = Some("x"); }`.
/// `PutItem` is then a type, for `impl Write<PutItem>`, and a static, its data.
#[macro_export]
macro_rules! operation {
    ($name:ident($input:ident) -> $output:ident, $method:literal $uri:literal $status:literal,
     errors [$($error:ident),* $(,)?] $(, $field:ident = $value:expr)*;) => {
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::OperationSpec = $crate::OperationSpec {
            $($field: $value,)*
            ..$crate::OperationSpec::plain(
                stringify!($name),
                &super::API,
                $crate::Http { method: $method, uri: $uri, status: $status },
                (&super::shapes::$input, &super::shapes::$output),
                &[$(&super::errors::$error),*],
            )
        };
        impl $crate::Operation for $name {
            type Input = super::shapes::$input;
            type Output = super::shapes::$output;
            const SPEC: &'static $crate::OperationSpec = &$name;
        }
    };
}

/// The API itself: `api! { name = "dynamodb", …; operations [PutItem]; missing ["X" "POST" "/"] }`.
#[macro_export]
macro_rules! api {
    ($($field:ident = $value:expr),*; operations [$($operation:ident),* $(,)?];
     missing [$($missing:literal $method:literal $uri:literal),* $(,)?]) => {
        pub static API: $crate::Api = $crate::Api {
            $($field: $value,)*
            operations: &[$(&ops::$operation),*],
            missing: &[$($crate::Missing {
                name: $missing, http: $crate::Http { method: $method, uri: $uri, status: 200 },
            }),*],
        };
    };
}

/// A CloudFormation resource type, over the structure of its properties.
#[macro_export]
macro_rules! resource {
    ($name:ident = $type_name:literal $properties:ident,
     create_only $create_only:tt, read_only $read_only:tt, identifier $identifier:tt;) => {
        #[allow(non_upper_case_globals, clippy::allow_attributes)]
        pub static $name: $crate::Resource = $crate::Resource {
            type_name: $type_name,
            properties: &$properties,
            create_only: &$create_only,
            read_only: &$read_only,
            primary_identifier: &$identifier,
        };
    };
}
