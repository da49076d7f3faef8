//! What an engine is told to build.

use std::path::Path;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};
use serde_json::json;

use super::Build;
use crate::docker::archive::{Own, Owner, pack};
use crate::docker::credentials::Credentials;
use crate::docker::engine::{Asked, Engine};
use crate::docker::image::Image;
use crate::docker::pipe;
use crate::docker::progress::follow;
use crate::docker::trouble::Trouble;
use kapelle_plugin::files;

/// The name of a Dockerfile that came as text: nobody's own file is in its way.
const INLINE: &str = "Dockerfile.of-task";

/// A build, ready to be sent.
pub(super) struct Request(Asked);

impl Build {
    pub(super) fn request(
        &self,
        cx: &RunContext,
        tags: &[Image],
        credentials: &Credentials,
    ) -> Result<Request, Failure> {
        if tags.is_empty() {
            return Err(Failure::new("an image needs a name: write one into `tags`"));
        }
        let mut asked = Asked::post("/build").with("rm", "1").with("forcerm", "1");
        for tag in tags {
            asked = asked.with("t", &tag.to_string());
        }
        let pull = cx.filled(self.pull.as_ref())?.unwrap_or(true);
        asked = asked.with("pull", if pull { "1" } else { "0" });
        match &cx.filled(self.platforms.as_ref())?.unwrap_or_default()[..] {
            [] => {}
            [platform] => asked = asked.with("platform", platform),
            _ => {
                return Err(Failure::new(
                    "an engine builds for one platform at a time: write a task for each of `platforms`, with tags of \
                     their own",
                ));
            }
        }
        for (name, map) in [("buildargs", &self.arguments), ("labels", &self.labels)] {
            if let Some(map) = cx.filled(map.as_ref())? {
                asked = asked.with(name, &json!(map).to_string());
            }
        }
        if let Some(target) = cx.filled(self.target.as_ref())? {
            asked = asked.with("target", &target);
        }
        Ok(Request(asked.header("x-registry-config", &credentials.all()?)))
    }
}

impl Request {
    /// With a Dockerfile that is a text, or a path among the files.
    pub(super) fn with_file(
        self,
        cx: &RunContext,
        directory: &Path,
        written: Option<String>,
    ) -> Result<Self, Broken> {
        let name = match written {
            None => "Dockerfile".to_owned(),
            Some(text) if is_text(&text) => {
                let mut file = files::create(directory, INLINE)?;
                if cx.host.files().is_address(&text) {
                    files::copy(cx, &mut files::open(cx, &Text::from(text.trim()))?, &mut file)?;
                } else {
                    files::copy(cx, &mut text.as_bytes(), &mut file)?;
                }
                INLINE.to_owned()
            }
            Some(path) => files::relative(&path)?,
        };
        if !directory.join(&name).is_file() {
            return Err(Broken::new(format!(
                "there is no file `{name}` to build from: write the text of the Dockerfile into `dockerfile`, or bring \
                 the file by `inputFiles` or `namespaceFiles`"
            )));
        }
        Ok(Self(self.0.with("dockerfile", &name)))
    }

    /// Has it built. The id of the image.
    pub(super) async fn send(
        self,
        cx: &RunContext,
        engine: &Engine,
        directory: &Path,
    ) -> Result<String, Broken> {
        let (mut sink, pieces) = pipe::writer();
        let root = directory.to_owned();
        let packed = cx.blocking(move |cx| {
            let packed = pack(cx, &root, ".", &Own::default(), Owner::default(), &mut sink);
            if let Err(broken) = &packed {
                sink.fail(&std::io::Error::other(broken.failure.to_string()));
            }
            packed
        });
        let mut id = None;
        let built = async {
            let answer = engine.open(self.0.tar(pieces)).await?;
            follow(answer, |step| {
                id = step.aux.and_then(|aux| aux.id).or(id.take());
                if let Some(line) = step.stream.as_deref().map(str::trim_end).filter(|line| !line.is_empty())
                {
                    cx.log(Level::Info, line);
                }
            })
            .await
        };
        match tokio::join!(packed, built) {
            (_, Err(Trouble::Refused { message, .. })) => {
                Err(Broken::new(format!("the build failed: {message}")))
            }
            (Err(broken), _) => Err(broken),
            (_, Err(trouble)) => Err(trouble.into()),
            (Ok(_), Ok(())) => {
                id.ok_or_else(|| Broken::new("the engine built an image and did not say which"))
            }
        }
    }
}

/// Whether this is the text of a Dockerfile, or the address of one, and no path.
fn is_text(written: &str) -> bool {
    let begins = |word: &str| {
        written.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    written.trim().contains('\n') || written.contains("://") || begins("FROM ") || begins("ARG ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_is_a_text_or_a_path() {
        for text in ["FROM a", " from a\n", "# x\nFROM a", "ARG v=1", "kestra:///a/Dockerfile"] {
            assert!(is_text(text), "{text}");
        }
        for path in ["Dockerfile", "docker/from.Dockerfile", "./Dockerfile\n"] {
            assert!(!is_text(path), "{path}");
        }
    }
}
