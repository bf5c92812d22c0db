//! Shapes that S3's model writes several times over: the same members under another name.

use crate::domain::checksum::{ALL, Checksum};
use base::Fault;
use kernel::Outcome;
use shape::{Fields, Schema, Shape, Value};

/// What `from` and the other shape have in common, member by member.
pub(crate) fn recast<A: Shape, B: Shape>(value: A, from: &'static Schema, to: &'static Schema) -> Outcome<B> {
    let mut common = Fields::of(to);
    if let Value::Structure(mut fields) = value.into_value() {
        for (index, member) in from.members().iter().enumerate() {
            if let (Some(at), Some(value)) = (position(to, member.name), fields.take(index)) {
                common.set(at, value);
            }
        }
    }
    typed(Value::Structure(common), to)
}

/// Sets the members that show a checksum.
pub(crate) fn with_checksum<T: Shape>(value: T, schema: &'static Schema, checksum: Option<&Checksum>) -> Outcome<T> {
    let Some(checksum) = checksum else { return Ok(value) };
    let mut value = value.into_value();
    if let Value::Structure(fields) = &mut value {
        for algorithm in ALL {
            let name = format!("Checksum{}", algorithm.to_model());
            if let (Some(at), Some(said)) = (position(schema, &name), Checksum::of(Some(checksum), algorithm)) {
                fields.set(at, Value::Text(said));
            }
        }
        if let Some(at) = position(schema, "ChecksumType") {
            fields.set(at, Value::Text(checksum.kind().to_string()));
        }
    }
    typed(value, schema)
}

fn position(schema: &Schema, name: &str) -> Option<usize> {
    schema.members().iter().position(|member| member.name == name)
}

fn typed<T: Shape>(value: Value, schema: &Schema) -> Outcome<T> {
    T::from_value(value).map_err(|why| Fault::internal(format!("{} does not fit", schema.name)).caused_by(why).into())
}
