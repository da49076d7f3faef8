//! How much of anything there may be, each with its reason.

use std::time::Duration;

/// Bytes of a request line: what proxies take too.
pub const TARGET_MAX: usize = 8 << 10;

/// Bytes of all headers of a request.
pub const HEADERS_BYTES_MAX: u32 = 32 << 10;

/// Headers of a request.
pub const HEADERS_MAX: usize = 100;

/// How long headers may take to arrive: slow senders must not hold connections.
pub const HEADERS_TIME: Duration = Duration::from_secs(10);

/// How long a body may stand still while it arrives.
pub const BODY_IDLE: Duration = Duration::from_secs(30);

/// Bytes of a body that is no file.
pub const TEXT_MAX: usize = 8 << 20;

/// Bytes of all files in one request.
pub const FILES_MAX: u64 = 10 << 30;

/// Bytes of a file that stay in memory while it arrives; what is larger goes to the disk.
pub const FILE_IN_MEMORY: usize = 1 << 20;

/// Parts of a form.
pub const PARTS_MAX: usize = 1_000;

/// How long an ordinary request may take.
pub const REQUEST_TIME: Duration = Duration::from_mins(1);

/// How long a stream may stay open, and a client may wait for the end of an execution.
pub const STREAM_TIME: Duration = Duration::from_hours(1);

/// Requests at work at the same time; more are told to come back.
pub const REQUESTS_MAX: usize = 2_000;

/// Calls of the store at the same time. More would only queue in front of the disk.
pub const READS_MAX: usize = 16;

/// Connections.
pub const CONNECTIONS_MAX: usize = 16_000;

/// Connections of one address. Those of this machine, and of proxies that are believed, stand for many people.
pub const CONNECTIONS_OF_ONE_MAX: usize = 512;

/// How long the beginning of an encrypted connection may take.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long a client may take nothing of what it is sent.
pub const WRITE_IDLE: Duration = Duration::from_secs(30);

/// How often an HTTP/2 connection is asked whether it still lives, and how long it has to say so.
pub const LIFE_SIGNS: Duration = Duration::from_secs(20);

/// Bytes that wait on one HTTP/2 stream.
pub const STREAM_BYTES_MAX: usize = 256 << 10;

/// Streams of one HTTP/2 connection.
pub const STREAMS_MAX: u32 = 100;

/// Streams that a client opened and reset before anybody answered.
pub const RESETS_MAX: usize = 20;

/// Event streams.
pub const FOLLOWERS_MAX: usize = 10_000;

/// News on their way to one event stream; one that does not keep up is closed.
pub const NEWS_MAX: usize = 1_024;

/// Changes that are kept for those who follow everything: some seconds of a busy server, long enough to connect anew.
pub const CHANGES_KEPT: usize = 10_000;

/// Changes that are told at once; who has more to hear is quicker when reading the list anew.
pub const CHANGES_TOLD_MAX: usize = 500;

/// Things that one stream of everything may name.
pub const WANTED_MAX: usize = 200;

/// Times of a trigger that are foretold at once, and records of it that are told.
pub const TIMES_MAX: usize = 1_000;

/// Task runs of one window.
pub const WINDOW_MAX: usize = 1_000;

/// Bytes of a draft: as many as a flow may have.
pub const DRAFT_MAX: usize = kapelle_core::limits::SOURCE_BYTES_MAX;

/// Rows of a search while somebody types, and bytes of what is searched for.
pub const FOUND_MAX: usize = 100;
pub const SEARCHED_MAX: usize = 200;

/// Views and bookmarks of one person: more are found no better than by searching.
pub const VIEWS_MAX: usize = 500;

/// Bytes of a view or a bookmark, and of what a person has set for themselves.
pub const VIEW_BYTES_MAX: usize = 16 << 10;
pub const SETTINGS_MAX: usize = 64 << 10;

/// Rows of a page.
pub const PAGE_MAX: u32 = 10_000;

/// Ids in one request for many.
pub const BULK_MAX: usize = 100_000;

/// Bytes that an archive may unpack to, entries that it may have, and how much smaller than its content it may be.
pub const ARCHIVE_BYTES_MAX: usize = 1 << 30;
pub const ARCHIVE_ENTRIES_MAX: usize = 10_000;
