//! The cluster in which this runs, as it tells its pods.

use std::fs;
use std::path::Path;

use kapelle_http::{Check, Client};
use kapelle_model::{Failure, Text};

use super::{Access, Login, Wanted};

/// The address that a cluster tells its pods, as `https://HOST:PORT`.
pub const SERVER: &str = "kapelle.kubernetes.server";

/// What a cluster puts into its pods.
const FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

pub(super) fn found(client: &Client, server: Option<&str>) -> Result<Option<Access>, Failure> {
    let Some(server) = server else { return Ok(None) };
    let folder = Path::new(FOLDER);
    let token = folder.join("token");
    if !token.is_file() {
        return Ok(None);
    }
    let wanted = Wanted {
        server,
        authority: fs::read_to_string(folder.join("ca.crt")).ok().map(Text::from),
        identity: None,
        check: Check::Everything,
        login: Login::TokenFile(token),
        namespace: fs::read_to_string(folder.join("namespace")).ok().map(|name| name.trim().to_owned()),
    };
    Access::new(client, wanted, "the account of this pod").map(Some)
}
