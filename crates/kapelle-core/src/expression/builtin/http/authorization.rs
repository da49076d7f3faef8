//! The `Authorization` header that the options of a request ask for.

use kapelle_model::{Text, Value};

use super::{entries, is_one_line};
use crate::expression::builtin::Call;
use crate::expression::builtin::encoding::base64;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// `basicAuthUser` and `basicAuthPassword`, or `auth` with its `type`.
pub(super) fn of(call: &Call<'_, '_>, index: usize, options: &Value) -> Outcome<Option<Text>> {
    let options = Options { entries: entries(call, index, options)? };
    if let Some(user) = options.text(call, "basicAuthUser")? {
        let password = options.text(call, "basicAuthPassword")?.unwrap_or_default();
        return Ok(Some(basic(&user, &password)));
    }
    let Some(auth) = options.get("auth") else { return Ok(None) };
    let auth = Options { entries: entries(call, index, auth)? };
    let kind = auth.text(call, "type")?.unwrap_or_default();
    match kind.expose() {
        "BASIC" => {
            let user = auth.text(call, "username")?.unwrap_or_default();
            let password = auth.text(call, "password")?.unwrap_or_default();
            Ok(Some(basic(&user, &password)))
        }
        "BEARER" => {
            let token = auth.text(call, "token")?.unwrap_or_default();
            if !is_one_line(token.expose()) {
                return Err(Error::argument("the token in the option `auth` has line breaks in it")
                    .help("cut them off: `… | trim`"));
            }
            Ok(Some(Text::concat(&Text::from("Bearer "), &token)))
        }
        other => Err(Error::argument(format!(
            "the option `auth` has the type \"{}\"",
            form::short(if kind.has_secret() { "******" } else { other })
        ))
        .help("`BASIC` and `BEARER` are known")),
    }
}

struct Options {
    entries: Vec<(std::sync::Arc<str>, Value)>,
}

impl Options {
    fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(key, _)| key.as_ref() == name).map(|(_, value)| value)
    }

    fn text(&self, call: &Call<'_, '_>, name: &str) -> Outcome<Option<Text>> {
        self.get(name).map(|value| form::java_text(value, call.run.bytes_left())).transpose()
    }
}

fn basic(user: &Text, password: &Text) -> Text {
    let plain = format!("{}:{}", user.expose(), password.expose());
    let encoded = Text::from(base64::encode(plain.as_bytes()));
    let is_secret = user.has_secret() || password.has_secret();
    Text::concat(&Text::from("Basic "), &if is_secret { encoded.into_secret() } else { encoded })
}
