//! Takes a file of a server over.

use kapelle_plugin::files::{Algorithm, checksum};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::keeping::keep;
use super::path::plain;
use super::protocol::{Protocol, open, within_grace};

/// # Download a file from another machine
///
/// Copies a file of a server of SFTP, FTP or FTPS into the internal storage.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Download<P> {
    #[serde(flatten)]
    protocol: P,
    /// The file.
    from: Expr<String>,
    /// Whether the checksum of the file is compared with `checksumExpected`.
    validate_checksum: Option<Expr<bool>>,
    /// The checksum that the file has to have, in hexadecimal.
    checksum_expected: Option<Expr<String>>,
    /// How the checksum is calculated; `SHA_256` where it is not said.
    checksum_algorithm: Option<Expr<Algorithm>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Where the file is on the server.
    from: String,
    /// The file in the internal storage.
    to: String,
    /// Its checksum, in hexadecimal.
    checksum: String,
}

impl<P: Protocol> Task for Download<P> {
    const TYPE: &'static str = P::DOWNLOAD;
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = plain(&cx.render(&self.from)?)?;
        let is_checked = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let expected = cx.filled(self.checksum_expected.as_ref())?;
        let expected = expected.as_deref().map(str::trim).filter(|expected| !expected.is_empty());
        if is_checked && expected.is_none() {
            return Err(Broken::new(
                "`validateChecksum` needs `checksumExpected`: the checksum that the file has to have",
            ));
        }
        let algorithm = cx.filled(self.checksum_algorithm.as_ref())?.unwrap_or(Algorithm::Sha256);
        let mut open = open(cx, &self.protocol).await?;
        let kept = within_grace(cx, keep(cx, &mut open, &from, None)).await?;
        let to = kept.ok_or_else(|| Broken::new(format!("`{from}` changed while it was read")))?.uri;
        let address = open.address.uri(&from);
        // The server has to wait no longer.
        drop(open);
        let uri = to.clone();
        let found = cx.blocking(move |cx| checksum(cx, algorithm, &mut cx.host.files().open(&uri)?)).await?;
        match expected.filter(|_| is_checked) {
            Some(expected) if !expected.eq_ignore_ascii_case(&found) => {
                Err(Broken::new(format!("`{from}` has the checksum {found} instead of {expected}")))
            }
            _ => Ok(Output { from: address, to, checksum: found }),
        }
    }
}
