//! Where a server is reached, and whom it lets in, as the configuration says it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use kapelle_runtime::machine_now;
use kapelle_server::auth::{Accounts, Network, Policy};
use kapelle_server::gate::{AccountGate, Gate};
use kapelle_server::{AccessLog, Doors, Entry, Tls};
use kapelle_store::Store;

use super::Arguments;
use crate::configuration::doors::TlsFiles;
use crate::configuration::settings::{Settings, SignIn};
use crate::outcome::Stop;
use crate::terminal::{note, setting};

/// How long requests at work have to end, of the time that tasks have: streams would never.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// Options of the command line come before the configuration.
pub(super) fn doors(arguments: &Arguments, settings: &Settings) -> Result<Doors, Stop> {
    let addresses = &settings.addresses;
    let host = match (arguments.host, &addresses.host) {
        (Some(host), _) => host,
        (None, Some(name)) => name.parse().map_err(|_| {
            Stop::Usage(format!(
                "`micronaut.server.host` is `{name}`: it has to be an address, such as 0.0.0.0"
            ))
        })?,
        (None, None) if is_in_container() => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        (None, None) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let management = match arguments.management_port {
        Some(port) => Some(port).filter(|port| *port != 0),
        None => addresses.management_port,
    };
    let tls = settings.doors.tls.as_ref();
    let port = arguments.port.unwrap_or_else(|| tls.map_or(addresses.port, |tls| tls.port));
    Ok(Doors {
        api: SocketAddr::new(host, port),
        management: management.map(|port| SocketAddr::new(host, port)),
        tls: tls.map(encryption).transpose()?,
        drain: settings.grace.min(DRAIN_MAX),
    })
}

fn encryption(files: &TlsFiles) -> Result<Arc<Tls>, Stop> {
    let opened = Tls::open(files.certificate.clone(), files.key.clone(), Arc::new(note));
    opened.map_err(|why| Stop::Failed(anyhow!("TLS cannot be spoken: {why}")))
}

/// What stands in front of every path: nothing, or segments with a slash before each.
pub(super) fn base(settings: &Settings) -> Result<String, Stop> {
    let Some(given) = &settings.addresses.context_path else { return Ok(String::new()) };
    let segments: Vec<&str> = given.split('/').filter(|segment| !segment.is_empty()).collect();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
    let is_fine = segments.iter().all(|segment| segment.chars().all(plain) && !segment.starts_with('.'));
    if !is_fine || segments.first() == Some(&"api") {
        let must = "it has to be a path such as /kestra, of letters and digits, and not /api";
        return Err(Stop::Usage(format!("`micronaut.server.context-path` is `{given}`: {must}")));
    }
    Ok(segments.iter().fold(String::new(), |path, segment| path + "/" + segment))
}

/// What is looked at before anybody is asked who they are.
pub(super) fn entry(settings: &Settings) -> Result<Entry, Stop> {
    let doors = &settings.doors;
    Ok(Entry {
        hosts: doors.hosts.clone(),
        origins: doors.origins.clone(),
        forwarders: forwarders(settings)?,
        realm: Some(settings.sign_in.realm.clone()).filter(|realm| !realm.is_empty()),
        limits: doors.limits,
    })
}

/// Whoever may say who somebody is may also say where they are.
fn forwarders(settings: &Settings) -> Result<Vec<Network>, Stop> {
    let mut all = networks("kapelle.server.forwarded.addresses", &settings.doors.forwarders)?;
    all.extend(proxies(settings)?);
    Ok(all)
}

fn proxies(settings: &Settings) -> Result<Vec<Network>, Stop> {
    networks("kapelle.server.trusted-header.addresses", &settings.sign_in.trusted_proxies)
}

fn networks(key: &str, texts: &[String]) -> Result<Vec<Network>, Stop> {
    let read = |text: &String| {
        Network::read(text).ok_or_else(|| {
            let must = "it has to be an address, or a network such as 10.0.0.0/8";
            Stop::Usage(format!("`{key}` has `{text}`: {must}"))
        })
    };
    texts.iter().map(read).collect()
}

/// Lines about requests go where all others go.
pub(super) fn access(settings: &Settings) -> Option<AccessLog> {
    settings.doors.has_access_log.then(|| Arc::new(note) as AccessLog)
}

/// Whether the process is alone on its network, so that nobody reaches it unless somebody publishes its port.
fn is_in_container() -> bool {
    let marks = ["/.dockerenv", "/run/.containerenv"];
    marks.iter().any(|mark| Path::new(mark).exists()) || setting("KUBERNETES_SERVICE_HOST").is_some()
}

/// Who may come in. How the first account is made is told where only who runs the server reads it.
pub(super) fn gate(store: &Arc<dyn Store>, settings: &Settings) -> Result<Arc<dyn Gate>, Stop> {
    let SignIn { account, is_open, .. } = &settings.sign_in;
    let account = account.as_ref().map(|account| (account.username.as_str(), &account.password));
    let policy = policy(settings)?;
    let accounts = Accounts::start(Arc::clone(store), Arc::new(machine_now), policy, account)
        .map_err(|error| Stop::Failed(anyhow!("{error}")))?;
    if *is_open {
        note("warning: nobody is asked who they are: whoever reaches the port may do everything");
    }
    if let Some(code) = accounts.code() {
        note(&format!(
            "there is no account yet: open the address on this machine, or use the code {code} from elsewhere (15 min)"
        ));
    }
    Ok(Arc::new(AccountGate::new(accounts)))
}

fn policy(settings: &Settings) -> Result<Policy, Stop> {
    let SignIn { is_open, open_urls, trusted_groups, .. } = &settings.sign_in;
    let doors = &settings.doors;
    Ok(Policy {
        is_open: *is_open,
        open_urls: open_urls.clone(),
        proxies: proxies(settings)?,
        groups: trusted_groups.clone(),
        url: settings.addresses.url.clone(),
        hosts: doors.hosts.clone(),
        origins: doors.origins.clone(),
        forwarders: forwarders(settings)?,
        guesses: doors.guesses,
    })
}
