//! Who asks services of Google: a service account, whose key is exchanged for a token.

use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::google::{Account, NO_TOKEN, member};
use kapelle_plugin::{Broken, Expr, RunContext};

use super::asking::asked;
use super::definition::{Ask, Google};

/// A token for these scopes.
pub(super) async fn token(
    cx: &RunContext,
    google: &Google,
    options: Option<&Expr<Value>>,
) -> Result<Value, Broken> {
    let key = cx.filled(Some(&google.account))?.ok_or_else(|| {
        Failure::new("the property `serviceAccount` is missing: write the key of a service account, as JSON")
    })?;
    let account = Account::read(&key)?;
    let form = account.form(&cx.render(&google.scopes)?, cx.services.now()?.as_second())?;
    let form = form.into_iter().map(|(name, value)| (name.into(), Value::Str(value)));
    let request = [
        ("uri", Value::Str(account.token_uri)),
        ("method", Value::from("POST")),
        ("formData", Value::Map(Arc::new(form.collect::<Map>()))),
    ];
    let request = request.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>();
    let request = Expr::of(Property::Fixed(Value::Map(Arc::new(request))));
    let answer = asked(cx, &Ask::of(request), options).await?;
    let json = member(&answer, "json");
    match json.and_then(|json| member(json, "access_token")) {
        Some(Value::Str(token)) => Ok(Value::Str(token.clone().into_secret())),
        _ => Err(Broken::new(NO_TOKEN)),
    }
}
