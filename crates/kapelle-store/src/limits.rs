//! How much of anything there may be.

/// Transactions that wait to be written.
pub const QUEUE_MAX: usize = 10_000;

/// Transactions in one commit.
pub const BATCH_MAX: usize = 2_048;

/// Bytes in one commit; a larger transaction is a commit by itself.
pub const BATCH_BYTES_MAX: usize = 4 << 20;

/// Bytes of a value that stay in the row; a larger one becomes a blob.
pub const INLINE_MAX: usize = 64 << 10;

/// Rows of a page.
pub const PAGE_MAX: u32 = 10_000;

/// Rows that are sorted by anything but their age.
pub const SORTED_MAX: usize = 100_000;

/// Executions that one transaction deletes.
pub const PURGE_MAX: usize = 200;

/// Bytes of a document.
pub const DOCUMENT_MAX: usize = 8 << 20;

/// How deep values may be in each other.
pub const DEPTH_MAX: usize = 256;
