//! Templates and the API write the same configuration differently: templates have plain lists where the API has a
//! quantity beside its items, and other capital letters in some names. Guided by both schemas. Pure.

use shape::{ApiError, Fields, Kind, Schema, Shape, Value};

/// Names that differ in more than their capital letters: the template's, then the API's.
const RENAMED: [(&str, &str); 3] =
    [("IPV6Enabled", "IsIPV6Enabled"), ("OriginCustomHeaders", "CustomHeaders"), ("Locations", "Items")];

/// What the API requires and templates may leave out, where the default is not simply empty.
const HTTP_PORT: i64 = 80;
const HTTPS_PORT: i64 = 443;

/// A template's configuration as the API's.
pub(super) fn translate<From: Shape, To: Shape>(from: &Schema, value: From, to: &Schema) -> Result<To, ApiError> {
    To::from_value(convert(from, value.into_value(), to)).map_err(|mismatch| {
        ApiError::new("InvalidArgument", 400, format!("The properties do not fit the API: {mismatch}."))
    })
}

fn convert(from: &Schema, value: Value, to: &Schema) -> Value {
    match (value, &from.kind, &to.kind) {
        (Value::List(items), Kind::List { member, .. }, Kind::List { member: wanted, .. }) => {
            Value::List(items.into_iter().map(|item| convert(member, item, wanted)).collect())
        }
        (Value::List(items), Kind::List { .. }, Kind::Structure { members, .. }) => {
            let mut fields = Fields::of(to);
            if let Some(index) = members.iter().position(|member| member.name == "Items") {
                fields.set(index, convert(from, Value::List(items), members[index].schema));
            }
            complete(to, fields)
        }
        (Value::Structure(fields), Kind::Structure { .. }, Kind::Structure { .. }) => structure(from, fields, to),
        #[expect(clippy::cast_possible_truncation, reason = "seconds, written as a number with a point")]
        (Value::Double(number), _, Kind::Integer | Kind::Long) => Value::Integer(number as i64),
        (Value::Integer(number), _, Kind::Text { .. }) => Value::Text(number.to_string()),
        (value, ..) => value,
    }
}

fn structure(from: &Schema, mut fields: Fields, to: &Schema) -> Value {
    let mut out = Fields::of(to);
    let mut cached = None;
    for (index, member) in from.members().iter().enumerate() {
        let Some(value) = fields.take(index) else { continue };
        match counterpart(member.name, to) {
            Some(at) => out.set(at, convert(member.schema, value, to.members()[at].schema)),
            None => cached = Some((member.schema, value)),
        }
    }
    // The API keeps the cached methods inside the allowed ones.
    if let Some((schema, value)) = cached
        && let Some(at) = counterpart("AllowedMethods", to)
    {
        let allowed = to.members()[at].schema;
        let mut methods = match out.take(at) {
            Some(Value::Structure(methods)) => methods,
            _ => reading(allowed),
        };
        if let Some(place) = counterpart("CachedMethods", allowed) {
            methods.set(place, convert(schema, value, allowed.members()[place].schema));
        }
        out.set(at, Value::Structure(methods));
    }
    complete(to, out)
}

/// What a behaviour allows that does not say.
fn reading(allowed: &Schema) -> Fields {
    let mut fields = Fields::of(allowed);
    let methods = ["HEAD", "GET"].map(|method| Value::Text(method.into()));
    for (index, member) in allowed.members().iter().enumerate() {
        match member.name {
            "Items" => fields.set(index, Value::List(methods.iter().map(copy).collect())),
            "Quantity" => fields.set(index, Value::Integer(2)),
            _ => {}
        }
    }
    fields
}

fn copy(text: &Value) -> Value {
    Value::Text(text.as_text().unwrap_or_default().into())
}

/// The member of the API under a template's name.
fn counterpart(name: &str, to: &Schema) -> Option<usize> {
    let position = |name: &str| to.members().iter().position(|member| member.name.eq_ignore_ascii_case(name));
    position(name).or_else(|| position(RENAMED.iter().find(|(template, _)| *template == name)?.1))
}

/// Fills in what the API requires.
fn complete(to: &Schema, mut fields: Fields) -> Value {
    let items = to.members().iter().position(|member| member.name == "Items");
    let count = match items.and_then(|at| fields.get(at)) {
        Some(Value::List(list)) => list.len(),
        _ => 0,
    };
    for (index, member) in to.members().iter().enumerate() {
        if fields.get(index).is_some() || !member.is_required {
            continue;
        }
        let value = match (member.name, &member.schema.kind) {
            ("Quantity", _) => Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)),
            ("Enabled", _) if items.is_some() => Value::Boolean(count > 0),
            ("HTTPPort", _) => Value::Integer(HTTP_PORT),
            ("HTTPSPort", _) => Value::Integer(HTTPS_PORT),
            (_, Kind::Text { values: [first, ..] }) => Value::Text((*first).to_owned()),
            (_, Kind::Text { .. }) => Value::Text(String::new()),
            (_, Kind::Integer | Kind::Long) => Value::Integer(0),
            (_, Kind::Boolean) => Value::Boolean(false),
            (_, Kind::List { .. }) => Value::List(Vec::new()),
            (_, Kind::Structure { .. }) => complete(member.schema, Fields::of(member.schema)),
            _ => continue,
        };
        fields.set(index, value);
    }
    Value::Structure(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_cloudfront::{self as api, cfn};
    use shape::Support;

    /// Every honoured name of a template that the API has no place for.
    fn lost(from: &Schema, to: &Schema, path: &str, found: &mut Vec<String>) {
        match (&from.kind, &to.kind) {
            (Kind::List { member, .. }, Kind::List { member: wanted, .. }) => lost(member, wanted, path, found),
            (Kind::List { .. }, Kind::Structure { members, .. }) => {
                match members.iter().find(|member| member.name == "Items") {
                    Some(items) => lost(from, items.schema, path, found),
                    None => found.push(path.into()),
                }
            }
            (Kind::Structure { members, .. }, Kind::Structure { .. }) => {
                for member in members.iter().filter(|member| member.support == Support::Honoured) {
                    let path = format!("{path}.{}", member.name);
                    match counterpart(member.name, to) {
                        Some(at) => lost(member.schema, to.members()[at].schema, &path, found),
                        None => found.push(path),
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_name_of_a_template_has_its_place_in_the_api() {
        let mut found = Vec::new();
        for (from, to) in [
            (&cfn::DistributionOfDistributionConfig, &api::DistributionConfig),
            (&cfn::OriginAccessControlOfOriginAccessControlConfig, &api::OriginAccessControlConfig),
            (&cfn::CachePolicyOfCachePolicyConfig, &api::CachePolicyConfig),
            (&cfn::OriginRequestPolicyOfOriginRequestPolicyConfig, &api::OriginRequestPolicyConfig),
            (&cfn::ResponseHeadersPolicyOfResponseHeadersPolicyConfig, &api::ResponseHeadersPolicyConfig),
        ] {
            lost(from, to, from.name, &mut found);
        }
        // Cached methods go inside the allowed ones.
        found.retain(|path| !path.ends_with("Behavior.CachedMethods") && !path.ends_with("Behaviors.CachedMethods"));
        assert_eq!(found, Vec::<String>::new());
    }
}
