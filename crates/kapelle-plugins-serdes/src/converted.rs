//! What tasks give that turn a file into another one.

use std::io::BufWriter;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::ion::{self, RowFile};
use kapelle_plugin::{Broken, Metric, Name, NewFile, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A new file with its rows.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Converted {
    /// The address of the new file.
    uri: String,
    /// How many rows there are.
    size: u64,
}

impl Converted {
    /// Tells of a file that is there.
    pub(crate) fn tell(cx: &RunContext, uri: String, size: u64) -> Self {
        cx.metric(Metric::count("records", size));
        Self { uri, size }
    }

    /// Keeps a file of rows.
    pub(crate) fn rows(cx: &RunContext, file: RowFile<'_>) -> Result<Self, Broken> {
        let size = file.count();
        Ok(Self::tell(cx, file.finish()?, size))
    }

    /// Keeps a file of another form.
    pub(crate) fn file(cx: &RunContext, file: NewBuffer, size: u64) -> Result<Self, Broken> {
        Ok(Self::tell(cx, ion::finish(file)?, size))
    }
}

/// A new file without a count.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Written {
    /// The address of the new file.
    pub(crate) uri: String,
}

/// A new file that is written in parts of some size.
pub(crate) type NewBuffer = BufWriter<Box<dyn NewFile>>;

/// Begins a file whose name ends so.
pub(crate) fn create(cx: &RunContext, ending: &str) -> Result<NewBuffer, Failure> {
    begin(cx, Name::Ending(ending))
}

/// Begins a file with this name.
pub(crate) fn begin(cx: &RunContext, name: Name<'_>) -> Result<NewBuffer, Failure> {
    Ok(BufWriter::with_capacity(64 << 10, cx.host.files().create(name)?))
}

/// What becomes of rows that cannot be converted.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum OnBadLines {
    /// The task fails.
    Error,
    /// They are left out, or what is bad in them, and each is a warning in the log.
    Warn,
    /// They are left out, or what is bad in them.
    Skip,
}

impl Word for OnBadLines {}

/// Lines of the log about bad rows; more are only counted.
const WARNINGS_MAX: u64 = 100;

/// Warnings about rows, of which there may be very many.
#[derive(Default)]
pub(crate) struct Warnings {
    count: u64,
}

impl Warnings {
    pub(crate) fn tell(&mut self, cx: &RunContext, text: String) {
        if self.count < WARNINGS_MAX {
            cx.log(Level::Warn, text);
        }
        self.count += 1;
    }

    /// Says how many there were, if not all of them were told.
    pub(crate) fn finish(&self, cx: &RunContext, what: &str) {
        if self.count > WARNINGS_MAX {
            cx.log(Level::Warn, format!("{} rows {what}", self.count));
        }
    }
}

/// Counts rows that are left out.
pub(crate) struct BadRows {
    on_bad: OnBadLines,
    count: u64,
    warnings: Warnings,
    forgiven: Warnings,
}

impl BadRows {
    pub(crate) fn new(on_bad: Option<OnBadLines>) -> Self {
        Self {
            on_bad: on_bad.unwrap_or(OnBadLines::Error),
            count: 0,
            warnings: Warnings::default(),
            forgiven: Warnings::default(),
        }
    }

    /// Whether the task goes on.
    pub(crate) fn forgives(&self) -> bool {
        self.on_bad != OnBadLines::Error
    }

    /// A row that is kept without what is bad in it.
    pub(crate) fn forgive(&mut self, cx: &RunContext, row: u64, reasons: &[String]) {
        if self.on_bad == OnBadLines::Warn && !reasons.is_empty() {
            self.forgiven.tell(cx, format!("null, or nothing, in place of: row {row}{}", reasons.join("; ")));
        }
    }

    /// A row that is bad for this reason: it is left out, or the task fails.
    pub(crate) fn meet(&mut self, cx: &RunContext, reason: &str) -> Result<(), Failure> {
        match self.on_bad {
            OnBadLines::Error => {
                let help = "set `onBadLines` to WARN or SKIP to leave such rows out";
                return Err(Failure::new(format!("{reason}; {help}")));
            }
            OnBadLines::Warn => self.warnings.tell(cx, format!("left out: {reason}")),
            OnBadLines::Skip => {}
        }
        self.count += 1;
        Ok(())
    }

    /// Tells how many there were.
    pub(crate) fn tell(&self, cx: &RunContext) {
        self.forgiven.finish(cx, "were kept without what is bad in them");
        if self.count == 0 {
            return;
        }
        cx.metric(Metric::count("bad.records", self.count));
        self.warnings.finish(cx, "were left out");
    }
}
