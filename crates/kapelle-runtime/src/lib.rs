//! Runs flows: it owns executions, hands their tasks to workers, and gives tasks the world that they ask for.
//!
//! Deciding is the business of `kapelle-engine`, keeping that of a store. Here is what happens between them: commit, then
//! act. Everything that differs from place to place (store, plugins, clock, folders) is handed in.
