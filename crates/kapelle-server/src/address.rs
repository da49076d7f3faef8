//! What the path of a request means: whose it is, and which segments are left for the table of routes.
//!
//! All spellings end here: with and without a tenant, with a slash at the end, percent-encoded. A path is decoded once.

use std::fmt;

/// Roots that belong to the whole instance and never have a tenant in front.
const INSTANCE: &[&str] = &[
    "auditlogs",
    "auths",
    "banners",
    "basicAuthValidationErrors",
    "configs",
    "forgotten-password",
    "health",
    "instance",
    "invitation",
    "kill-switches",
    "license",
    "license-info",
    "login",
    "logout",
    "main-tenant-flows",
    "me",
    "notifications",
    "password",
    "pebble",
    "plugins",
    "request-code",
    "reset-password",
    "service-accounts",
    "setup",
    "support",
    "tenants",
    "users",
    "validate-password",
];

/// Roots that belong to a tenant; without one they mean [`MAIN`].
const TENANT: &[&str] = &[
    "acls",
    "ai",
    "apps",
    "assets",
    "basicAuth",
    "bindings",
    "blueprints",
    "bookmarks",
    "case-templates",
    "cases",
    "concurrency-limit",
    "credentials",
    "dashboards",
    "dependencies",
    "events",
    "executions",
    "expressions",
    "flows",
    "groups",
    "integrations",
    "invitations",
    "kv",
    "language",
    "logs",
    "mcp",
    "mcp-servers",
    "metrics",
    "namespaces",
    "outputs",
    "policies",
    "promotion-targets",
    "quota-limits",
    "reusable-inputs",
    "roles",
    "search",
    "secrets",
    "security-integrations",
    "stats",
    "taskruns",
    "templates",
    "tenant-access",
    "tests",
    "triggers",
    "usages",
    "views",
    "worker-selectors",
];

/// Instance roots that older clients ask for below a tenant.
const ALSO_BELOW: &[&str] = &["configs", "plugins"];

/// The only tenant there is.
pub const MAIN: &str = "main";

/// The level of a path, which decides between roots of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Outside of `/api/v1`.
    Root,
    Instance,
    Tenant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub level: Level,
    pub tenant: String,
    /// Decoded, without `/api/v1` and the tenant.
    pub segments: Vec<String>,
}

/// Why a path means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// It has segments that nobody writes in good faith, or that are no text.
    Malformed,
    NoSuchTenant,
}

impl Address {
    pub fn read(path: &str) -> Result<Self, BadPath> {
        let path = path.strip_prefix('/').ok_or(BadPath::Malformed)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let raw: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
        let Some(rest) = raw.strip_prefix(&["api", "v1"][..]) else {
            let segments = decoded(&raw, false)?;
            return Ok(Self { level: Level::Root, tenant: MAIN.to_owned(), segments });
        };
        let first = rest.first().copied().unwrap_or_default();
        if rest.is_empty() || INSTANCE.contains(&first) {
            return Self::at(Level::Instance, rest);
        }
        if TENANT.contains(&first) {
            return Self::at(Level::Tenant, rest);
        }
        let tenant = decode(first, false)?;
        if tenant != MAIN {
            return Err(BadPath::NoSuchTenant);
        }
        let below = &rest[1..];
        match below.first() {
            Some(root) if ALSO_BELOW.contains(root) => Self::at(Level::Instance, below),
            _ => Self::at(Level::Tenant, below),
        }
    }

    fn at(level: Level, raw: &[&str]) -> Result<Self, BadPath> {
        // Keys of webhooks are made elsewhere, and hold what they like.
        let is_opaque = raw.starts_with(&["executions", "webhook"]);
        Ok(Self { level, tenant: MAIN.to_owned(), segments: decoded(raw, is_opaque)? })
    }
}

fn decoded(raw: &[&str], is_opaque: bool) -> Result<Vec<String>, BadPath> {
    raw.iter().map(|segment| decode(segment, is_opaque)).collect()
}

/// One segment as it was meant. Slashes that hide in a segment are refused unless it is opaque.
fn decode(segment: &str, is_opaque: bool) -> Result<String, BadPath> {
    let bytes = percent_decoded(segment).ok_or(BadPath::Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| BadPath::Malformed)?;
    let is_bad = text.is_empty()
        || text == "."
        || text == ".."
        || text.contains('\0')
        || (!is_opaque && text.contains(is_trick));
    if is_bad { Err(BadPath::Malformed) } else { Ok(text) }
}

/// What only somebody writes who hopes that two readers see different paths.
fn is_trick(letter: char) -> bool {
    matches!(letter, '/' | '\\' | ';' | '%') || letter.is_control()
}

/// The bytes behind a percent-encoded text; none if it is cut off in the middle of one.
pub(crate) fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let [high, low, after @ ..] = after else { return None };
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        bytes.push((digit(high)? * 16 + digit(low)?) as u8);
        rest = after;
    }
    Some(bytes)
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the path is malformed",
            Self::NoSuchTenant => "the tenant must be `main`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> String {
        match Address::read(path) {
            Ok(address) => format!("{:?} {}", address.level, address.segments.join(" ")),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_spelling_of_a_path_means_the_same() {
        for (path, meant) in [
            ("/api/v1/main/flows/search", "Tenant flows search"),
            ("/api/v1/flows/search", "Tenant flows search"),
            ("/api/v1/flows/search/", "Tenant flows search"),
            ("/api/v1/main/flows/a%2Eb/c", "Tenant flows a.b c"),
            ("/api/v1/configs", "Instance configs"),
            ("/api/v1/main/configs", "Instance configs"),
            ("/api/v1/main/service-accounts", "Tenant service-accounts"),
            ("/api/v1/service-accounts", "Instance service-accounts"),
            ("/health", "Root health"),
            ("/", "Root "),
        ] {
            assert_eq!(read(path), meant, "{path}");
        }
    }

    #[test]
    fn paths_that_hide_something_are_refused() {
        for path in [
            "/api/v1/flows//a",
            "/api/v1/flows/%2e%2e/a",
            "/api/v1/kv/a%2Fb",
            "/x/%00",
            "/x/%f",
            "/x/%ff",
            "/x;y",
            "/%252e",
        ] {
            assert_eq!(read(path), "the path is malformed", "{path}");
        }
        assert_eq!(read("/api/v1/other/flows"), "the tenant must be `main`");
        assert_eq!(read("/api/v1/executions/webhook/a/b/x%2Fy"), "Tenant executions webhook a b x/y");
    }
}
