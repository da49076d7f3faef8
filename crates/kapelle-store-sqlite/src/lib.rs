//! The store in one folder: executions in SQLite, logs in a file for each month.
//!
//! One thread writes executions and everything that is written with them, many transactions in one commit; another one
//! writes logs. Reads have connections of their own and see what was acknowledged.

