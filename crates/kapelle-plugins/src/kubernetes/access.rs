//! Which cluster, and who one is there: as a flow says it, or as the installation has it.

mod credential;
mod file;
mod here;

use std::path::PathBuf;

use kapelle_http::{Check, Client, Pem, Sides, Trust, Url};
use kapelle_model::{Failure, Text};
use kapelle_plugin::Host;

pub(super) use file::pem;
pub use file::{CONTEXT, KUBECONFIG};
pub use here::SERVER;

/// A cluster, and who one is there.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(super) server: Url,
    pub(super) trust: Trust,
    pub(super) login: Login,
    /// Where one is at home.
    pub(super) namespace: Option<String>,
}

/// How one says who one is, apart from a certificate.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Login {
    None,
    Token(Text),
    /// A file whose content changes from time to time.
    TokenFile(PathBuf),
    Password {
        user: Text,
        password: Text,
    },
}

/// What makes an access. Certificates and keys are PEM.
pub(super) struct Wanted<'w> {
    pub(super) server: &'w str,
    pub(super) authority: Option<Text>,
    pub(super) identity: Option<(Text, Text)>,
    pub(super) check: Check,
    pub(super) login: Login,
    pub(super) namespace: Option<String>,
}

impl Access {
    /// `source` says where it is written, for messages.
    pub(super) fn new(client: &Client, wanted: Wanted<'_>, source: &str) -> Result<Self, Failure> {
        let failed = |what: String| Failure::new(format!("{source}: {what}"));
        let server = Url::parse(wanted.server).map_err(&failed)?;
        let identity = wanted.identity.as_ref().map(|(certificate, key)| {
            let certificate = Pem { name: "client certificate", text: certificate.expose() };
            (certificate, Pem { name: "client key", text: key.expose() })
        });
        let sides = Sides {
            authority: Pem::of("certificate authority", wanted.authority.as_ref().map(Text::expose)),
            identity,
            check: wanted.check,
        };
        let trust = Trust::new(client, &sides).map_err(&failed)?;
        Ok(Self { server, trust, login: wanted.login, namespace: wanted.namespace })
    }

    /// The cluster of the installation: the one of its file, or the one in which it runs.
    pub(super) async fn of_installation(host: &dyn Host) -> Result<Self, Failure> {
        Self::found(&host.http(), |name| host.setting(name)).await?.ok_or_else(|| {
            Failure::new(format!(
                "no cluster is known: write `connection` (`config` at a runner) with `masterUrl` and credentials, or name a \
                 kubeconfig in the setting `{KUBECONFIG}` or the variable KUBECONFIG"
            ))
        })
    }

    /// The cluster that settings name, or in which this runs; `None` if there is neither.
    pub(super) async fn found(
        client: &Client,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Failure> {
        if let Some(path) = setting(KUBECONFIG) {
            return file::read(client, &path, setting(CONTEXT).as_deref()).await.map(Some);
        }
        here::found(client, setting(SERVER).as_deref())
    }

    /// The cluster in which this runs.
    pub(super) fn here(host: &dyn Host) -> Result<Self, Failure> {
        here::found(&host.http(), host.setting(SERVER).as_deref())?.ok_or_else(|| {
            Failure::new(
                "`inheritClusterConfig` wants the cluster in which Kapelle runs, but it runs in none: write `connection` \
                 instead",
            )
        })
    }
}
