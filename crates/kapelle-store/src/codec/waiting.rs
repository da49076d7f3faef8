//! Why something does not move: `[number of the cause, since, run or null, what the cause says …]`.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::cause::{Cause, Waiting};

use super::history::{read_moment, write_moment};
use super::reader::{Broken, Open, Read, Reader};
use super::writer::Writer;

pub(super) fn write(out: &mut Writer, waiting: &Waiting, origin: Millis) {
    out.begin_list();
    out.unsigned(number(&waiting.cause));
    write_moment(out, waiting.since, origin);
    out.optional_unsigned(waiting.run.map(|run| run.0.get()));
    write_cause(out, &waiting.cause, origin);
    out.end_list();
}

/// The numbers are kept; none is ever given to another cause.
const fn number(cause: &Cause) -> u32 {
    match cause {
        Cause::Unknown => 0,
        Cause::Concurrency { .. } => 1,
        Cause::Scheduled { .. } => 2,
        Cause::Paused { .. } => 3,
        Cause::PausedByHand => 4,
        Cause::Delay { .. } => 5,
        Cause::Breakpoint => 6,
        Cause::RetryWait { .. } => 7,
        Cause::Subflow { .. } => 8,
        Cause::Children { .. } => 9,
        Cause::DependsOn { .. } => 10,
        Cause::LoopLimit { .. } => 11,
        Cause::Killing { .. } => 12,
        Cause::Worker => 13,
        Cause::NoWorker { .. } => 14,
        Cause::WorkersBusy => 15,
        Cause::Runner { .. } => 16,
        Cause::Disk => 17,
        Cause::Database => 18,
        Cause::Maintenance => 19,
    }
}

fn write_cause(out: &mut Writer, cause: &Cause, origin: Millis) {
    match cause {
        Cause::Concurrency { limit, size } => {
            out.text(limit);
            out.unsigned(*size);
        }
        Cause::Scheduled { at } => write_moment(out, *at, origin),
        Cause::Paused { until } => match until {
            Some(until) => write_moment(out, *until, origin),
            None => out.null(),
        },
        Cause::Delay { until, last } => {
            write_moment(out, *until, origin);
            out.optional_text(last.as_deref());
        }
        Cause::RetryWait { attempt, attempts_max, until, error } => {
            out.unsigned(*attempt);
            out.optional_unsigned(*attempts_max);
            write_moment(out, *until, origin);
            out.optional_text(error.as_deref());
        }
        Cause::Subflow { open, total, execution } => {
            out.unsigned(*open);
            out.unsigned(*total);
            match execution {
                Some(id) => out.id(*id),
                None => out.null(),
            }
        }
        Cause::Children { open, done, oldest } => {
            out.unsigned(*open);
            out.unsigned(*done);
            out.optional_unsigned(oldest.map(|run| run.0.get()));
        }
        Cause::DependsOn { tasks } => tasks.iter().for_each(|task| out.text(task)),
        Cause::LoopLimit { running, left } => {
            out.unsigned(*running);
            out.unsigned(*left);
        }
        Cause::Killing { alive } => out.unsigned(*alive),
        Cause::NoWorker { group } => out.optional_text(group.as_deref()),
        Cause::Runner { state } => out.text(state),
        Cause::PausedByHand
        | Cause::Breakpoint
        | Cause::Worker
        | Cause::WorkersBusy
        | Cause::Disk
        | Cause::Database
        | Cause::Maintenance
        | Cause::Unknown => {}
    }
}

pub(super) fn read(reader: &mut Reader<'_>, origin: Millis) -> Read<Waiting> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let number = reader.number()?;
    reader.item(&mut open)?;
    let since = read_moment(reader, origin)?;
    reader.item(&mut open)?;
    let run = if reader.null() { None } else { Some(reader.run_index()?) };
    let cause = Items { reader, open: &mut open, origin }.cause(number)?;
    if !matches!(cause, Cause::DependsOn { .. }) {
        reader.close(open)?;
    }
    Ok(Waiting { cause, since, run })
}

/// What a cause says, item by item.
struct Items<'a, 'b> {
    reader: &'a mut Reader<'b>,
    open: &'a mut Open,
    origin: Millis,
}

impl Items<'_, '_> {
    fn cause(mut self, number: u32) -> Read<Cause> {
        Ok(match number {
            0 => Cause::Unknown,
            1 => Cause::Concurrency { limit: self.text()?, size: self.number()? },
            2 => Cause::Scheduled { at: self.moment()? },
            3 => Cause::Paused { until: self.optional(Self::moment_here)? },
            4 => Cause::PausedByHand,
            5 => Cause::Delay { until: self.moment()?, last: self.optional(|items| items.reader.shared())? },
            6 => Cause::Breakpoint,
            7 => Cause::RetryWait {
                attempt: self.number()?,
                attempts_max: self.optional(|items| items.reader.number())?,
                until: self.moment()?,
                error: self.optional(|items| items.reader.shared())?,
            },
            8 => Cause::Subflow {
                open: self.number()?,
                total: self.number()?,
                execution: self.optional(|items| items.reader.id())?,
            },
            9 => Cause::Children {
                open: self.number()?,
                done: self.number()?,
                oldest: self.optional(|items| items.reader.run_index())?,
            },
            10 => Cause::DependsOn { tasks: self.rest()? },
            11 => Cause::LoopLimit { running: self.number()?, left: self.number()? },
            12 => Cause::Killing { alive: self.number()? },
            13 => Cause::Worker,
            14 => Cause::NoWorker { group: self.optional(|items| items.reader.shared())? },
            15 => Cause::WorkersBusy,
            16 => Cause::Runner { state: self.text()? },
            17 => Cause::Disk,
            18 => Cause::Database,
            19 => Cause::Maintenance,
            _ => {
                return Err(Broken::Content(format!(
                    "cause {number} is one that only a newer version knows"
                )));
            }
        })
    }

    fn number(&mut self) -> Read<u32> {
        self.reader.item(self.open)?;
        self.reader.number()
    }

    fn text(&mut self) -> Read<Arc<str>> {
        self.reader.item(self.open)?;
        self.reader.shared()
    }

    fn moment(&mut self) -> Read<Millis> {
        self.reader.item(self.open)?;
        self.moment_here()
    }

    fn moment_here(&mut self) -> Read<Millis> {
        read_moment(self.reader, self.origin)
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        self.reader.item(self.open)?;
        if self.reader.null() { Ok(None) } else { read(self).map(Some) }
    }

    fn rest(&mut self) -> Read<Box<[Arc<str>]>> {
        let mut tasks = Vec::new();
        while self.reader.more(self.open)? {
            tasks.push(self.reader.shared()?);
        }
        Ok(tasks.into())
    }
}
