//! Tasks that run programs in languages of all kinds.
//!
//! All languages work alike: what differs is data ([`language::Facts`]). A run prepares a directory, joins the commands
//! to one text, gives it to a runner, listens to it ([`kapelle_plugin::program`]) and keeps what is asked for. Start with [`run`].

mod addresses;
mod choice;
mod command;
mod environment;
mod folders;
mod implied;
mod language;
mod languages;
mod output;
mod properties;
mod python;
mod room;
mod run;
mod target;
mod task;
mod writer;

use kapelle_plugin::Registry;

pub(crate) use addresses::Fetched;
pub(crate) use choice::PROCESS;
pub(crate) use command::quoted;
pub(crate) use folders::with_folders;
use language::Language;
pub(crate) use language::{Facts, Plan, World};
pub(crate) use output::Output;
pub(crate) use properties::Properties;
pub(crate) use room::Room;
pub(crate) use run::{Source, run};
use task::{Commands, Script};

pub(crate) fn register(r: &mut Registry) {
    add::<languages::bun::Bun>(r);
    add::<languages::deno::Deno>(r);
    add::<languages::dotnet::Dotnet>(r);
    add::<languages::go::Go>(r);
    add::<languages::groovy::Groovy>(r);
    add::<languages::jbang::Jbang>(r);
    add::<languages::julia::Julia>(r);
    add::<languages::lua::Lua>(r);
    add::<languages::node::Node>(r);
    add::<languages::perl::Perl>(r);
    add::<languages::php::Php>(r);
    add::<languages::powershell::PowerShell>(r);
    add::<languages::python::Python>(r);
    add::<languages::r::R>(r);
    add::<languages::ruby::Ruby>(r);
    add::<languages::shell::Shell>(r);
}

fn add<L: Language>(r: &mut Registry) {
    r.task::<Script<L>>();
    r.task::<Commands<L>>();
}

#[cfg(test)]
mod tests;
