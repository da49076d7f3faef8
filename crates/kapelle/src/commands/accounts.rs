//! `kapelle auths …` and `kapelle tenants …`: the first account of a server, and tenants where it has them.

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::json;

use super::client::output;
use super::client::{Ask, Client, General, ServerOptions};
use super::secrets;
use crate::outcome::{Ending, Stop};

/// Make the first account of a server
#[derive(Debug, Subcommand)]
pub(crate) enum Auths {
    /// Accounts
    #[command(subcommand)]
    Users(Box<Users>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    Create(Box<Create>),
    /// Accepted for scripts: the account of a server may do everything
    #[command(name = "set-superadmin")]
    SetSuperAdmin(super::maintenance::Anything),
}

/// Make an account; a server has one
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// An e-mail address
    #[arg(long, value_name = "NAME")]
    username: String,

    /// 8 to 256 characters with large and small letters and digits; asked for when it is not here
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,

    /// What the server printed at its start, if it is not on this machine
    #[arg(long, value_name = "CODE")]
    code: Option<String>,

    /// Accepted for scripts: the account of a server may do everything
    #[arg(long, alias = "superadmin")]
    admin: bool,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Make tenants, on servers that have several
#[derive(Debug, Subcommand)]
pub(crate) enum Tenants {
    Create(CreateTenant),
}

/// Make a tenant
#[derive(Debug, Args)]
pub(crate) struct CreateTenant {
    /// What it is called [default: its id]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Accepted for scripts
    #[arg(long, hide = true)]
    admin_username: Option<String>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(crate) fn auths(command: &Auths) -> Ending {
    let Auths::Users(command) = command;
    match &**command {
        Users::Create(arguments) => create(arguments),
        Users::SetSuperAdmin(_) => output::line("Nothing to do: the account of a server may do everything."),
    }
}

fn create(arguments: &Create) -> Ending {
    let password = match &arguments.password {
        Some(password) => password.clone(),
        None => secrets::ask::value("the password")?,
    };
    let client = Client::of(&arguments.server)?;
    let mut body = json!({
        "username": arguments.username,
        "password": password,
        "tenant": {"id": client.tenant(), "name": client.tenant()},
    });
    if let Some(code) = &arguments.code {
        body["code"] = code.as_str().into();
    }
    let ask = Ask::new("POST", &["setup"]).instance().json(&body);
    let (status, answer) = client.exchange(&ask)?;
    match status {
        405 => {
            Err(Stop::Failed(anyhow!("{} has its account already; this version keeps one", client.server())))
        }
        200..300 => output::line(&format!("User {} successfully created !", arguments.username)),
        _ => Err(client.refused(status, &answer)),
    }
}

pub(crate) fn tenants(command: &Tenants) -> Ending {
    let Tenants::Create(arguments) = command;
    let client = Client::of(&arguments.server)?;
    let id = arguments
        .server
        .tenant
        .as_ref()
        .ok_or_else(|| Stop::Usage("name it with `--tenant ID`".to_owned()))?;
    if id == "main" {
        return output::line("Nothing to do: the tenant `main` is there.");
    }
    let body = json!({"id": id, "name": arguments.name.as_ref().unwrap_or(id)});
    match client.find(&Ask::new("POST", &["tenants"]).instance().json(&body))? {
        Some(_) => output::line(&format!("Tenant {id} successfully created !")),
        None => {
            Err(Stop::Failed(anyhow!("{} has one tenant, `main`, and can have no other", client.server())))
        }
    }
}
