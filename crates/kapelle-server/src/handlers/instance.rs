//! Whether the instance works, and what it is.

use hyper::StatusCode;
use kapelle_model::Millis;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;

/// The version of the API that clients know.
pub(crate) const API_VERSION: &str = "2.0.0";

pub(crate) fn ping(_: &Call) -> Outcome<Answer> {
    Ok(Answer::text("pong"))
}

/// It works as long as the store answers.
pub(crate) fn health(call: &Call) -> Outcome<Answer> {
    match call.store().wakes(Millis(0), 1) {
        Ok(_) => Ok(Answer::json(&json!({"status": "UP"}))),
        Err(_) => Ok(Answer::json(&json!({"status": "DOWN"})).status(StatusCode::SERVICE_UNAVAILABLE)),
    }
}

pub(crate) fn version(_: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&json!({"version": API_VERSION, "product": "kapelle"})))
}

pub(crate) fn configs(call: &Call) -> Outcome<Answer> {
    let mut configs = json!({
        "uuid": "kapelle",
        "version": API_VERSION,
        "edition": "OSS",
        "commitId": "",
        "chartDefaultDuration": "P30D",
        "isCustomDashboardsEnabled": true,
        "isTaskRunEnabled": false,
        "isAnonymousUsageEnabled": false,
        "isUiAnonymousUsageEnabled": false,
        "isTemplateEnabled": call.app.has_templates,
        "environment": {},
        "preview": {"initial": 100, "max": 5000},
        "systemNamespace": "system",
        "hiddenLabelsPrefixes": ["system.", "internal."],
        "isAiEnabled": false,
        "isBasicAuthInitialized": call.app.gate.accounts().is_none_or(|accounts| accounts.is_initialized()),
        "pluginsHash": 0,
        "isConcurrencyViewEnabled": true,
    });
    if let Some(url) = &call.app.url {
        configs["url"] = url.as_str().into();
    }
    Ok(Answer::json(&configs))
}
