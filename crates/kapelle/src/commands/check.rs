//! `kapelle check`: everything that is wrong with a set of flows.

use std::ffi::OsString;
use std::time::Instant;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::check::{Language, Options};

use crate::configuration;
use crate::files;
use crate::fix::{self, Mended};
use crate::input::{self, Input};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::{Counts, Format, Report, plural};
use crate::terminal::{Stream, note};

/// Tell what is wrong with flows, and where
///
/// Reads files and folders, without a server and without running anything. Flows that are given together are
/// checked together: a subflow is looked up among them.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 no errors, 1 errors, 2 wrong command line.\n\n\
    Examples:\n  \
      kapelle check                        all flows in this folder and below\n  \
      kapelle check --fix flows/           mend what can be mended, report the rest\n  \
      kapelle check --format github flows  annotations in a GitHub workflow\n  \
      kapelle check - < flow.yaml          a flow from another program")]
pub(crate) struct Arguments {
    /// Files, folders with `.yml` and `.yaml` files, or `-` for standard input [default: this folder]
    ///
    /// Folders are read with all folders in them, except `.git` and what a `.kestraignore` file names (same
    /// rules as `.gitignore`). A file that is given by its name is always read.
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Mend what can be mended, write the files, report what remains
    ///
    /// Only changes that keep what the flow does. With `-` the mended text goes to standard output and the
    /// report to standard error.
    #[arg(long)]
    fix: bool,

    /// Count warnings as errors
    #[arg(long)]
    strict: bool,

    /// Language level: 1 reads flows as Kestra 0.x and 1.x do, 2 as Kestra 2.0 does
    #[arg(long, value_enum, default_value_t = Level::One)]
    language: Level,

    /// Print errors only, and nothing when all is well
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    #[value(name = "1")]
    One,
    #[value(name = "2")]
    Two,
}

impl Level {
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::One => Language::One,
            Self::Two => Language::Two,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the summary tells how long it took")]
pub(crate) fn run(arguments: &Arguments) -> Ending {
    configuration::with_own_types();
    let started = Instant::now();
    let options = options(arguments.language, arguments.strict);
    let found = files::find(&arguments.paths)?;
    found.notes.iter().for_each(|line| note(line));
    let (inputs, sources) = input::read(found.places);

    let mut report_to = Stream::Out;
    let checked = if arguments.fix {
        let mended = fix::mend(&inputs, sources, options);
        if write(&inputs, &mended)? {
            report_to = Stream::Err;
        }
        mended.files
    } else {
        input::check(&inputs, sources, options)
    };

    let style = report_to.style();
    let counts = Counts::of(&checked);
    let elapsed = started.elapsed();
    let report = Report { files: &checked, counts, elapsed, errors_only: arguments.quiet };
    report_to.print(report.render(arguments.format, style).as_bytes())?;
    Ok(Outcome::errors_if(counts.errors > 0))
}

pub(crate) fn options(level: Level, strict: bool) -> Options {
    Options { language: level.language(), strict, today: Timestamp::now().to_zoned(TimeZone::UTC).date() }
}

/// Writes the mended texts back to where they came from. Whether standard output was used for one.
fn write(inputs: &[Input], mended: &Mended) -> Result<bool, Stop> {
    let mut is_filter = false;
    let mut files_written = 0;
    for (index, input) in inputs.iter().enumerate() {
        let text = mended.files[index].source.text();
        if let Some(path) = input.path() {
            if mended.changed[index] {
                crate::replace::replace(path, text.as_bytes())?;
                files_written += 1;
            }
        } else {
            // As a filter we hand on what we cannot read just as it came.
            Stream::Out.print(input.undecoded().unwrap_or(text.as_bytes()))?;
            is_filter = true;
        }
    }
    if mended.applied > 0 {
        let findings = plural(mended.applied, "finding");
        match files_written {
            0 => note(&format!("mended {findings}")),
            files => note(&format!("mended {findings} in {}", plural(files, "file"))),
        }
    }
    if mended.left_out > 0 {
        note(&format!("left out {}: they overlap with others", plural(mended.left_out, "fix")));
    }
    Ok(is_filter)
}
