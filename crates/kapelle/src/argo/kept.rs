//! Values that the cluster keeps: keys of secrets and of config maps.

use super::fields::{Fields, Report};
use super::text::quoted;

/// The expression for such a value, if `from` names one. What has to be set for it is told.
pub(super) fn value(from: &Fields<'_>, what: &str, report: &Report<'_>) -> Option<String> {
    let kind =
        ["secretKeyRef", "configMapKeyRef"].into_iter().find(|kind| from.node().get(kind).is_some())?;
    let reference = from.map(kind)?;
    let (name, key) = (reference.text("name")?, reference.text("key")?);
    if name.contains("{{") || key.contains("{{") {
        report.loss(
            reference.at(),
            format!("`{kind}` of `{what}` is not translated: its name is an expression"),
        );
        return None;
    }
    if reference.node().get("optional").and_then(kapelle_model::Node::as_bool) != Some(true) {
        reference.ignore(&["optional"]);
    }
    reference.rest(report, &format!("`{kind}` of `{what}`"));
    if kind == "secretKeyRef" {
        let named = format!("{name}_{key}").replace(['-', '.'], "_").to_uppercase();
        report.note(from.at(), format!("`{what}` is the secret `{named}` of the namespace: set it"));
        return Some(format!("secret('{named}')"));
    }
    let named = format!("{name}.{key}");
    report
        .note(from.at(), format!("`{what}` is the key `{named}` of the namespace's key-value store: set it"));
    Some(match from.text("default") {
        Some(usual) => format!("(kv({}, errorOnMissing=false) ?? {})", quoted(&named), quoted(&usual)),
        None => format!("kv({})", quoted(&named)),
    })
}
