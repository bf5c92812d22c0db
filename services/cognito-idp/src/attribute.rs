//! What a pool's users have: the standard attributes and the pool's own, their constraints, and who may touch them.

use api_cognito_idp::{
    AttributeDataType, AttributeType, NumberAttributeConstraintsType, SchemaAttributeType,
    StringAttributeConstraintsType, UserPoolClientType, errors,
};
use kernel::Outcome;
use std::collections::BTreeMap;

pub(crate) type Attributes = BTreeMap<String, String>;

/// AWS quota: custom attributes of a pool.
const MOST_CUSTOM: usize = 50;

/// Name, shortest, longest: the standard attributes in the order in which AWS lists them.
const STANDARD: [(&str, &str, &str); 16] = [
    ("name", "0", "2048"),
    ("given_name", "0", "2048"),
    ("family_name", "0", "2048"),
    ("middle_name", "0", "2048"),
    ("nickname", "0", "2048"),
    ("preferred_username", "0", "2048"),
    ("profile", "0", "2048"),
    ("picture", "0", "2048"),
    ("website", "0", "2048"),
    ("email", "0", "2048"),
    ("gender", "0", "2048"),
    ("birthdate", "10", "10"),
    ("zoneinfo", "0", "2048"),
    ("locale", "0", "2048"),
    ("phone_number", "0", "2048"),
    ("address", "0", "2048"),
];

/// The schema of a pool that asked for `wanted`.
pub(crate) fn schema(wanted: Vec<SchemaAttributeType>) -> Outcome<Vec<SchemaAttributeType>> {
    let mut schema =
        vec![SchemaAttributeType { required: Some(true), mutable: Some(false), ..text("sub", "1", "2048") }];
    schema.extend(STANDARD.map(|(name, shortest, longest)| text(name, shortest, longest)));
    for name in ["email_verified", "phone_number_verified"] {
        schema.push(SchemaAttributeType { attribute_data_type: Some(AttributeDataType::Boolean), ..plain(name) });
    }
    schema.push(SchemaAttributeType {
        attribute_data_type: Some(AttributeDataType::Number),
        number_attribute_constraints: Some(NumberAttributeConstraintsType {
            min_value: Some("0".into()),
            ..Default::default()
        }),
        ..plain("updated_at")
    });
    let mut custom = Vec::new();
    for one in wanted {
        let name = one.name.clone().unwrap_or_default();
        match schema.iter_mut().find(|known| known.name.as_deref() == Some(&*name)) {
            Some(known) => adjust(known, one),
            None => custom.push(one),
        }
    }
    add_custom(&mut schema, custom)?;
    Ok(schema)
}

fn adjust(known: &mut SchemaAttributeType, wanted: SchemaAttributeType) {
    known.required = wanted.required.or(known.required);
    known.mutable = wanted.mutable.or(known.mutable);
    let SchemaAttributeType { string_attribute_constraints, number_attribute_constraints, .. } = wanted;
    known.string_attribute_constraints = string_attribute_constraints.or(known.string_attribute_constraints.take());
    known.number_attribute_constraints = number_attribute_constraints.or(known.number_attribute_constraints.take());
}

pub(crate) fn add_custom(schema: &mut Vec<SchemaAttributeType>, wanted: Vec<SchemaAttributeType>) -> Outcome<()> {
    for mut one in wanted {
        let prefix = if one.developer_only_attribute == Some(true) { "dev:" } else { "" };
        let name = one.name.take().unwrap_or_default();
        let name = if name.contains("custom:") { name } else { format!("{prefix}custom:{name}") };
        if schema.iter().any(|known| known.name.as_deref() == Some(&*name)) {
            let said = format!("{name}: Existing attribute already has name {name}.");
            return Err(errors::invalid_parameter_exception(said));
        }
        if one.required == Some(true) {
            let said = "Required custom attributes are not supported currently.";
            return Err(errors::invalid_parameter_exception(said));
        }
        one.name = Some(name);
        one.developer_only_attribute = one.developer_only_attribute.or(Some(false));
        one.mutable = one.mutable.or(Some(true));
        one.required = Some(false);
        let kind = one.attribute_data_type.unwrap_or(AttributeDataType::String);
        one.attribute_data_type = Some(kind);
        match kind {
            AttributeDataType::String => drop(one.string_attribute_constraints.get_or_insert_default()),
            AttributeDataType::Number => drop(one.number_attribute_constraints.get_or_insert_default()),
            AttributeDataType::DateTime | AttributeDataType::Boolean => {}
        }
        schema.push(one);
    }
    let count = schema.iter().filter(|one| one.name.as_deref().is_some_and(|name| name.contains("custom:"))).count();
    if count > MOST_CUSTOM {
        let said = format!("Custom attribute count of {count} exceeds the maximum of {MOST_CUSTOM}.");
        return Err(errors::invalid_parameter_exception(said));
    }
    Ok(())
}

