//! Tasks at work, against servers that speak as providers do.

mod agent;
mod completion;
mod mcp;
mod patience;
mod providers;
mod rag;
mod tools;
mod world;
