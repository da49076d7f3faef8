//! `kapelle config …`: the server that the other commands ask, and the token that opens it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::client::output::{self, Output, text};
use super::client::{Ask, Client, General, ServerOptions, options, saved};
use super::secrets;
use crate::outcome::{Ending, Stop};
use crate::terminal::note;

/// Set the server that commands ask, and the token for it
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The server that commands ask
    #[command(subcommand)]
    Server(Server),
    /// The token that they bring
    #[command(subcommand)]
    Token(Token),
    /// Let the server make a token
    #[command(subcommand)]
    Auth(Box<Auth>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Server {
    /// Keep an address in `~/.kestra/cli.yml`
    Set {
        #[arg(value_name = "URL")]
        url: String,
    },
    /// Print the address
    Get {
        #[arg(long, short, value_enum, default_value_t)]
        output: Output,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Keep a token in `~/.kestra/cli.yml`
    Set {
        /// Read from standard input when it is not here
        #[arg(value_name = "TOKEN")]
        token: Option<String>,
    },
    /// Forget the token
    Unset,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    Token(MakeToken),
}

/// Let the server make a token, and keep it in `~/.kestra/cli.yml`
///
/// Name and password come from `--user`, from `$KAPELLE_USER`, or are asked for.
#[derive(Debug, Args)]
pub(crate) struct MakeToken {
    /// Make one; nothing else can be done yet
    #[arg(long, required = true)]
    create: bool,

    /// What it is called at the server
    #[arg(long, value_name = "NAME", default_value = "command line")]
    name: String,

    /// How long it is good, such as P90D [default: for ever]
    #[arg(long, value_name = "DURATION")]
    max_age: Option<String>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Server(Server::Set { url }) => set_server(url),
        Command::Server(Server::Get { output }) => get_server(*output),
        Command::Token(Token::Set { token }) => set_token(token.as_deref()),
        Command::Token(Token::Unset) => {
            keep_token(None)?;
            output::line("the token is forgotten")
        }
        Command::Auth(command) => match &**command {
            Auth::Token(arguments) => make_token(arguments),
        },
    }
}

/// Another server has other tokens.
fn set_server(url: &str) -> Ending {
    let url = options::address(url)?;
    let before = saved::read()?;
    let keeps = before.server.as_deref() == Some(&url);
    let token = before.token.filter(|_| keeps);
    let path = saved::write(&saved::Saved { server: Some(url.clone()), token, tenant: before.tenant })?;
    output::line(&format!("server: {url} (kept in {})", path.display()))
}

fn get_server(output: Output) -> Ending {
    let client = Client::of(&ServerOptions::default())?;
    let value =
        json!({"server": client.server(), "tenant": client.tenant(), "token": client.has_credentials()});
    output::one(&value, output, || format!("{}\n", client.server()))
}

fn set_token(token: Option<&str>) -> Ending {
    let token = match token {
        Some(token) => token.trim().to_owned(),
        None => secrets::ask::value("the token")?,
    };
    keep_token(Some(token))
}

fn keep_token(token: Option<String>) -> Ending {
    let before = saved::read()?;
    let path = saved::write(&saved::Saved { token, ..before })?;
    output::line(&format!("token: kept in {}", path.display()))
}

fn make_token(arguments: &MakeToken) -> Ending {
    let client = Client::of(&arguments.server)?;
    let (status, _) = client.exchange(&Ask::get(&["configs"]).instance())?;
    let client = if status == 401 {
        Client::of(&with_user(&arguments.server)?)?
    } else if status == 200 && !client.has_credentials() {
        note(&format!("{} asks nobody who they are: no token is needed", client.server()));
        let path =
            saved::write(&saved::Saved { server: Some(client.server().to_owned()), ..saved::read()? })?;
        return output::line(&format!("server: {} (kept in {})", client.server(), path.display()));
    } else {
        client
    };
    let mut body = json!({"name": arguments.name});
    if let Some(age) = &arguments.max_age {
        body["maxAge"] = age.as_str().into();
    }
    let made = client.send(&Ask::new("POST", &["me", "api-tokens"]).instance().json(&body))?.json()?;
    let token = text(&made["fullToken"]);
    if token.is_empty() {
        return Err(Stop::Failed(anyhow::anyhow!("{} made no token", client.server())));
    }
    let kept = saved::Saved {
        server: Some(client.server().to_owned()),
        token: Some(token),
        tenant: arguments.server.tenant.clone(),
    };
    let path = saved::write(&kept)?;
    output::line(&format!("token `{}`: kept in {}", arguments.name, path.display()))
}

/// The same options with a name and a password, which are asked for where somebody can answer.
fn with_user(server: &ServerOptions) -> Result<ServerOptions, Stop> {
    if server.user.is_some() || server.api_token.is_some() {
        return Ok(server.clone());
    }
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(Stop::Usage(
            "the server wants to know who you are: give `--user NAME:PASSWORD`, or set KAPELLE_USER"
                .to_owned(),
        ));
    }
    let user = secrets::ask::value("NAME:PASSWORD")?;
    Ok(ServerOptions { user: Some(user), ..server.clone() })
}
