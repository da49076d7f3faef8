//! Images: their names, and how they come and go.

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::credentials::Credentials;
use super::engine::{Asked, Engine};
use super::progress::follow;
use super::trouble::Trouble;

/// The registry of names that name none.
pub(super) const HUB: &str = "docker.io";

/// What carries the credentials.
pub(super) const AUTH: &str = "x-registry-auth";

/// When an image is pulled.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PullPolicy {
    /// If the engine does not have it.
    #[default]
    IfNotPresent,
    /// Each time.
    Always,
    /// Not at all.
    Never,
}

impl Word for PullPolicy {}

/// The name of an image, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    name: String,
    /// A tag or a digest.
    version: Option<String>,
}

/// What an engine knows of an image.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    #[serde(rename = "Config")]
    pub(super) config: Option<KnownConfig>,
}

#[derive(Debug, Deserialize)]
pub(super) struct KnownConfig {
    /// As whom it runs; empty for root.
    #[serde(rename = "User")]
    pub(super) user: Option<String>,
}

impl Image {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@+".contains(&byte);
        if text.is_empty()
            || text.starts_with(['/', '.', '-'])
            || !text.bytes().all(is_of_name)
            || text.contains("..")
        {
            return Err(Failure::new(format!(
                "`{text}` is no name of an image: write one such as `alpine:3.20`"
            )));
        }
        let last = text.rfind('/').map_or(0, |slash| slash + 1);
        let cut = text.find('@').or_else(|| text[last..].find(':').map(|colon| last + colon));
        Ok(match cut {
            Some(cut) => Self { name: text[..cut].to_owned(), version: Some(text[cut + 1..].to_owned()) },
            None => Self { name: text.to_owned(), version: None },
        })
    }

    pub(super) fn registry(&self) -> &str {
        match self.name.split_once('/') {
            Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
            _ => HUB,
        }
    }

    /// The name, to be put into a path.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Without a version, the latest one is meant.
    pub(super) fn version(&self) -> &str {
        self.version.as_deref().unwrap_or("latest")
    }

    fn whole(&self) -> String {
        let sign = if self.version().contains(':') { '@' } else { ':' };
        format!("{}{sign}{}", self.name, self.version())
    }
}

impl std::fmt::Display for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.whole())
    }
}

impl Engine {
    /// What is known of an image; `None` if it is not there.
    pub(super) async fn image(&self, image: &Image) -> Result<Option<Known>, Trouble> {
        match self.ask(Asked::get(&format!("/images/{}/json", image.whole()))).await {
            Err(trouble) if trouble.is_missing() => Ok(None),
            known => known.map(Some),
        }
    }

    /// Sees to it that an image is there, as the policy says.
    pub(super) async fn provide(
        &self,
        cx: &RunContext,
        image: &Image,
        policy: PullPolicy,
        credentials: &Credentials,
    ) -> Result<Known, Failure> {
        if policy != PullPolicy::Always
            && let Some(known) = self.image(image).await?
        {
            return Ok(known);
        }
        if policy == PullPolicy::Never {
            return Err(Failure::new(format!(
                "the engine has no image `{image}`, and `pullPolicy: NEVER` forbids to pull it: pull or build it first, \
                 or write `pullPolicy: IF_NOT_PRESENT`"
            )));
        }
        self.pull(cx, image, credentials).await?;
        self.image(image).await?.ok_or_else(|| {
            Failure::new(format!(
                "the image `{image}` was pulled and is not there: somebody removed it meanwhile"
            ))
        })
    }

    pub(super) async fn pull(
        &self,
        cx: &RunContext,
        image: &Image,
        credentials: &Credentials,
    ) -> Result<(), Failure> {
        cx.log(Level::Info, format!("pulling the image `{image}`"));
        let asked = Asked::post("/images/create")
            .with("fromImage", image.name())
            .with("tag", image.version())
            .header(AUTH, &credentials.header(image)?);
        let pulled = async { follow(self.open(asked).await?, |_| {}).await };
        pulled.await.map_err(|trouble| unmoved(image, "pulled", &trouble))
    }

    pub(super) async fn push(
        &self,
        cx: &RunContext,
        image: &Image,
        credentials: &Credentials,
    ) -> Result<(), Failure> {
        cx.log(Level::Info, format!("pushing the image `{image}`"));
        let asked = Asked::post(&format!("/images/{}/push", image.name()))
            .with("tag", image.version())
            .header(AUTH, &credentials.header(image)?);
        let pushed = async { follow(self.open(asked).await?, |_| {}).await };
        pushed.await.map_err(|trouble| unmoved(image, "pushed", &trouble))
    }
}

/// The words for an image that a registry does not give or take.
fn unmoved(image: &Image, what: &str, trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Refused { message, .. } => Failure::new(format!(
            "the image `{image}` cannot be {what}: {message}: see whether its name is right, whether the registry `{}` \
             can be reached from the engine, and whether it wants `credentials`",
            image.registry()
        )),
        Trouble::Away(message) => Failure::new(message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_registry_and_a_version() {
        for (text, registry, name, version) in [
            ("alpine", "docker.io", "alpine", "latest"),
            ("alpine:3.20", "docker.io", "alpine", "3.20"),
            ("kestra-io/python:1", "docker.io", "kestra-io/python", "1"),
            ("localhost/a", "localhost", "localhost/a", "latest"),
            ("localhost:5000/a/b", "localhost:5000", "localhost:5000/a/b", "latest"),
            ("ghcr.io/a/b:v1", "ghcr.io", "ghcr.io/a/b", "v1"),
            ("a@sha256:0f", "docker.io", "a", "sha256:0f"),
        ] {
            let image = Image::read(text).unwrap();
            assert_eq!((image.registry(), image.name(), image.version()), (registry, name, version));
        }
        assert_eq!(Image::read("a@sha256:0f").unwrap().to_string(), "a@sha256:0f");
        assert_eq!(Image::read("a").unwrap().to_string(), "a:latest");
        for text in ["", " ", "a b", "../containers/x", "/a", "a?b=c", "a#"] {
            assert!(Image::read(text).is_err(), "{text}");
        }
    }
}