fn plain(name: &str) -> SchemaAttributeType {
    SchemaAttributeType {
        name: Some(name.into()),
        attribute_data_type: Some(AttributeDataType::String),
        developer_only_attribute: Some(false),
        mutable: Some(true),
        required: Some(false),
        ..Default::default()
    }
}

fn text(name: &str, shortest: &str, longest: &str) -> SchemaAttributeType {
    SchemaAttributeType {
        string_attribute_constraints: Some(StringAttributeConstraintsType {
            min_length: Some(shortest.into()),
            max_length: Some(longest.into()),
        }),
        ..plain(name)
    }
}

/// Whether a new user may have these attributes.
pub(crate) fn check_new(schema: &[SchemaAttributeType], given: &Attributes) -> Outcome<()> {
    let mut broken = String::new();
    for rule in schema.iter().filter(|rule| rule.required == Some(true)) {
        let name = rule.name.as_deref().unwrap_or_default();
        if name != "sub" && given.get(name).is_none_or(String::is_empty) {
            broken += &format!("{name}: The attribute is required\n");
        }
    }
    if !broken.is_empty() {
        return Err(nonconforming(broken));
    }
    check_values(schema, given)
}

/// Whether an existing user's attributes may become these.
pub(crate) fn check_change(schema: &[SchemaAttributeType], given: &Attributes) -> Outcome<()> {
    for name in given.keys() {
        let rule = schema.iter().find(|rule| rule.name.as_deref() == Some(&**name));
        if rule.is_some_and(|rule| rule.mutable == Some(false)) {
            let said = if name == "sub" {
                "Cannot modify the non-mutable attribute sub".to_owned()
            } else {
                format!("user.{name}: Attribute cannot be updated.\n")
            };
            return Err(errors::invalid_parameter_exception(said));
        }
    }
    check_values(schema, given)
}

