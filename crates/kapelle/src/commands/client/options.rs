//! Which server it is, and who asks: from the command line, else from the environment, else as it was saved.

use std::ffi::OsString;

use clap::Args;
use kapelle_core::expression::plain;
use kapelle_http::{Header, Url};

use super::saved::{self, Saved};
use crate::outcome::Stop;
use crate::terminal::setting;

const SERVER_DEFAULT: &str = "http://localhost:8080";
const TENANT_DEFAULT: &str = "main";

/// What every command takes that asks a server.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServerOptions {
    /// The server [default: `$KAPELLE_SERVER`, what `config server set` saved, or `http://localhost:8080`]
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub(crate) server: Option<String>,

    /// Name and password [default: `$KAPELLE_USER`]
    #[arg(long, value_name = "NAME:PASSWORD", help_heading = "Server")]
    pub(crate) user: Option<String>,

    /// A token instead [default: `$KAPELLE_API_TOKEN`, or the saved one]
    #[arg(long, value_name = "TOKEN", help_heading = "Server")]
    pub(crate) api_token: Option<String>,

    /// The tenant [default: `$KAPELLE_TENANT`, or `main`]
    #[arg(long, value_name = "ID", help_heading = "Server")]
    pub(crate) tenant: Option<String>,

    /// More headers for the server, such as those of a proxy
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Server")]
    pub(crate) headers: Vec<String>,
}

/// What every command of Kestra's program takes. Here they change nothing, but scripts may go on passing them.
#[derive(Args, Debug)]
pub(crate) struct General {
    #[arg(long, short, hide = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[arg(long, short, hide = true)]
    log_level: Option<String>,
    #[arg(long, hide = true)]
    internal_log: bool,
    #[arg(long, short, hide = true)]
    config: Option<OsString>,
    #[arg(long, short, hide = true)]
    plugins: Option<OsString>,
}

/// A server and the headers that open it.
pub(super) struct Access {
    pub(super) server: String,
    pub(super) tenant: String,
    pub(super) headers: Vec<Header>,
}

/// What the environment says.
#[derive(Default)]
pub(super) struct Surroundings {
    pub(super) server: Option<String>,
    pub(super) user: Option<String>,
    pub(super) token: Option<String>,
    pub(super) tenant: Option<String>,
}

impl Surroundings {
    /// Variables of our own, else those of Kestra's library for Python.
    fn read() -> Self {
        let password = || setting("KESTRA_PASSWORD");
        let of_library = || Some(format!("{}:{}", setting("KESTRA_USER")?, password()?));
        Self {
            server: setting("KAPELLE_SERVER").or_else(|| setting("KESTRA_HOSTNAME")),
            user: setting("KAPELLE_USER").or_else(of_library),
            token: setting("KAPELLE_API_TOKEN").or_else(|| setting("KESTRA_API_TOKEN")),
            tenant: setting("KAPELLE_TENANT"),
        }
    }
}

impl ServerOptions {
    /// Whether the command line speaks of a server at all.
    pub(crate) fn is_given(&self) -> bool {
        self.server.is_some()
            || self.user.is_some()
            || self.api_token.is_some()
            || self.tenant.is_some()
            || !self.headers.is_empty()
    }
}

impl Access {
    pub(super) fn of(options: &ServerOptions) -> Result<Self, Stop> {
        Self::decide(options, Surroundings::read(), saved::read()?)
    }

    /// What is saved with a server is for that server: another one does not get its token.
    pub(super) fn decide(options: &ServerOptions, around: Surroundings, saved: Saved) -> Result<Self, Stop> {
        let own = saved.server.clone().unwrap_or_else(|| SERVER_DEFAULT.to_owned());
        let server = options.server.clone().or(around.server).unwrap_or_else(|| own.clone());
        let server = address(&server)?;
        let is_own = is_same(&server, &own);
        let saved = if is_own { saved } else { Saved::default() };
        let mut headers = Vec::new();
        // The command line before the environment before what is saved; a user before a token of the same rank.
        let given = authorization(options.user.as_deref(), options.api_token.as_deref())?;
        let around_it = authorization(around.user.as_deref(), around.token.as_deref())?;
        let kept = authorization(None, saved.token.as_deref())?;
        headers.extend(given.or(around_it).or(kept).map(|value| Header::secret("Authorization", value)));
        for text in &options.headers {
            let (name, value) = header(text)?;
            headers.push(Header::secret(name, value));
        }
        let tenant = options.tenant.clone().or(around.tenant).or(saved.tenant);
        Ok(Self { server, tenant: tenant.unwrap_or_else(|| TENANT_DEFAULT.to_owned()), headers })
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.headers.iter().any(|header| header.is("authorization") || header.is("cookie"))
    }
}

/// An address as requests go on from it. `localhost:8080` is one too.
pub(crate) fn address(text: &str) -> Result<String, Stop> {
    let text = text.trim().trim_end_matches('/');
    let address = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&address) {
        Ok(url) if url.user_info().is_some() => Err(Stop::Usage(
            "the address of the server has a password in it: give it with `--user`".to_owned(),
        )),
        Ok(_) => Ok(address),
        Err(reason) => Err(Stop::Usage(format!("`{text}` is no address of a server: {reason}"))),
    }
}

fn is_same(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.is_same_origin(&other),
        _ => false,
    }
}

fn authorization(user: Option<&str>, token: Option<&str>) -> Result<Option<String>, Stop> {
    match (user, token) {
        (Some(user), _) if user.contains(':') => {
            Ok(Some(format!("Basic {}", plain::to_base64(user.as_bytes()))))
        }
        (Some(_), _) => {
            Err(Stop::Usage("`--user` wants NAME:PASSWORD, with a colon between them".to_owned()))
        }
        (None, token) => Ok(token.map(|token| format!("Bearer {token}"))),
    }
}

fn header(text: &str) -> Result<(&str, &str), Stop> {
    let parts = text.split_once('=').or_else(|| text.split_once(':'));
    let parts = parts.map(|(name, value)| (name.trim(), value.trim()));
    parts
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Stop::Usage("`--headers` wants NAME=VALUE".to_owned()))
}
