//! What people are sent: the pool's templates with code and name filled in.

use crate::{attribute::Attributes, state::Pool};
use api_cognito_idp::{
    CodeDeliveryDetailsType, DefaultEmailOptionType, DeliveryMediumType, VerificationMessageTemplateType,
};
use kernel::Mail;

/// AWS: what Cognito sends from when a pool names nobody.
const FROM: &str = "no-reply@verificationemail.com";
const CODE_SUBJECT: &str = "Your verification code";
const CODE_MESSAGE: &str = "Your verification code is {####}. ";
const LINK_SUBJECT: &str = "Your verification link";
const LINK_MESSAGE: &str = "Click the link below to verify your email address. {##Verify Email##} ";
const INVITE_SUBJECT: &str = "Your temporary password";
const INVITE_MESSAGE: &str = "Your username is {username} and temporary password is {####}. ";

/// What a code is for, as far as its message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    SignUp,
    Other,
}

/// A code on its way to `attribute` of a user. `link` is where it can be confirmed by a click.
pub(crate) fn code(
    pool: &Pool,
    attributes: &Attributes,
    attribute: &str,
    digits: &str,
    occasion: Occasion,
    link: &str,
) -> Mail {
    let template = pool.settings.verification_message_template.clone().unwrap_or_default();
    let to = attributes.get(attribute).cloned().unwrap_or_default();
    if attribute == "phone_number" {
        let text = template.sms_message.or(pool.settings.sms_verification_message.clone());
        return text_message(to, &text.unwrap_or_else(|| CODE_MESSAGE.into()).replace("{####}", digits));
    }
    let VerificationMessageTemplateType {
        email_message,
        email_subject,
        email_message_by_link,
        email_subject_by_link,
        ..
    } = template;
    let by_link = occasion == Occasion::SignUp
        && template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink)
        && !link.is_empty();
    let (subject, body) = if by_link {
        let body = email_message_by_link.unwrap_or_else(|| LINK_MESSAGE.into());
        let body = if body.contains("{##") { body } else { format!("{body} {{##{link}##}}") };
        (email_subject_by_link.unwrap_or_else(|| LINK_SUBJECT.into()), with_link(&body, link))
    } else {
        let body = email_message.or(pool.settings.email_verification_message.clone());
        let subject = email_subject.or(pool.settings.email_verification_subject.clone());
        let body = body.unwrap_or_else(|| CODE_MESSAGE.into()).replace("{####}", digits);
        (subject.unwrap_or_else(|| CODE_SUBJECT.into()), body)
    };
    Mail { to, from: from(pool), subject, body }
}

/// An invitation with a temporary password, to an address or a telephone.
pub(crate) fn invitation(pool: &Pool, to: String, medium: DeliveryMediumType, username: &str, password: &str) -> Mail {
    let template =
        pool.settings.admin_create_user_config.as_ref().and_then(|config| config.invite_message_template.clone());
    let template = template.unwrap_or_default();
    let fill = |text: Option<String>| {
        let text = text.unwrap_or_else(|| INVITE_MESSAGE.into());
        text.replace("{username}", username).replace("{####}", password)
    };
    if medium == DeliveryMediumType::Sms {
        return text_message(to, &fill(template.sms_message));
    }
    let subject = template.email_subject.unwrap_or_else(|| INVITE_SUBJECT.into());
    Mail { to, from: from(pool), subject, body: fill(template.email_message) }
}

fn text_message(to: String, body: &str) -> Mail {
    Mail { to, from: "NOTICE".into(), subject: String::new(), body: body.into() }
}

fn from(pool: &Pool) -> String {
    let configured = pool.settings.email_configuration.clone().unwrap_or_default();
    let identity = || configured.source_arn.as_ref().and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned()));
    configured.from.clone().or_else(identity).unwrap_or_else(|| FROM.into())
}

/// What a pool's function wants to be said instead.
#[derive(Debug)]
pub(crate) struct Words {
    sms: Option<String>,
    body: Option<String>,
    subject: Option<String>,
}

impl Words {
    pub(crate) fn read(response: &serde_json::Value) -> Self {
        let text = |name: &str| response[name].as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        Self { sms: text("smsMessage"), body: text("emailMessage"), subject: text("emailSubject") }
    }
    /// Puts the words into a message, `fill`ed in; what is not said stays.
    pub(crate) fn fill(self, mail: &mut Mail, is_phone: bool, fill: impl Fn(&str) -> String) {
        let body = if is_phone { self.sms } else { self.body };
        if let Some(body) = body {
            mail.body = fill(&body);
        }
        if let Some(subject) = self.subject.filter(|_| !is_phone) {
            mail.subject = subject;
        }
    }
}

/// `{##Click here##}` becomes a link.
pub(crate) fn with_link(body: &str, link: &str) -> String {
    let anchor = |words: &str| format!("<a href=\"{}\">{words}</a>", link.replace('&', "&amp;"));
    match body.split_once("{##").and_then(|(before, rest)| Some((before, rest.split_once("##}")?))) {
        Some((before, (words, after))) => format!("{before}{}{after}", anchor(words)),
        None => body.to_owned(),
    }
}

/// Where something went, as far as strangers may know.
pub(crate) fn delivery(attribute: &str, value: &str) -> CodeDeliveryDetailsType {
    let is_phone = attribute == "phone_number";
    CodeDeliveryDetailsType {
        destination: Some(if is_phone { masked_number(value) } else { masked_address(value) }),
        delivery_medium: Some(if is_phone { DeliveryMediumType::Sms } else { DeliveryMediumType::Email }),
        attribute_name: Some(attribute.into()),
    }
}

/// `j***@e***`
fn masked_address(address: &str) -> String {
    let (local, host) = address.split_once('@').unwrap_or((address, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(host))
}

/// `+*******1234`
fn masked_number(number: &str) -> String {
    let shown = number.len().saturating_sub(4);
    format!("+{}{}", "*".repeat(shown.saturating_sub(1)), number.get(shown..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_as_aws_masks_them() {
        assert_eq!(masked_address("jane@example.com"), "j***@e***");
        assert_eq!(masked_number("+12065551234"), "+*******1234");
    }

    #[test]
    fn words_between_the_marks_become_the_link() {
        let link = with_link("Now {##click##}!", "https://x/confirmUser?a=1&b=2");
        assert_eq!(link, "Now <a href=\"https://x/confirmUser?a=1&amp;b=2\">click</a>!");
    }
}