pub(crate) fn check_removal(schema: &[SchemaAttributeType], names: &[String]) -> Outcome<()> {
    for name in names {
        let rule = schema.iter().find(|rule| rule.name.as_deref() == Some(&**name));
        match rule {
            None => return Err(undetermined(name)),
            Some(rule) if rule.required == Some(true) => {
                return Err(errors::invalid_parameter_exception(format!(
                    "user.{name}: Cannot delete a required attribute"
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn check_values(schema: &[SchemaAttributeType], given: &Attributes) -> Outcome<()> {
    for (name, value) in given {
        let rule =
            schema.iter().find(|rule| rule.name.as_deref() == Some(&**name)).ok_or_else(|| undetermined(name))?;
        match &**name {
            "email" if !is_email(value) => {
                return Err(errors::invalid_parameter_exception("Invalid email address format."));
            }
            "phone_number" if !is_phone_number(value) => {
                return Err(errors::invalid_parameter_exception("Invalid phone number format."));
            }
            _ => {}
        }
        if let Some(broken) = breach(rule, value) {
            return Err(nonconforming(format!("{name}: {broken}\n")));
        }
    }
    Ok(())
}

fn breach(rule: &SchemaAttributeType, value: &str) -> Option<String> {
    let bound = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match rule.attribute_data_type.unwrap_or_default() {
        AttributeDataType::String => {
            let limits = rule.string_attribute_constraints.as_ref()?;
            #[expect(clippy::cast_precision_loss, reason = "attributes have at most a few thousand characters")]
            let length = value.chars().count() as f64;
            if bound(&limits.max_length).is_some_and(|most| length > most) {
                return Some("String must be no longer than ".to_owned() + limits.max_length.as_ref()? + " characters");
            }
            let is_short = bound(&limits.min_length).is_some_and(|least| length < least);
            is_short.then(|| {
                format!("String must be at least {} characters", limits.min_length.clone().unwrap_or_default())
            })
        }
        AttributeDataType::Number => {
            let Ok(number) = value.parse::<f64>() else { return Some("Value must be a number".into()) };
            let limits = rule.number_attribute_constraints.as_ref()?;
            if bound(&limits.max_value).is_some_and(|most| number > most) {
                return Some(format!("Value must be at most {}", limits.max_value.as_ref()?));
            }
            let is_small = bound(&limits.min_value).is_some_and(|least| number < least);
            is_small.then(|| format!("Value must be at least {}", limits.min_value.clone().unwrap_or_default()))
        }
        AttributeDataType::Boolean => {
            let is_fine = matches!(&*value.to_ascii_lowercase(), "true" | "false");
            (!is_fine).then(|| "Value must be true or false".into())
        }
        AttributeDataType::DateTime => None,
    }
}

fn nonconforming(broken: String) -> shape::ApiError {
    errors::invalid_parameter_exception(format!("Attributes did not conform to the schema: {broken}"))
}

fn undetermined(name: &str) -> shape::ApiError {
    nonconforming(format!("Type for attribute {{{name}}} could not be determined"))
}

pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_clean = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    is_clean(local)
        && is_clean(host)
        && !local.contains('@')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host.contains('.')
}

pub(crate) fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether people may write it themselves through this client.
pub(crate) fn check_writable(client: &UserPoolClientType, names: impl Iterator<Item = impl AsRef<str>>) -> Outcome<()> {
    for name in names {
        let name = name.as_ref();
        let is_allowed = match &client.write_attributes {
            Some(allowed) if !allowed.is_empty() => allowed.iter().any(|one| one == name),
            _ => !matches!(name, "email_verified" | "phone_number_verified") && !name.starts_with("dev:"),
        };
        if !is_allowed {
            let said = "A client attempted to write unauthorized attribute";
            return Err(errors::not_authorized_exception(said));
        }
    }
    Ok(())
}

pub(crate) fn is_readable(client: &UserPoolClientType, name: &str) -> bool {
    match &client.read_attributes {
        Some(allowed) if !allowed.is_empty() => name == "sub" || allowed.iter().any(|one| one == name),
        _ => !name.starts_with("dev:"),
    }
}

/// The attributes that a hosted sign-in with these scopes tells.
pub(crate) fn is_in_scope(scopes: &[String], name: &str) -> bool {
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    if !["email", "phone", "profile"].into_iter().any(has) {
        // AWS: `openid` alone tells all.
        return true;
    }
    match name {
        "sub" => true,
        "email" | "email_verified" => has("email"),
        "phone_number" | "phone_number_verified" => has("phone"),
        _ => has("profile"),
    }
}

pub(crate) fn from_list(list: Option<Vec<AttributeType>>) -> Attributes {
    let value = |one: AttributeType| {
        let value = one.value.unwrap_or_default();
        // AWS: `True` is as good as `true` (moto's tests, verified against AWS).
        if matches!(&*one.name, "email_verified" | "phone_number_verified") {
            (one.name, value.to_ascii_lowercase())
        } else {
            (one.name, value)
        }
    };
    list.into_iter().flatten().map(value).collect()
}

/// As answers list them: `sub` first.
pub(crate) fn to_list<'a>(attributes: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<AttributeType> {
    let mut list: Vec<_> =
        attributes.map(|(name, value)| AttributeType { name: name.clone(), value: Some(value.clone()) }).collect();
    list.sort_by_key(|one| one.name != "sub");
    list
}
