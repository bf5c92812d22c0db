//! How the hosted pages look: one card, server-rendered, no script. Everything that is shown is escaped here.

use super::{Asked, Fields, Reply};
use crate::people::Visit;
use api_cognito_idp::{AliasAttributeType, UsernameAttributeType};
use http::StatusCode;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#16191f;--soft:#5b6472;--line:#c3c9d2;--card:#fff;--ground:#f2f4f7;--accent:#0b5fc1;--bad:#b3261e;--good:#116d3a}\
@media(prefers-color-scheme:dark){:root{--ink:#eef1f5;--soft:#a3adba;--line:#465061;--card:#1d232c;--ground:#12161c;--accent:#5aa2ff;--bad:#ff8f87;--good:#6fd39b}}\
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
main{width:100%;max-width:25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:2rem}\
h1{font-size:1.4rem;margin:0 0 1rem}p{margin:.5rem 0}label{display:block;margin:.9rem 0 .25rem;font-weight:600}\
input{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem}\
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
button{width:100%;margin-top:1.4rem;padding:.7rem;font:inherit;font-weight:600;color:#fff;background:#0b5fc1;border:0;border-radius:.4rem;cursor:pointer}\
button.link{width:auto;margin:0;padding:0;background:none;color:var(--accent);font-weight:400;text-decoration:underline}\
a{color:var(--accent)}.hint{color:var(--soft);font-size:.9rem}.error,.notice{border-left:4px solid;padding:.4rem .8rem;margin:0 0 1rem}\
.error{border-color:var(--bad);color:var(--bad)}.notice{border-color:var(--good);color:var(--good)}.more{margin-top:1.4rem}";

/// Text that stands in a page or an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

fn document(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>",
        title = escaped(title),
    )
}

/// A page with one sentence.
pub(super) fn message(status: StatusCode, title: &str, sentence: &str) -> Reply {
    let content = format!("<p role=\"status\" data-testid=\"message\">{}</p>", escaped(sentence));
    Reply::page(status, document(title, &content))
}

pub(super) fn plain_error(status: StatusCode, sentence: &str) -> Reply {
    message(status, "An error was encountered", sentence)
}

/// `/error?error=redirect_mismatch&client_id=…`
pub(super) fn error_page(asked: &Asked) -> Reply {
    let error = asked.query.text("error");
    let sentence = match error {
        "redirect_mismatch" => {
            "An error was encountered with the requested page: redirect_mismatch. \
             The redirect URI is not one of the callback URLs of this app client."
        }
        _ => "An error was encountered with the requested page.",
    };
    let told = if error == "redirect_mismatch" { sentence.to_owned() } else { format!("{sentence} {error}") };
    plain_error(StatusCode::BAD_REQUEST, &told)
}

/// What is said above a form.
pub(super) enum Notice {
    Error(String),
    Done(&'static str),
}

impl Notice {
    /// The notices that one page leaves for the next.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "sent" => Some(Self::Done("A code is on its way to you.")),
            "confirmed" => Some(Self::Done("Your account is confirmed. You can sign in now.")),
            "changed" => Some(Self::Done("Your password is changed. You can sign in now.")),
            _ => None,
        }
    }
    fn render(&self) -> String {
        match self {
            Self::Error(said) => {
                format!("<p class=\"error\" role=\"alert\" id=\"error\" data-testid=\"error\">{}</p>", escaped(said))
            }
            Self::Done(said) => {
                format!("<p class=\"notice\" role=\"status\" data-testid=\"notice\">{}</p>", escaped(said))
            }
        }
    }
}

/// The attributes that the sign-up form asks for, besides the user name.
pub(super) fn asked_attributes(visit: &Visit) -> Vec<String> {
    let settings = &visit.pool.settings;
    let as_name = settings.username_attributes.clone().unwrap_or_default();
    let is_name = |name: &str| {
        as_name == [UsernameAttributeType::Email] && name == "email"
            || as_name == [UsernameAttributeType::PhoneNumber] && name == "phone_number"
    };
    let auto = settings.auto_verified_attributes.clone().unwrap_or_default();
    let is_asked = |name: &str, required: Option<bool>| {
        let is_sent_to = as_name.is_empty() && auto.iter().any(|kind| kind.as_str() == name);
        name != "sub" && !is_name(name) && (required == Some(true) || is_sent_to)
    };
    let schema = settings.schema_attributes.iter().flatten();
    schema.filter_map(|rule| rule.name.clone().filter(|name| is_asked(name, rule.required))).collect()
}

/// One of the forms.
pub(super) struct Page<'a> {
    pub(super) path: &'a str,
    /// The application's request, to be carried on.
    pub(super) query: &'a str,
    pub(super) visit: &'a Visit,
    pub(super) filled: &'a Fields,
    pub(super) token: &'a str,
    pub(super) notice: Option<Notice>,
}

