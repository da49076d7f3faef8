//! `io.kestra.plugin.fs.local.Trigger`: looks from time to time for new and changed files.

use jiff::{SignedDuration, Timestamp};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::known::{Change, Known, On};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::allowed::Allowed;
use super::file::{File, Seen};
use super::keeping::keep;
use super::listing::{FILES_USUAL, Listing, Meant};

/// # Look for files
///
/// Looks into a folder of the machine at each look, and starts an execution if there are new or changed files. They are
/// copied into the internal storage, where the execution finds them as `trigger.files`. What is to be done to the files
/// themselves is done when the execution is certain. A file that changed within the last second waits for the next look.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// The folder. It has to be open to flows.
    from: Expr<String>,
    /// A regular expression for the names of files, or for their whole paths.
    #[serde(default)]
    reg_exp: Option<Expr<String>>,
    /// Whether folders within the folder count.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
    /// What becomes of the files: they stay, are moved to `moveDirectory`, or are deleted.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// The folder that files are moved to. Nothing is overwritten there.
    #[serde(default)]
    move_directory: Option<Expr<String>>,
    /// Which files count: new ones, changed ones, or both.
    #[serde(default)]
    on: Option<Expr<On>>,
    /// With another text the trigger forgets which files it knows.
    #[serde(default)]
    state_key: Option<Expr<String>>,
    /// How long files are remembered that are not there any more; for ever where it is not said.
    #[serde(default)]
    state_ttl: Option<Expr<SignedDuration>>,
    /// How many files one execution gets; others wait for the next look.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The files, the one that was changed first before others.
    files: Vec<File>,
    /// How many there are.
    count: usize,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.fs.local.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let look = self.look(cx)?;
        cx.blocking(move |cx| look.run(cx, cursor.as_ref())).await
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let look = self.look(cx)?;
        cx.blocking(move |cx| look.take_away(cx, &mut Known::read(cursor.as_ref(), &look.key))).await
    }
}

/// A look, with all that it needs.
struct Look {
    allowed: Allowed,
    listing: Listing,
    action: Action,
    on: On,
    key: String,
    time_to_live: Option<SignedDuration>,
    files_max: usize,
    now: Timestamp,
}

impl Trigger {
    fn look(&self, cx: &RunContext) -> Result<Look, Broken> {
        let (from, reg_exp, recursive) = (&self.from, self.reg_exp.as_ref(), self.recursive.as_ref());
        let listing = Listing::read(cx, &Meant { from, reg_exp, recursive })?;
        let action = Action::read(cx, self.action.as_ref(), self.move_directory.as_ref())?;
        if action == Action::Move(listing.from.clone()) {
            return Err(Broken::new("`moveDirectory` has to be another folder than `from`"));
        }
        Ok(Look {
            allowed: Allowed::of(&*cx.host)?,
            listing,
            action,
            on: cx.filled(self.on.as_ref())?.unwrap_or(On::CreateOrUpdate),
            key: cx.filled(self.state_key.as_ref())?.unwrap_or_default(),
            time_to_live: cx.filled(self.state_ttl.as_ref())?,
            files_max: cx.filled(self.max_files.as_ref())?.unwrap_or(FILES_USUAL).max(1) as usize,
            now: cx.services.now()?,
        })
    }
}

impl Look {
    fn run(&self, cx: &RunContext, cursor: Option<&Value>) -> Result<Polled<Output>, Broken> {
        let mut known = Known::read(cursor, &self.key);
        self.take_away(cx, &mut known)?;
        let mut present = self.listing.look(cx, &self.allowed)?.files;
        present.retain(|file| !self.action.is_done_for(&file.path));
        known.meet(present.iter().map(|file| &file.file), self.now, self.time_to_live);
        present.sort_by(|left, right| (left.modified, &left.path).cmp(&(right.modified, &right.path)));
        let mut files = Vec::new();
        for file in present.iter().filter(|file| !file.is_growing(self.now)) {
            let Some(change) = known.change(file) else { continue };
            if !self.on.counts(change) {
                known.note(file);
            } else if files.len() < self.files_max {
                files.extend(self.taken(cx, file, change, &mut known)?);
            }
        }
        let count = files.len();
        let event = (count > 0).then_some(Output { files, count });
        Ok(Polled { event, cursor: Some(known.bounded()?.into_value()) })
    }

    /// A file for the execution. One that cannot be had now is left for the next look.
    fn taken(
        &self,
        cx: &RunContext,
        file: &Seen,
        change: Change,
        known: &mut Known,
    ) -> Result<Option<File>, Broken> {
        let kept = match keep(cx, &self.allowed, &file.path) {
            Err(broken) if !broken.is_killed => {
                cx.log(Level::Warn, format!("`{}` waits for the next look: {}", file.path, broken.failure));
                return Ok(None);
            }
            kept => kept?,
        };
        let Some(kept) = kept else { return Ok(None) };
        known.note(&kept.seen);
        if self.action != Action::None {
            known.owe(&kept.seen);
        }
        Ok(Some(kept.seen.shown(kept.uri).told(change)))
    }

    /// Does what is still to be done to files that there are executions for.
    fn take_away(&self, cx: &RunContext, known: &mut Known) -> Result<(), Broken> {
        for path in known.owed() {
            cx.go_on()?;
            if let Err(broken) = self.take_one_away(cx, &path, known) {
                if broken.is_killed {
                    return Err(broken);
                }
                cx.log(Level::Warn, format!("`{path}` stays where it is: {}", broken.failure));
            }
        }
        Ok(())
    }

    fn take_one_away(&self, cx: &RunContext, path: &str, known: &mut Known) -> Result<(), Broken> {
        if let Some(file) = self.at(path)?
            && known.is_owed(&file)
        {
            self.action.perform(cx, &self.allowed, path)?;
        }
        known.settle(path);
        Ok(())
    }

    /// The file that is at this path now.
    fn at(&self, path: &str) -> Result<Option<Seen>, Failure> {
        let Some(place) = self.allowed.existing(path)? else { return Ok(None) };
        Ok(std::fs::metadata(place).ok().map(|data| Seen::of(path.to_owned(), &data)))
    }
}
