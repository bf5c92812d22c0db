//! The filter of ListUsers: `attribute = "value"` or `attribute ^= "value"`, over one attribute.

use crate::{people, state::User};
use api_cognito_idp::errors;
use kernel::Outcome;

/// AWS: the attributes that can be searched.
const SEARCHABLE: [&str; 11] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
    "cognito:username",
];

pub(crate) struct Filter {
    attribute: String,
    is_prefix: bool,
    value: String,
}

impl Filter {
    pub(crate) fn parse(text: &str) -> Outcome<Self> {
        let wrong = || errors::invalid_parameter_exception("Error while parsing filter.");
        let (left, right) = text.split_once('=').ok_or_else(wrong)?;
        let is_prefix = left.ends_with('^');
        let attribute = left.trim_end_matches('^').trim().trim_matches('"').to_owned();
        let quoted = right.trim();
        let value = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(wrong)?;
        if !SEARCHABLE.contains(&&*attribute) {
            return Err(errors::invalid_parameter_exception(format!("Invalid search attribute: {attribute}")));
        }
        Ok(Self { attribute, is_prefix, value: value.replace("\\\"", "\"") })
    }

    pub(crate) fn matches(&self, user: &User) -> bool {
        let found = match &*self.attribute {
            "username" | "cognito:username" => user.username.clone(),
            "cognito:user_status" => people::status(user).to_string(),
            "status" => if user.is_enabled { "Enabled" } else { "Disabled" }.to_owned(),
            name => user.attributes.get(name).cloned().unwrap_or_default(),
        };
        // AWS: names and addresses are found whatever their case.
        let is_exact = matches!(&*self.attribute, "sub" | "cognito:user_status" | "status");
        let (found, value) =
            if is_exact { (found, self.value.clone()) } else { (found.to_lowercase(), self.value.to_lowercase()) };
        if self.is_prefix { found.starts_with(&value) } else { found == value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Status;

    fn user(email: &str) -> User {
        User {
            totp: None,
            pending_totp: None,
            username: "jane".into(),
            sub: "1".into(),
            attributes: [("email".to_owned(), email.to_owned())].into(),
            status: Status::Confirmed,
            is_enabled: true,
            created: base::Timestamp::default(),
            modified: base::Timestamp::default(),
            password: None,
            password_until: None,
            codes: Default::default(),
            failures: Default::default(),
        }
    }

    #[test]
    fn filters_find_whole_values_and_beginnings() {
        for (filter, finds) in [
            ("email = \"jane@example.com\"", true),
            ("email ^= \"JANE\"", true),
            ("email = \"jane\"", false),
            ("cognito:user_status = \"CONFIRMED\"", true),
            ("status=\"Disabled\"", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(&user("jane@example.com")), finds, "{filter}");
        }
        assert!(Filter::parse("email jane").is_err());
        assert!(Filter::parse("custom:x = \"1\"").is_err());
    }
}
