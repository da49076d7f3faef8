//! The command line: which commands there are, and who carries them out.

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{
    accounts, bench, check, completions, config, configs, demo, dev, eval, execution, explain, expressions,
    flow, import, maintenance, namespace, openapi, plugins, run, schema, secrets, server, store, template,
    test, triggers,
};
use crate::globals;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::Stream;

/// Runs, tests and checks workflows written for Kestra, with a server or without.
#[derive(Debug, Parser)]
#[command(name = "kapelle", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Try `kapelle run hello.yaml`, or `kapelle check` in a folder of flows. `kapelle COMMAND --help` tells more."
)]
pub(crate) struct Kapelle {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Run(Box<run::Arguments>),
    Test(Box<test::Arguments>),
    #[command(flatten)]
    Client(ClientCommand),
    #[command(subcommand)]
    Triggers(Box<triggers::Command>),
    Eval(Box<eval::Arguments>),
    Explain(explain::Arguments),
    Expressions(expressions::Arguments),
    #[command(subcommand)]
    Plugins(plugins::Command),
    Schema(schema::Arguments),
    Openapi(openapi::Arguments),
    #[command(subcommand)]
    Import(import::Command),
    #[command(subcommand)]
    Secrets(Box<secrets::Command>),
    #[command(subcommand)]
    Server(Box<server::Command>),
    #[command(subcommand)]
    Store(Box<store::Command>),
    Bench(bench::Arguments),
    #[command(subcommand)]
    Configs(configs::Command),
    Completions(completions::Arguments),
    Demo(demo::Arguments),
    #[command(subcommand, hide = true)]
    Dev(dev::Command),
}

/// What talks with a server, under both names of the program.
#[derive(Debug, Subcommand)]
enum ClientCommand {
    #[command(subcommand)]
    Flow(Box<flow::Command>),
    #[command(subcommand)]
    Execution(Box<execution::Command>),
    #[command(subcommand)]
    Namespace(Box<namespace::Command>),
    #[command(subcommand)]
    Files(Box<namespace::files::Command>),
    #[command(subcommand)]
    Kv(Box<namespace::kv::Command>),
    #[command(subcommand, hide = true)]
    Template(Box<template::Command>),
    #[command(subcommand)]
    Config(Box<config::Command>),
    #[command(subcommand)]
    Auths(Box<accounts::Auths>),
    #[command(subcommand, hide = true)]
    Tenants(Box<accounts::Tenants>),
    #[command(subcommand, hide = true)]
    Sys(maintenance::Sys),
    #[command(subcommand, hide = true)]
    Migrate(maintenance::Migrate),
}

/// Kestra's command line, answered by Kapelle.
#[derive(Debug, Parser)]
#[command(name = "kestra", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Call the same program as `kapelle` for more: to check, run and test flows without a server."
)]
struct Kestra {
    #[command(subcommand)]
    command: Option<KestraCommand>,
}

#[derive(Debug, Subcommand)]
enum KestraCommand {
    #[command(subcommand)]
    Server(Box<server::Command>),
    #[command(flatten)]
    Client(ClientCommand),
    #[command(subcommand)]
    Plugins(plugins::Command),
    #[command(subcommand)]
    Configs(configs::Command),
}

pub(crate) fn run(arguments: &[OsString]) -> Ending {
    if is_kestra(arguments) {
        return match parse::<Kestra>(arguments) {
            Ok(Kestra { command: Some(command) }) => match command {
                KestraCommand::Server(command) => server::run(&command),
                KestraCommand::Client(command) => run_client(&command),
                KestraCommand::Plugins(command) => answer(plugins::run(&command, Stream::Out.style().width)),
                KestraCommand::Configs(command) => configs::run(&command),
            },
            Ok(Kestra { command: None }) => short_help::<Kestra>(),
            Err(ending) => ending,
        };
    }
    match parse::<Kapelle>(arguments) {
        Ok(Kapelle { command: Some(command) }) => match command {
            Command::Check(arguments) => check::run(&arguments),
            Command::Run(arguments) => run::run(&arguments),
            Command::Test(arguments) => test::run(&arguments),
            Command::Client(command) => run_client(&command),
            Command::Triggers(command) => triggers::run(&command),
            Command::Eval(arguments) => eval::run(&arguments),
            Command::Explain(arguments) => answer(explain::run(&arguments)),
            Command::Expressions(arguments) => {
                answer(expressions::run(&arguments, Stream::Out.style().width))
            }
            Command::Plugins(command) => answer(plugins::run(&command, Stream::Out.style().width)),
            Command::Schema(arguments) => answer(schema::run(&arguments)),
            Command::Openapi(arguments) => answer(openapi::run(&arguments)),
            Command::Import(command) => import::run(&command),
            Command::Secrets(command) => secrets::run(&command),
            Command::Server(command) => server::run(&command),
            Command::Store(command) => store::run(&command),
            Command::Bench(arguments) => bench::run(&arguments),
            Command::Configs(command) => configs::run(&command),
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Demo(arguments) => demo::run(&arguments),
            Command::Dev(command) => dev::run(&command),
        },
        Ok(Kapelle { command: None }) => short_help::<Kapelle>(),
        Err(ending) => ending,
    }
}

fn run_client(command: &ClientCommand) -> Ending {
    match command {
        ClientCommand::Flow(command) => flow::run(command),
        ClientCommand::Execution(command) => execution::run(command),
        ClientCommand::Namespace(command) => namespace::run(command),
        ClientCommand::Files(command) => namespace::files::run(command),
        ClientCommand::Kv(command) => namespace::kv::run(command),
        ClientCommand::Template(command) => template::run(command),
        ClientCommand::Config(command) => config::run(command),
        ClientCommand::Auths(command) => accounts::auths(command),
        ClientCommand::Tenants(command) => accounts::tenants(command),
        ClientCommand::Sys(command) => maintenance::sys(command),
        ClientCommand::Migrate(command) => maintenance::migrate(command),
    }
}

/// The same binary under the name that scripts know.
fn is_kestra(arguments: &[OsString]) -> bool {
    let name = arguments.first().map(Path::new).and_then(Path::file_stem);
    name.is_some_and(|name| name == "kestra")
}

fn parse<P: Parser>(arguments: &[OsString]) -> Result<P, Ending> {
    P::try_parse_from(globals::moved(&P::command(), arguments)).map_err(|error| {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(&text),
            // `kapelle flow` alone: the help is the answer, but nothing was done.
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Stream::Err.print(text.as_bytes()).map(|()| Outcome::Usage)
            }
            _ => Err(Stop::Usage(text.trim_start_matches("error: ").trim_end().to_owned())),
        }
    })
}

fn short_help<P: CommandFactory>() -> Ending {
    print(&P::command().render_help().to_string())
}

/// Prints what a command that only looks something up found.
fn answer(text: anyhow::Result<String>) -> Ending {
    print(&text?)
}

fn print(text: &str) -> Ending {
    Stream::Out.print(text.as_bytes()).map(|()| Outcome::Ok)
}
