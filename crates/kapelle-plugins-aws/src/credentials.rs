//! Who one is to AWS: what the flow says, or else what the server knows, in the order of the tools of AWS.

mod machine;
mod security;

use std::fmt;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};
use tokio::sync::Mutex;

use crate::environment::variable;
use crate::profile::{Profiles, Section, chosen_name};

pub(crate) use security::{Role, SESSION_USUAL};

/// Credentials that are good for less than this are not begun with.
const REST_MIN: SignedDuration = SignedDuration::from_secs(60);

/// Profiles that lead to one another.
const PROFILES_MAX: usize = 5;

/// What a request is signed with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Option<Timestamp>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl Credentials {
    fn is_good_at(&self, moment: Timestamp) -> bool {
        self.expires.is_none_or(|end| end.duration_since(moment) > REST_MIN)
    }
}

/// Gives credentials that are good, as long as they are asked for.
pub(crate) struct Provider {
    given: Option<Credentials>,
    role: Option<Role>,
    held: Mutex<Option<Credentials>>,
}

impl Provider {
    pub(crate) fn of(own: Credentials) -> Self {
        Self { given: Some(own), role: None, held: Mutex::default() }
    }

    /// Of what a flow gives. A key without its secret is a mistake, and not a reason to look elsewhere.
    pub(crate) fn new(
        key: Option<&Text>,
        secret: Option<&Text>,
        token: Option<&Text>,
        role: Option<Role>,
    ) -> Result<Self, Failure> {
        let text = |text: &Text| text.expose().trim().to_owned();
        let given = match (key, secret) {
            (Some(key), Some(secret)) => Some(Credentials {
                key: text(key),
                secret: text(secret),
                token: token.map(text),
                expires: None,
            }),
            (None, None) => None,
            (Some(_), None) => return Err(Failure::new("there is an `accessKeyId`, but no `secretKeyId`")),
            (None, Some(_)) => return Err(Failure::new("there is a `secretKeyId`, but no `accessKeyId`")),
        };
        Ok(Self { given, role, held: Mutex::default() })
    }

    /// On the heap, since requests for roles need credentials too.
    pub(crate) fn get<'a>(
        &'a self,
        cx: &'a RunContext,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, Broken>> + Send + 'a>> {
        Box::pin(self.good(cx))
    }

    async fn good(&self, cx: &RunContext) -> Result<Credentials, Broken> {
        let now = cx.services.now()?;
        let mut held = self.held.lock().await;
        if let Some(good) = held.as_ref().filter(|held| held.is_good_at(now)) {
            return Ok(good.clone());
        }
        let own = match &self.given {
            Some(given) => given.clone(),
            None => known(cx).await?,
        };
        let fresh = match &self.role {
            Some(role) => security::assume(cx, own, role).await?,
            None => own,
        };
        *held = Some(fresh.clone());
        Ok(fresh)
    }
}

/// What the server knows: its environment, an identity of the web, a profile, its container, its machine.
async fn known(cx: &RunContext) -> Result<Credentials, Broken> {
    let host = &*cx.host;
    if let (Some(key), Some(secret)) =
        (variable(host, "AWS_ACCESS_KEY_ID"), variable(host, "AWS_SECRET_ACCESS_KEY"))
    {
        return Ok(Credentials { key, secret, token: variable(host, "AWS_SESSION_TOKEN"), expires: None });
    }
    if let Some(found) = security::web_identity(cx).await? {
        return Ok(found);
    }
    let profiles = Profiles::of(host)?;
    if let Some(found) = of_profile(cx, &profiles).await? {
        return Ok(found);
    }
    if let Some(found) = machine::of_container(cx).await? {
        return Ok(found);
    }
    match machine::of_instance(cx).await {
        Ok(found) => Ok(found),
        Err(broken) if broken.is_killed => Err(broken),
        Err(broken) => Err(Broken::new(format!(
            "there are no credentials for AWS: set `accessKeyId` and `secretKeyId`, or give the server \
             AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role. Looked at: the environment, the profile \
             `{}`, a web identity, the container, and the machine ({})",
            chosen_name(host),
            broken.failure
        ))),
    }
}

/// Where the way of a profile begins.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    Keys(Credentials),
    Container,
    Instance,
}

/// The credentials of a profile, with all roles on the way to it.
async fn of_profile(cx: &RunContext, profiles: &Profiles) -> Result<Option<Credentials>, Broken> {
    let Some((start, roles)) = path(profiles, &chosen_name(&*cx.host))? else { return Ok(None) };
    let mut credentials = match start {
        Start::Keys(keys) => keys,
        Start::Instance => machine::of_instance(cx).await?,
        Start::Container => machine::of_container(cx).await?.ok_or_else(|| {
            Broken::new("a profile wants the credentials of the container, and there are none")
        })?,
    };
    for role in roles.iter().rev() {
        credentials = security::assume(cx, credentials, role).await?;
    }
    Ok(Some(credentials))
}

