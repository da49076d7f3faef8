//! Containers: the engine that has them ([`engine`]), and tasks that order things of it.
//!
//! Docker and Podman speak the same API. A container for a task is an [`Order`]; the runner of scripts and the task `Run`
//! make it of what a flow says.

mod address;
mod archive;
mod build;
mod compose;
mod connection;
mod container;
mod credentials;
mod engine;
mod image;
mod image_ls;
mod logs;
mod pipe;
mod progress;
mod prune;
mod pull;
mod push;
mod rm;
mod run;
mod secure;
mod stop;
mod sweep;
mod tag;
mod trouble;
mod wanted;

use kapelle_plugin::{Broken, Registry, RunContext};

pub use address::{HOST, TLS_VERIFY};
pub(crate) use archive::{Own, Owner, Sent, pack, unpack};
pub(crate) use connection::ConnectionProperties;
pub(crate) use container::{LifeProperties, Order};
pub(crate) use engine::{Content, Pieces, PiecesTo};
pub(crate) use image::Image;
pub(crate) use pipe::{source, writer};
pub use secure::CERTIFICATES;
pub use sweep::sweep;
pub(crate) use wanted::ContainerProperties;
pub use wanted::VOLUMES;

pub(crate) fn register(r: &mut Registry) {
    r.task::<build::Build>();
    r.task::<compose::Compose>();
    r.task::<image_ls::ImageLs>();
    r.task::<prune::Prune>();
    r.task::<pull::Pull>();
    r.task::<push::Push>();
    r.task::<rm::Rm>();
    r.task::<run::Run>();
    r.task::<stop::Stop>();
    r.task::<tag::Tag>();
}

/// Does work that ends when the attempt has to: the engine hears that nobody listens any more.
async fn unless_stopped<T, E: Into<Broken>>(
    cx: &RunContext,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Broken> {
    tokio::select! {
        done = work => done.map_err(Into::into),
        () = cx.stopped() => Err(Broken::killed()),
    }
}

#[cfg(test)]
mod tests;
