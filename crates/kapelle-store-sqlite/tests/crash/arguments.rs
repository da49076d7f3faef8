//! What the parent tells the child, as arguments.

use std::path::{Path, PathBuf};

use kapelle_store_sqlite::Moment;

/// The first argument of a child.
pub const CHILD: &str = "--child";

/// What a child does.
#[derive(Clone, Debug)]
pub struct Orders {
    pub folder: PathBuf,
    pub lanes: Vec<u64>,
    /// Transactions that each lane has under way.
    pub in_flight: usize,
    /// So many a lane writes; then it is done.
    pub transactions: u64,
    pub has_logs: bool,
    pub death: Option<Death>,
}

/// Where the process ends by itself: at this moment, after so many commits.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    pub moment: Moment,
    pub after: u32,
}

pub const MOMENTS: [(&str, Moment); 6] = [
    ("begun", Moment::Begun),
    ("applied", Moment::Applied),
    ("committed", Moment::Committed),
    ("told", Moment::Told),
    ("folding", Moment::Folding),
    ("folded", Moment::Folded),
];

impl Orders {
    /// Lanes without an end, and log lines beside them.
    pub fn new(folder: &Path, lanes: Vec<u64>, in_flight: usize) -> Self {
        let folder = folder.to_owned();
        Self { folder, lanes, in_flight, transactions: u64::MAX, has_logs: true, death: None }
    }

    pub fn write(&self) -> Vec<String> {
        let lanes: Vec<_> = self.lanes.iter().map(ToString::to_string).collect();
        let death = self.death.and_then(|death| {
            let (word, _) = MOMENTS.iter().find(|(_, moment)| *moment == death.moment)?;
            Some(format!("{word}:{}", death.after))
        });
        vec![
            CHILD.to_owned(),
            self.folder.display().to_string(),
            lanes.join(","),
            self.in_flight.to_string(),
            self.transactions.to_string(),
            self.has_logs.to_string(),
            death.unwrap_or_default(),
        ]
    }

    /// What was written; nothing for the arguments of somebody else.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let [word, folder, lanes, in_flight, transactions, has_logs, death] = arguments else { return None };
        let death = death.split_once(':').and_then(|(word, after)| {
            let (_, moment) = MOMENTS.iter().find(|(known, _)| *known == word)?;
            Some(Death { moment: *moment, after: after.parse().ok()? })
        });
        (word == CHILD).then_some(())?;
        Some(Self {
            folder: folder.into(),
            lanes: lanes.split(',').map(str::parse).collect::<Result<_, _>>().ok()?,
            in_flight: in_flight.parse().ok()?,
            transactions: transactions.parse().ok()?,
            has_logs: has_logs.parse().ok()?,
            death,
        })
    }
}
