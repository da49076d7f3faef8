//! Stories: a flow, what happens to it, and where that leads. Each file of tests is one matter of the specification.

mod agreements;
mod basics;
mod directory;
mod each;
mod endings;
mod ends;
mod found;
mod group_states;
mod groups;
mod items;
mod kill;
mod limits;
mod lists;
mod looped;
mod memory;
mod new_execution;
mod orders;
mod outstanding;
mod pause;
mod pause_by_hand;
mod replay;
mod restart;
mod retry;
mod story;
mod subflow;
mod until;
mod update;
mod why;
mod worker;

use std::sync::Arc;

use kapelle_model::effect::Effect;
use kapelle_model::event::{Due, Event, Order, Report};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{Failure, Map, Millis, State, Value};

use story::{Story, ends, json};
