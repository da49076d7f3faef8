//! Tasks that ask language models.
//!
//! A task leads a conversation (`conversation`) in a shape that all providers share (`chat`); each provider (`provider`)
//! makes a request of it and reads the answer, and `wire` sends it. What stands within properties (providers, tools,
//! memories, stores, retrievers) are objects with a `type` (`part`). All that a run of a task uses is counted by its
//! `session`.

mod a2a;
mod agent;
mod chat;
mod completion;
mod configuration;
mod content;
mod conversation;
mod cost;
mod embeddings;
mod guardrails;
mod mcp;
mod memory;
mod observability;
mod output;
mod part;
mod provider;
mod rag;
mod retriever;
mod schema;
mod session;
mod tool;
mod value;
mod wire;

#[cfg(test)]
mod tests;

use kapelle_plugin::Registry;

/// The full names of what may stand within properties of this family: providers, tools and the like.
pub fn parts() -> Vec<String> {
    [provider::parts(), tool::parts(), memory::parts(), embeddings::parts(), retriever::parts()].concat()
}

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    agent::register(registry);
    completion::register(registry);
    mcp::register(registry);
    rag::register(registry);
}
