//! From a body to one JSON value, whichever notation it was written in.

use crate::{TemplateError, error, limits, yaml};
use serde_json::Value;

/// Reads a body. What begins with a brace is JSON, everything else YAML.
pub(crate) fn read(body: &str) -> Result<Value, TemplateError> {
    if body.len() > limits::OBJECT_BYTES {
        let most = limits::OBJECT_BYTES;
        return Err(TemplateError::new(format!("Template may not exceed {most} bytes in size.")));
    }
    let document = if body.trim_start().starts_with('{') { read_json(body)? } else { yaml::parse(body)? };
    if !document.is_object() {
        return Err(TemplateError::format("unsupported structure."));
    }
    refuse_null(&document, &mut String::new())?;
    Ok(document)
}

fn read_json(body: &str) -> Result<Value, TemplateError> {
    serde_json::from_str(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        TemplateError::format(format_args!("JSON not well-formed. (line {line}, column {column})"))
    })
}

fn refuse_null(value: &Value, path: &mut String) -> Result<(), TemplateError> {
    let below = |name: &str, value: &Value, path: &mut String| {
        let length = path.len();
        path.push('/');
        path.push_str(name);
        let checked = refuse_null(value, path);
        path.truncate(length);
        checked
    };
    match value {
        Value::Null => {
            let path = error::printed_path(path);
            Err(TemplateError::new(format!("[{path}] 'null' values are not allowed in templates")))
        }
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| below(&index.to_string(), item, path))
        }
        Value::Object(members) => members.iter().try_for_each(|(name, member)| below(name, member, path)),
        _ => Ok(()),
    }
}
