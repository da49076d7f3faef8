//! `io.kestra.plugin.fs.local.Download`: takes a file of the machine over.

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allowed::Allowed;
use super::keeping::keep;
use kapelle_plugin::files::{Algorithm, checksum};

/// # Take a file of the machine over
///
/// Copies a file of the machine into the internal storage.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Download {
    /// The file. It has to be open to flows.
    from: Expr<String>,
    /// Whether the checksum of the file is calculated, and compared with `checksumExpected`.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
    /// The checksum that the file has to have, in hexadecimal.
    #[serde(default)]
    checksum_expected: Option<Expr<String>>,
    /// How the checksum is calculated; `SHA_256` where it is not said.
    #[serde(default)]
    checksum_algorithm: Option<Expr<Algorithm>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The file in the internal storage.
    uri: String,
    /// Its size in bytes.
    size: u64,
    /// Its checksum, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

impl Task for Download {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Download";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let allowed = Allowed::of(&*cx.host)?;
        let from = cx.render(&self.from)?;
        let is_checked = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let expected = cx.filled(self.checksum_expected.as_ref())?.filter(|_| is_checked);
        let algorithm = cx.filled(self.checksum_algorithm.as_ref())?.unwrap_or(Algorithm::Sha256);
        cx.blocking(move |cx| {
            let kept = keep(cx, &allowed, &from)?;
            let kept = kept.ok_or_else(|| Failure::new(format!("`{from}` changed while it was read")))?;
            let checksum = if is_checked {
                // Of what was kept, since that is what goes on.
                Some(checksum(cx, algorithm, &mut cx.host.files().open(&kept.uri)?)?)
            } else {
                None
            };
            if let (Some(expected), Some(checksum)) = (expected, &checksum)
                && !expected.trim().eq_ignore_ascii_case(checksum)
            {
                let expected = expected.trim();
                return Err(Broken::new(format!(
                    "`{from}` has the checksum {checksum} instead of {expected}"
                )));
            }
            Ok(Output { uri: kept.uri, size: kept.seen.bytes, checksum })
        })
        .await
    }
}
