//! `io.kestra.plugin.fs.local.RealtimeTrigger`: starts an execution for each file, as soon as it is there.

mod noticed;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kapelle_plugin::{Broken, Events, Expr, RealtimeTrigger as Listens, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::allowed::Allowed;
use super::file::File;
use super::listing::{Listing, Looked, Meant};
use super::watch::Watch;
use noticed::Noticed;

/// Time between two looks when nothing is told: some file systems never tell.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// How long further news are gathered before a look.
const GATHERED: Duration = Duration::from_millis(10);

/// # Start an execution for each file
///
/// Watches a folder of the machine and starts an execution for each file that is new or changed, as soon as it is whole.
/// The file stays where it is; the execution finds its path in `trigger.localPath`, and `Download` takes it over. Files
/// that came while nobody watched are made up for if they are not older than a day.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    /// The folder. It has to be open to flows.
    from: Expr<String>,
    /// A regular expression for the names of files, or for their whole paths.
    #[serde(default)]
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
}

impl Listens for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.RealtimeTrigger";
    type Output = File;

    async fn listen(&self, cx: &RunContext, events: Events<File>) -> Result<(), Broken> {
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Arc::new(Listing::read(cx, &Meant { from, reg_exp, recursive })?);
        let allowed = Allowed::of(&*cx.host)?;
        let mut watch = Watch::new();
        let mut noticed = Noticed::default();
        let mut whole = BTreeSet::new();
        while !cx.is_stopped() {
            let looked = match look(cx, &listing, &allowed).await {
                Err(broken) if broken.is_killed => break,
                looked => looked?,
            };
            watch.follow(&looked.folders);
            for (change, file) in noticed.news(looked.files, cx.services.now()?, &whole) {
                let name = format!("{} {} {}", file.path, file.modified.as_nanosecond(), file.bytes);
                let file = file.shown(file.address()).told(change);
                events.tell(&file, Some(name)).await?;
            }
            whole = tokio::select! {
                () = cx.stopped() => break,
                whole = gathered(&watch) => whole,
                () = tokio::time::sleep(BETWEEN_LOOKS) => BTreeSet::new(),
            };
        }
        Ok(())
    }
}

async fn look(cx: &RunContext, listing: &Arc<Listing>, allowed: &Allowed) -> Result<Looked, Broken> {
    let (listing, allowed) = (Arc::clone(listing), allowed.clone());
    cx.blocking(move |cx| listing.look(cx, &allowed)).await
}

/// What is told together needs one look only.
async fn gathered(watch: &Watch) -> BTreeSet<String> {
    let mut whole = watch.news().await;
    let until = tokio::time::sleep(GATHERED);
    tokio::pin!(until);
    loop {
        tokio::select! {
            () = &mut until => return whole,
            more = watch.news() => whole.extend(more),
        }
    }
}
