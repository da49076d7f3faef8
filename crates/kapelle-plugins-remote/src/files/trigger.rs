//! Looks from time to time for new and changed files of a server.

use jiff::{SignedDuration, Timestamp};
use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::known::{Change, Known, On};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::file::{Found, TriggeredFile};
use super::keeping::keep;
use super::listing::{FILES_USUAL, Listing, Meant, Sort};
use super::place::Place;
use super::protocol::{Open, Protocol, open, within_grace};

/// # Look for files on another machine
///
/// Looks into a folder of a server of SFTP, FTP or FTPS at each look, and starts an execution if there are new or changed
/// files. They are copied into the internal storage, where the execution finds them as `trigger.files`. What is to be done to
/// the files themselves is done when the execution is certain. A file that changed within the last two seconds waits for the
/// next look.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Trigger<P> {
    #[serde(flatten)]
    protocol: P,
    /// The folder.
    from: Expr<String>,
    /// A regular expression for the names of files, or for their whole paths.
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    recursive: Option<Expr<bool>>,
    /// What becomes of the files: they stay, are moved to `moveDirectory`, or are deleted.
    action: Expr<ActionWord>,
    /// The folder that files are moved to. Nothing is overwritten there.
    move_directory: Option<Expr<String>>,
    /// Which files count: new ones, changed ones, or both.
    on: Option<Expr<On>>,
    /// With another text the trigger forgets which files it knows.
    state_key: Option<Expr<String>>,
    /// How long files are remembered that are not there any more; for ever where it is not said.
    state_ttl: Option<Expr<SignedDuration>>,
    /// How many files one execution gets; others wait for the next look.
    max_files: Option<Expr<u32>>,
    /// Which files come first; those that changed first where it is not said.
    sort: Option<Expr<Sort>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The files; their `path` is in the internal storage.
    files: Vec<TriggeredFile>,
}

impl<P: Protocol> PollingTrigger for Trigger<P> {
    const TYPE: &'static str = P::TRIGGER;
    type Output = Output;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let look = self.look(cx)?;
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, look.run(cx, &mut open, cursor.as_ref())).await
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let look = self.look(cx)?;
        let mut known = Known::read(cursor.as_ref(), &look.key);
        if known.owed().is_empty() {
            return Ok(());
        }
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, look.take_away(cx, &mut open, &mut known)).await
    }
}

/// A look, with all that it needs.
struct Look {
    listing: Listing,
    action: Action,
    on: On,
    key: String,
    time_to_live: Option<SignedDuration>,
    files_max: usize,
    sort: Sort,
    now: Timestamp,
}

impl<P: Protocol> Trigger<P> {
    fn look(&self, cx: &RunContext) -> Result<Look, Broken> {
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let action = Action::read(cx, Some(&self.action), self.move_directory.as_ref())?;
        if action == Action::Move(listing.from.clone()) {
            return Err(Broken::new("`moveDirectory` has to be another folder than `from`"));
        }
        Ok(Look {
            listing,
            action,
            on: cx.filled(self.on.as_ref())?.unwrap_or(On::CreateOrUpdate),
            key: cx.filled(self.state_key.as_ref())?.unwrap_or_default(),
            time_to_live: cx.filled(self.state_ttl.as_ref())?,
            files_max: cx.filled(self.max_files.as_ref())?.unwrap_or(FILES_USUAL).max(1) as usize,
            sort: cx.filled(self.sort.as_ref())?.unwrap_or(Sort::None),
            now: cx.services.now()?,
        })
    }
}

impl Look {
    async fn run<P: Protocol>(
        &self,
        cx: &RunContext,
        open: &mut Open<P>,
        cursor: Option<&Value>,
    ) -> Result<Polled<Output>, Broken> {
        let mut known = Known::read(cursor, &self.key);
        self.take_away(cx, open, &mut known).await?;
        let mut present = self.listing.look(cx, open).await?;
        present.retain(|file| !self.action.is_done_for(&file.path));
        let seen: Vec<_> = present.iter().map(Found::seen).collect();
        known.meet(&seen, self.now, self.time_to_live);
        present.sort_by(|left, right| {
            (left.entry.modified, &left.path).cmp(&(right.entry.modified, &right.path))
        });
        self.sort.apply(&mut present);
        let mut files = Vec::new();
        for file in &present {
            let Some(change) = known.change(&file.seen()) else { continue };
            if !self.on.counts(change) {
                known.note(&file.seen());
            } else if files.len() < self.files_max {
                files.extend(self.taken(cx, open, file, change, &mut known).await?);
            }
        }
        let event = (!files.is_empty()).then_some(Output { files });
        Ok(Polled { event, cursor: Some(known.bounded()?.into_value()) })
    }

    /// A file for the execution. One that cannot be had now is left for the next look.
    async fn taken<P: Protocol>(
        &self,
        cx: &RunContext,
        open: &mut Open<P>,
        file: &Found,
        change: Change,
        known: &mut Known,
    ) -> Result<Option<TriggeredFile>, Broken> {
        let kept = match keep(cx, open, &file.path, Some(self.now)).await {
            Err(broken) if !broken.is_killed => {
                cx.log(Level::Warn, format!("`{}` waits for the next look: {}", file.path, broken.failure));
                return Ok(None);
            }
            kept => kept?,
        };
        let Some(kept) = kept else { return Ok(None) };
        // Lists of some servers tell dates less exactly than a look at the file does: each is compared with its like.
        known.note(&file.seen());
        if self.action != Action::None {
            known.owe(&kept.found.seen());
        }
        Ok(Some(file.shown(kept.uri).told(change)))
    }

    /// Does what is still to be done to files that there are executions for.
    async fn take_away<P: Protocol>(
        &self,
        cx: &RunContext,
        open: &mut Open<P>,
        known: &mut Known,
    ) -> Result<(), Broken> {
        for path in known.owed() {
            cx.go_on()?;
            if let Err(broken) = self.take_one_away(open, &path, known).await {
                if broken.is_killed {
                    return Err(broken);
                }
                cx.log(Level::Warn, format!("`{path}` stays where it is: {}", broken.failure));
            }
        }
        Ok(())
    }

    async fn take_one_away<P: Protocol>(
        &self,
        open: &mut Open<P>,
        path: &str,
        known: &mut Known,
    ) -> Result<(), Broken> {
        if let Some(entry) = open.place.look(path).await?
            && known.is_owed(&Found { path: path.to_owned(), entry }.seen())
        {
            self.action.perform(&mut open.place, path).await?;
        }
        known.settle(path);
        Ok(())
    }
}
