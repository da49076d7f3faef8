//! `io.kestra.plugin.docker.cli.Compose`: containers that belong together, by the program that knows how.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_model::{Failure, Text};
use kapelle_plugin::files::relative;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::address::Address;
use super::secure::CERTIFICATES;
use crate::scripts::{Facts, Output, PROCESS, Plan, Properties, Source, World, quoted, run};

const FACTS: Facts = Facts {
    name: "Docker Compose",
    image: "docker:27.5.1-cli",
    // In a container there is no engine that it could ask.
    runner: Some(PROCESS),
    ..Facts::USUAL
};

/// What is there is chosen where it runs: the plugin of `docker`, or the program of its own.
const CHOICE: &str = "if docker compose version >/dev/null 2>&1; then set -- docker compose; \
     elif command -v docker-compose >/dev/null; then set -- docker-compose; \
     else echo \"$KAPELLE_COMPOSE_MISSING\" >&2; exit 127; fi";

const MISSING: &str = "there is no Docker Compose where the task runs: install it (`docker-compose-plugin` of Docker, or \
     `docker-compose` of Debian), or run the task in a container that reaches the engine, by `taskRunner: {type: \
     io.kestra.plugin.scripts.runner.docker.Docker, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}`";

/// # Run Docker Compose
///
/// Runs `docker compose` with files that say which containers belong together. It runs on this machine, which needs the
/// program, unless a runner is named.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Compose {
    /// The file with the services: its text, its address, or its path among the files of the task. Without any, Compose looks
    /// for `compose.yaml`.
    #[serde(rename = "composeFile")]
    file: Option<Expr<Text>>,
    /// Several of them; what later ones say is put over what earlier ones say.
    #[serde(rename = "composeFiles")]
    files: Option<Expr<Vec<Text>>>,
    /// The command of Compose with its options, such as `[up, --detach]`.
    #[serde(rename = "composeArgs")]
    arguments: Expr<Vec<Text>>,
    #[serde(flatten)]
    shared: Properties,
}

impl Task for Compose {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.Compose";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let none = Expr::of(Property::List(Arc::from([])));
        let plan = |cx: &RunContext, world: &World<'_>| self.plan(cx, world);
        run(cx, &FACTS, &self.shared, plan, Source::Commands(&none)).await
    }
}

impl Compose {
    fn plan(&self, cx: &RunContext, world: &World<'_>) -> Result<Plan, Failure> {
        if world.first(&["docker", "docker-compose"]).is_none() {
            return Err(Failure::new(MISSING));
        }
        let arguments = cx.render(&self.arguments)?;
        if arguments.is_empty() {
            return Err(Failure::new(
                "`composeArgs` says nothing: write a command of Compose with its options, such as `[up, --detach]`",
            ));
        }
        let given = [("KAPELLE_COMPOSE_MISSING", MISSING), ("COMPOSE_ANSI", "never")];
        let mut environment: BTreeMap<_, _> =
            given.into_iter().map(|(name, value)| (name.to_owned(), Text::from(value))).collect();
        if world.is_here {
            environment.extend(engine(cx)?);
        }
        let (mut files, mut line) = (Vec::new(), Text::from("\"$@\""));
        let first = cx.filled(self.file.as_ref())?;
        let more = cx.filled(self.files.as_ref())?.unwrap_or_default();
        for (index, written) in first.into_iter().chain(more).enumerate() {
            let path = if is_content(cx, written.expose()) {
                let name = format!(".compose-{}.yaml", index + 1);
                files.push((name.clone(), written));
                name
            } else {
                relative(written.expose())?
            };
            line = Text::concat(&line, &Text::from(format!(" --file {}", quoted(&path))));
        }
        for word in &arguments {
            line = Text::concat(&line, &Text::from(" "));
            line = Text::concat(&line, &safe(word));
        }
        Ok(Plan { environment, files, commands: Some(vec![Text::from(CHOICE), line]), ..Plan::default() })
    }
}

/// What the programs of Docker are told of the engine of the installation.
fn engine(cx: &RunContext) -> Result<BTreeMap<String, Text>, Failure> {
    let address = Address::chosen(None, |name| cx.host.setting(name))?;
    let mut told = BTreeMap::from([("DOCKER_HOST".to_owned(), Text::from(address.for_programs()))]);
    if address.is_secure() {
        told.insert("DOCKER_TLS_VERIFY".to_owned(), Text::from("1"));
        let folder = cx.host.setting(CERTIFICATES);
        told.extend(folder.map(|folder| ("DOCKER_CERT_PATH".to_owned(), Text::from(folder))));
    }
    Ok(told)
}

/// Whether this is what a file says, or the address of one, and no path.
fn is_content(cx: &RunContext, written: &str) -> bool {
    cx.host.files().is_address(written) || written.trim().contains('\n') || written.contains(": ")
}

/// A word that a shell leaves as it is.
fn safe(word: &Text) -> Text {
    let safe = Text::from(quoted(word.expose()));
    if word.has_secret() { safe.into_secret() } else { safe }
}
