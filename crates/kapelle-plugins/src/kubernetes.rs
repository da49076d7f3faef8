//! Kubernetes: pods that work for tasks ([`pod`]), and tasks that order things of a cluster ([`kubectl`]).
//!
//! Which cluster it is and who one is there is an [`access::Access`]; all requests go through [`api::Api`]. The runner of
//! scripts and the task `PodCreate` make a [`pod::Order`] of what a flow says.

mod access;
mod api;
mod connection;
mod data;
mod kubectl;
mod pod;
mod pod_create;
mod shared;
mod sweep;
mod trouble;

use kapelle_plugin::{Broken, Registry, RunContext};

pub use access::{CONTEXT, KUBECONFIG, SERVER};
pub(crate) use connection::{ConnectionProperties, api};
pub(crate) use data::{json, merge};
pub(crate) use pod::{
    Files, Life, Order, SideCarProperties, Work, grace, lasting, literal, manifest, resources,
};
pub(crate) use shared::namespace;
pub use sweep::sweep;

pub(crate) fn register(r: &mut Registry) {
    r.task::<pod_create::PodCreate>();
    kubectl::register(r);
}

/// Does work that ends when the attempt has to.
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
