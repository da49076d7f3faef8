//! The beginning: the image, the container, its files.

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};
use serde::Deserialize;

use super::guard::Guard;
use super::labels::labels;
use super::{Begun, Order};
use crate::docker::archive::{Own, Owner, Sent, pack};
use crate::docker::engine::Asked;
use crate::docker::image::Known;
use crate::docker::pipe;
use crate::docker::trouble::Trouble;
use crate::docker::wanted::Start;
use crate::runner::Job;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    id: String,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

impl Order {
    /// A container at work: one that was left behind, or a new one.
    pub(super) async fn begin(
        &self,
        cx: &RunContext,
        job: &Job,
        guard: &mut Guard,
    ) -> Result<Begun, Failure> {
        if let Some(begun) = self.leftover(cx).await? {
            guard.hold(&begun.id);
            let words = format!(
                "an attempt that is gone left the container {} behind: this one goes on with it",
                short(&begun.id)
            );
            cx.log(Level::Info, words);
            return Ok(begun);
        }
        let known = self.engine.provide(cx, &self.image, self.wanted.policy, &self.credentials).await?;
        let directory = job.directory.display().to_string();
        let id = self.make(cx, job, &directory).await?;
        guard.hold(&id);
        let sent = if self.life.is_mounted() {
            Sent::new()
        } else {
            self.send(cx, job, &id, self.owner(&known)).await.map_err(|broken| broken.failure)?
        };
        self.start(&id).await?;
        Ok(Begun { id, directory, sent })
    }

    async fn make(&self, cx: &RunContext, job: &Job, directory: &str) -> Result<String, Failure> {
        let body = self.wanted.body(&Start {
            image: &self.image.to_string(),
            command: &job.command,
            environment: &job.environment,
            directory,
            labels: labels(&cx.place, directory, self.life.is_bound()),
            is_mounted: self.life.is_mounted(),
        });
        let made = self.engine.ask::<Made>(Asked::post("/containers/create").json(&body)).await;
        let made = made.map_err(|trouble| refused("made", &trouble))?;
        for warning in made.warnings.unwrap_or_default() {
            cx.log(Level::Warn, warning);
        }
        Ok(made.id)
    }

    /// Brings the files into the container, where the directory is at the same place as here.
    async fn send(&self, cx: &RunContext, job: &Job, id: &str, owner: Owner) -> Result<Sent, Broken> {
        let (Some(parent), Some(base)) = (job.directory.parent(), job.directory.file_name()) else {
            return Err(Broken::new("the directory of the task has no name"));
        };
        let base = base.to_string_lossy().into_owned();
        let asked = Asked::new(hyper::Method::PUT, &format!("/containers/{id}/archive"));
        let asked = asked.with("path", &parent.display().to_string());
        let (root, own) = (job.directory.clone(), Own::of(job));
        let (mut sink, pieces) = pipe::writer();
        let packed = cx.blocking(move |cx| {
            let packed = pack(cx, &root, &base, &own, owner, &mut sink);
            if let Err(broken) = &packed {
                sink.fail(&std::io::Error::other(broken.failure.to_string()));
            }
            packed
        });
        let taken = async { self.engine.open(asked.tar(pieces)).await.map(drop) };
        match tokio::join!(packed, taken) {
            (_, Err(trouble @ Trouble::Refused { .. })) => Err(refused("given its files", &trouble).into()),
            (packed @ Err(_), _) => packed,
            (_, Err(trouble)) => Err(trouble.into()),
            (sent, Ok(())) => sent,
        }
    }

    /// Whose files they are there: those of the user as whom it runs, if that is a number.
    fn owner(&self, known: &Known) -> Owner {
        let of_image = known.config.as_ref().and_then(|config| config.user.as_deref());
        Owner::of(self.wanted.user.as_deref().or(of_image).unwrap_or_default())
    }

    async fn start(&self, id: &str) -> Result<(), Failure> {
        let started = self.engine.order(Asked::post(&format!("/containers/{id}/start"))).await;
        started.map_err(|trouble| refused("started", &trouble))
    }
}

/// The words for a container that the engine does not want.
fn refused(what: &str, trouble: &Trouble) -> Failure {
    let message = trouble.message();
    let advice = if message.contains("executable file not found")
        || message.contains("no such file or directory")
    {
        ": the image has no such program, so name another image by `containerImage`, or another `interpreter`"
    } else if message.contains("could not select device driver") {
        ": the engine has no driver for `deviceRequests`, so install it there (for NVIDIA, the Container Toolkit)"
    } else {
        ""
    };
    match trouble {
        Trouble::Refused { .. } => Failure::new(format!("the container cannot be {what}: {message}{advice}")),
        Trouble::Away(_) => Failure::new(message.to_owned()),
    }
}

/// The id, as people know it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let words = |message: &str| {
            let trouble = Trouble::Refused { status: 400, message: message.to_owned() };
            refused("started", &trouble).to_string()
        };
        assert!(words("exec: \"/x\": no such file or directory").contains("`interpreter`"));
        assert!(words("could not select device driver \"\"").contains("Container Toolkit"));
        assert_eq!(
            words("port is already allocated"),
            "the container cannot be started: port is already allocated"
        );
    }
}
