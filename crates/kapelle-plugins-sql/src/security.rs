//! How a task secures its connection to a database.

use kapelle_http::{Check, Client, Line, Pem, Sides, Trust};

use crate::wrong::Wrong;

/// What a flow says of it.
#[derive(Clone)]
pub(crate) struct Security {
    pub(crate) check: Check,
    /// Who is trusted, as PEM; whom the installation trusts if this is absent.
    pub(crate) roots: Option<String>,
    /// Certificates and key of the task, as PEM.
    pub(crate) identity: Option<(String, String)>,
}

impl Security {
    /// Makes it ready. `Err` says what is wrong with it.
    pub(crate) fn trust(&self, client: &Client) -> Result<Trust, Wrong> {
        let identity = self.identity.as_ref().map(|(certificates, key)| {
            (Pem { name: "sslCert", text: certificates }, Pem { name: "sslKey", text: key })
        });
        let authority = Pem::of("sslRootCert", self.roots.as_deref());
        Trust::new(client, &Sides { authority, identity, check: self.check }).map_err(Wrong::new)
    }
}

/// Makes a connection a secure one.
pub(crate) async fn secure(trust: &Trust, host: &str, line: Line) -> Result<Line, Wrong> {
    trust.secure(line, host).await.map_err(|error| {
        Wrong::new(error.message).help("`sslMode` says what is looked at, `sslRootCert` whom to trust")
    })
}
