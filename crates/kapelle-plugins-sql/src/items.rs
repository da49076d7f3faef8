//! The rows of a file, so many at once. They are read in a thread of their own.

use std::io::{BufRead, BufReader, Read};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::files::{copy, create, open};
use kapelle_plugin::{Broken, RunContext};
use tokio::sync::mpsc;

use crate::ion::{Ion, ROW_BYTES_MAX};
use crate::rows::bytes;

/// Chunks that wait to be written.
const CHUNKS_WAITING: usize = 1;

/// Bytes of the rows of a chunk, about, after which it is not filled up.
const CHUNK_BYTES: usize = 32 << 20;

/// How a copy in the directory of the task is called.
const LOCAL_NAME: &str = ".kapelle-batch-input.ion";

/// Where rows come from.
#[derive(Clone)]
pub(crate) enum Source {
    Storage(Text),
    /// A copy in the directory of the task.
    Local,
}

impl Source {
    /// A file of the storage; a copy of it, if it has not more bytes than this.
    pub(crate) async fn of(cx: &RunContext, from: Text, copied_up_to: Option<u64>) -> Result<Self, Broken> {
        kapelle_plugin::files::check_address(cx, &from)?;
        let Some(bytes_max) = copied_up_to else { return Ok(Self::Storage(from)) };
        cx.blocking(move |cx| {
            if cx.host.files().size(from.expose())?.is_none_or(|bytes| bytes > bytes_max) {
                cx.log(
                    Level::Warn,
                    "the file is larger than `localBufferMaxBytes`, and is read as it is needed",
                );
                return Ok(Self::Storage(from));
            }
            copy(cx, &mut open(cx, &from)?, &mut create(&cx.host.directory()?, LOCAL_NAME)?)?;
            Ok(Self::Local)
        })
        .await
    }

    fn open(&self, cx: &RunContext) -> Result<Box<dyn Read + Send>, Failure> {
        match self {
            Self::Storage(from) => open(cx, from),
            Self::Local => {
                let file = std::fs::File::open(cx.host.directory()?.join(LOCAL_NAME));
                Ok(Box::new(file.map_err(|error| {
                    Failure::new(format!("the copy of the file cannot be read: {error}"))
                })?))
            }
        }
    }
}

/// Rows that are written together.
pub(crate) struct Chunk {
    /// The number of the first of them in the file, from 1.
    pub(crate) first_row: u64,
    pub(crate) rows: Vec<Value>,
}

/// The rows of a file.
pub(crate) struct Items {
    chunks: mpsc::Receiver<Result<Chunk, Broken>>,
}

impl Items {
    /// Begins to read, after so many rows.
    pub(crate) fn open(cx: &RunContext, source: Source, rows_max: usize, skipped: u64) -> Self {
        let (to, chunks) = mpsc::channel(CHUNKS_WAITING);
        let cx = cx.clone();
        // It ends by itself when nobody takes any more.
        let _detached = tokio::task::spawn_blocking(move || {
            if let Err(broken) = read(&cx, &source, rows_max, skipped, &to) {
                let _gone = to.blocking_send(Err(broken));
            }
        });
        Self { chunks }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Chunk>, Broken> {
        self.chunks.recv().await.transpose()
    }
}

fn read(
    cx: &RunContext,
    source: &Source,
    rows_max: usize,
    skipped: u64,
    to: &mpsc::Sender<Result<Chunk, Broken>>,
) -> Result<(), Broken> {
    let ion = Ion::new(cx)?;
    let mut content = BufReader::with_capacity(64 << 10, source.open(cx)?);
    let (mut row, mut line_number) = (0, 0);
    let mut chunk = Chunk { first_row: skipped + 1, rows: Vec::new() };
    let mut size = 0;
    let mut line = Vec::new();
    loop {
        cx.go_on()?;
        line.clear();
        let count = (&mut content).take(ROW_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)?;
        line_number += 1;
        if line.len() > ROW_BYTES_MAX {
            return Err(Broken::new(format!("line {line_number} has more than {} MB", ROW_BYTES_MAX >> 20)));
        }
        let is_empty = line.iter().all(u8::is_ascii_whitespace);
        if count > 0 && !is_empty {
            row += 1;
            if row > skipped {
                let text = std::str::from_utf8(&line);
                let text = text.map_err(|_| Failure::new(format!("line {line_number} is no text in UTF-8: the file has to have a row in Ion on each line")))?;
                let value = ion.read(text).map_err(|failure| {
                    let start = Text::from(format!("line {line_number} of the file is no row: "));
                    Failure::new(Text::concat(&start, &failure.message))
                })?;
                size += bytes(&value);
                chunk.rows.push(value);
            }
        }
        let is_full = chunk.rows.len() >= rows_max || size > CHUNK_BYTES;
        if is_full || count == 0 && !chunk.rows.is_empty() {
            let next = Chunk { first_row: row + 1, rows: Vec::new() };
            if to.blocking_send(Ok(std::mem::replace(&mut chunk, next))).is_err() {
                return Ok(());
            }
            size = 0;
        }
        if count == 0 {
            return Ok(());
        }
    }
}