/// What a profile begins with, and the roles on the way, its own first.
fn path(profiles: &Profiles, name: &str) -> Result<Option<(Start, Vec<Role>)>, Failure> {
    let mut name = name.to_owned();
    let mut roles = Vec::new();
    for _ in 0..PROFILES_MAX {
        let Some(section) = profiles.get(&name) else {
            if roles.is_empty() {
                return Ok(None);
            }
            return Err(Failure::new(format!("there is no profile `{name}`, which another one names")));
        };
        roles.extend(Role::of_profile(section));
        match section.get("source_profile") {
            // A profile may name itself for its keys.
            Some(source) if *source != name => name.clone_from(source),
            _ => {
                let start = start(section);
                if start.is_none() && !roles.is_empty() {
                    return Err(Failure::new(format!(
                        "the profile `{name}` takes a role, but has neither keys, nor a `source_profile`, nor a \
                         `credential_source` that is `Ec2InstanceMetadata` or `EcsContainer`"
                    )));
                }
                return Ok(start.map(|start| (start, roles)));
            }
        }
    }
    Err(Failure::new(format!("more than {PROFILES_MAX} profiles lead to one another: see `source_profile`")))
}

fn start(section: &Section) -> Option<Start> {
    match section.get("credential_source").map(String::as_str) {
        Some("EcsContainer") => Some(Start::Container),
        Some("Ec2InstanceMetadata") => Some(Start::Instance),
        _ => keys(section).map(Start::Keys),
    }
}

fn keys(section: &Section) -> Option<Credentials> {
    Some(Credentials {
        key: section.get("aws_access_key_id")?.clone(),
        secret: section.get("aws_secret_access_key")?.clone(),
        token: section.get("aws_session_token").cloned(),
        expires: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = "aws_access_key_id = K\naws_secret_access_key = S\n";

    /// The key that a profile ends at, and the roles on the way.
    fn told(text: &str, name: &str) -> String {
        match path(&Profiles::of_text(text), name) {
            Ok(Some((start, roles))) => {
                let arns: Vec<&str> = roles.iter().map(|role| role.arn.as_str()).collect();
                let start = match start {
                    Start::Keys(keys) => keys.key,
                    other => format!("{other:?}"),
                };
                format!("{start} {}", arns.join(" "))
            }
            Ok(None) => "-".to_owned(),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn profiles_lead_to_keys_by_way_of_roles() {
        let text = format!(
            "[base]\n{KEYS}[profile mid]\nrole_arn = r1\nsource_profile = base\n[profile top]\nrole_arn = r2\n\
             source_profile = mid\n[profile self]\n{KEYS}role_arn = r3\nsource_profile = self\n[profile lost]\n\
             role_arn = r4\nsource_profile = none\n[profile ring]\nrole_arn = r5\nsource_profile = gnir\n[profile gnir]\n\
             role_arn = r6\nsource_profile = ring\n[profile bare]\nregion = x\n[profile ecs]\nrole_arn = r7\n\
             credential_source = EcsContainer\n[profile half]\nrole_arn = r8\n"
        );
        for (name, expected) in [
            ("base", "K "),
            ("mid", "K r1"),
            ("top", "K r2 r1"),
            ("self", "K r3"),
            ("bare", "-"),
            ("ecs", "Container r7"),
            ("nowhere", "-"),
            ("lost", "there is no profile `none`, which another one names"),
            ("ring", "more than 5 profiles lead to one another: see `source_profile`"),
            (
                "half",
                "the profile `half` takes a role, but has neither keys, nor a `source_profile`, nor a `credential_source` \
                 that is `Ec2InstanceMetadata` or `EcsContainer`",
            ),
        ] {
            assert_eq!(told(&text, name), expected, "{name}");
        }
    }

    #[test]
    fn half_a_key_is_a_mistake() {
        let (key, nothing) = (Text::from("K"), None);
        let told =
            |key, secret| Provider::new(key, secret, nothing, None).err().map(|failure| failure.to_string());
        assert_eq!(
            told(Some(&key), None).as_deref(),
            Some("there is an `accessKeyId`, but no `secretKeyId`")
        );
        assert_eq!(told(None, Some(&key)).as_deref(), Some("there is a `secretKeyId`, but no `accessKeyId`"));
        assert_eq!(told(None, None), None);
    }

    #[test]
    fn credentials_are_renewed_before_they_end() {
        let end: Timestamp = "2026-01-01T01:00:00Z".parse().unwrap();
        let one =
            Credentials { key: "K".to_owned(), secret: "S".to_owned(), token: None, expires: Some(end) };
        assert!(one.is_good_at("2026-01-01T00:58:00Z".parse().unwrap()));
        assert!(!one.is_good_at("2026-01-01T00:59:30Z".parse().unwrap()));
    }
}
