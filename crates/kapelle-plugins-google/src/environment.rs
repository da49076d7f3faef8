//! What the environment of the server says of Google. Only the program reads it; here it comes as settings.

use kapelle_plugin::Host;

/// The variables that are looked at.
pub const VARIABLES: &[&str] = &[
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "CLOUDSDK_CONFIG",
    "GCE_METADATA_HOST",
    "NO_GCE_CHECK",
    "STORAGE_EMULATOR_HOST",
    "HOME",
];

/// The setting that holds a variable.
pub fn setting(variable: &str) -> String {
    format!("kapelle.google.environment.{variable}")
}

/// A variable; an empty one is none.
pub(crate) fn variable(host: &dyn Host, name: &str) -> Option<String> {
    host.setting(&setting(name)).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The address of a service, if the configuration names another one than Google's.
pub(crate) fn service(host: &dyn Host, name: &str) -> Option<String> {
    let set = host.setting(&format!("kapelle.services.{name}"))?;
    let address = set.trim().trim_end_matches('/');
    (!address.is_empty()).then(|| address.to_owned())
}