impl Page<'_> {
    pub(super) fn render(&self) -> String {
        let (title, fields, button, more) = match self.path {
            "/login" => ("Sign in", self.login(), "Sign in", self.login_links()),
            "/signup" => {
                ("Create your account", self.sign_up(), "Sign up", self.link("/login", "Have an account? Sign in"))
            }
            "/confirm" => ("Confirm your account", self.confirm(), "Confirm account", self.resend()),
            "/forgotPassword" => {
                let hint = "<p class=\"hint\">A code to set a new password is sent to you.</p>";
                let fields = format!("{hint}{}", self.username());
                ("Forgot your password?", fields, "Send a code", self.link("/login", "Back to sign in"))
            }
            "/confirmforgotPassword" => {
                let fields = [self.username(), self.code(), self.new_password()].concat();
                ("Set a new password", fields, "Change password", self.link("/login", "Back to sign in"))
            }
            "/mfa" => {
                let hint = "<p class=\"hint\">Enter the code that your authenticator app shows.</p>";
                (
                    "Verify it is you",
                    format!("{hint}{}", self.code()),
                    "Sign in",
                    self.link("/login", "Back to sign in"),
                )
            }
            _ => ("Choose a new password", self.first_password(), "Set password", String::new()),
        };
        let notice = self.notice.as_ref().map(Notice::render).unwrap_or_default();
        let form = format!(
            "{notice}<form method=\"post\" action=\"{action}\" id=\"form\"><input type=\"hidden\" name=\"_csrf\" value=\"{token}\">\
             {fields}<button type=\"submit\" id=\"submit\" data-testid=\"submit\">{button}</button></form>{more}",
            action = escaped(&self.address(self.path)),
            token = escaped(self.token),
        );
        document(title, &form)
    }

    fn address(&self, path: &str) -> String {
        format!("{path}?{}", self.query)
    }

    fn link(&self, path: &str, words: &str) -> String {
        let id = path.trim_start_matches('/');
        format!(
            "<p class=\"more\"><a href=\"{}\" id=\"{id}-link\" data-testid=\"{id}-link\">{words}</a></p>",
            escaped(&self.address(path))
        )
    }

    fn login(&self) -> String {
        let password = field(&Field { autocomplete: "current-password", ..Field::password("password", "Password") });
        format!("{}{password}", self.username())
    }

    fn login_links(&self) -> String {
        let closed = self.visit.pool.settings.admin_create_user_config.as_ref();
        let is_closed = closed.is_some_and(|config| config.allow_admin_create_user_only == Some(true));
        let sign_up = if is_closed { String::new() } else { self.link("/signup", "Need an account? Sign up") };
        format!("{}{sign_up}", self.link("/forgotPassword", "Forgot your password?"))
    }

    fn sign_up(&self) -> String {
        let attributes: String = asked_attributes(self.visit).iter().map(|name| self.attribute(name)).collect();
        format!("{}{attributes}{}{}", self.username(), self.new_password(), self.rules())
    }

    fn confirm(&self) -> String {
        let to = self.destination();
        let hint = format!("<p class=\"hint\">We sent a code{to}. Enter it here to confirm your account.</p>");
        format!("{hint}{}{}", self.username(), self.code())
    }

    fn destination(&self) -> String {
        let query = Fields::decode(self.query);
        query.get("destination").map(|to| format!(" to {}", escaped(to))).unwrap_or_default()
    }

    fn resend(&self) -> String {
        format!(
            "<form class=\"more\" method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"_csrf\" value=\"{}\">\
             <input type=\"hidden\" name=\"username\" value=\"{}\"><input type=\"hidden\" name=\"resend\" value=\"1\">\
             <span class=\"hint\">Did not receive a code?</span> \
             <button type=\"submit\" class=\"link\" id=\"resend\" data-testid=\"resend\">Send a new code</button></form>",
            escaped(&self.address(self.path)),
            escaped(self.token),
            escaped(self.filled.text("username")),
        )
    }

    fn first_password(&self) -> String {
        let query = Fields::decode(self.query);
        let missing: String =
            query.text("missing").split(',').filter(|name| !name.is_empty()).map(|name| self.attribute(name)).collect();
        format!("{missing}{}{}", self.new_password(), self.rules())
    }

    /// The name that people sign in with, as this pool knows it.
    fn username(&self) -> String {
        let settings = &self.visit.pool.settings;
        let names = settings.username_attributes.clone().unwrap_or_default();
        let aliases = settings.alias_attributes.clone().unwrap_or_default();
        let (label, kind, autocomplete) = match &*names {
            [UsernameAttributeType::Email] => ("Email", "email", "username"),
            [UsernameAttributeType::PhoneNumber] => ("Phone number", "tel", "username"),
            [_, ..] => ("Email or phone number", "text", "username"),
            [] if aliases.contains(&AliasAttributeType::Email) && self.path == "/login" => {
                ("Username or email", "text", "username")
            }
            [] => ("Username", "text", "username"),
        };
        let value = self.filled.text("username");
        field(&Field { name: "username", label, kind, autocomplete, value, ..Field::default() })
    }

    fn code(&self) -> String {
        let shape = "inputmode=\"numeric\" maxlength=\"6\"";
        field(&Field { name: "code", label: "Code", autocomplete: "one-time-code", shape, ..Field::default() })
    }

    fn new_password(&self) -> String {
        field(&Field::password("password", if self.path == "/signup" { "Password" } else { "New password" }))
    }

    fn attribute(&self, name: &str) -> String {
        let (kind, autocomplete) = match name {
            "email" => ("email", "email"),
            "phone_number" => ("tel", "tel"),
            "name" => ("text", "name"),
            "given_name" => ("text", "given-name"),
            "family_name" => ("text", "family-name"),
            "nickname" => ("text", "nickname"),
            "birthdate" => ("date", "bday"),
            "website" => ("url", "url"),
            "address" => ("text", "street-address"),
            _ => ("text", "off"),
        };
        let label = label(name);
        field(&Field { name, label: &label, kind, autocomplete, value: self.filled.text(name), ..Field::default() })
    }

    fn rules(&self) -> String {
        let policy = crate::people::policy(&self.visit.pool);
        let mut rules = vec![format!("{} characters", policy.minimum_length.unwrap_or(8))];
        for (wanted, words) in [
            (policy.require_lowercase, "a lower case letter"),
            (policy.require_uppercase, "an upper case letter"),
            (policy.require_numbers, "a number"),
            (policy.require_symbols, "a special character"),
        ] {
            if wanted == Some(true) {
                rules.push(words.to_owned());
            }
        }
        format!("<p class=\"hint\" id=\"password-hint\">Passwords need at least {}.</p>", rules.join(", "))
    }
}

/// `given_name` → `Given name`
fn label(name: &str) -> String {
    let words = name.trim_start_matches("custom:").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
}

/// A labelled input.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    autocomplete: &'a str,
    value: &'a str,
    /// Further attributes of ours.
    shape: &'a str,
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self { name: "", label: "", kind: "text", autocomplete: "off", value: "", shape: "" }
    }
}

impl<'a> Field<'a> {
    fn password(name: &'a str, label: &'a str) -> Self {
        Self { name, label, kind: "password", autocomplete: "new-password", ..Self::default() }
    }
}

fn field(field: &Field<'_>) -> String {
    let (name, shape) = (escaped(field.name), field.shape);
    format!(
        "<label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" type=\"{kind}\" \
         autocomplete=\"{autocomplete}\" value=\"{value}\" data-testid=\"{name}\" required {shape}>",
        label = escaped(field.label),
        kind = field.kind,
        autocomplete = field.autocomplete,
        value = escaped(field.value),
    )
}
