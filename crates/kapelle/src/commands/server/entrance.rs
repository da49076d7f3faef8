//! Where a server is reached, and whom it lets in, as the configuration says it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use kapelle_runtime::machine_now;
use kapelle_server::Doors;
use kapelle_server::auth::{Accounts, Network, Policy};
use kapelle_server::gate::{AccountGate, Gate};
use kapelle_store::Store;

use super::Arguments;
use crate::configuration::settings::{Settings, SignIn};
use crate::outcome::Stop;
use crate::terminal::{note, setting};

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
    if let Some(path) = &addresses.context_path {
        let why = "this version is always at the root; let a proxy add it";
        return Err(Stop::Usage(format!("`micronaut.server.context-path` is `{path}`: {why}")));
    }
    let management = match arguments.management_port {
        Some(port) => Some(port).filter(|port| *port != 0),
        None => addresses.management_port,
    };
    Ok(Doors {
        api: SocketAddr::new(host, arguments.port.unwrap_or(addresses.port)),
        management: management.map(|port| SocketAddr::new(host, port)),
    })
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
    let SignIn { is_open, open_urls, trusted_proxies, trusted_groups, .. } = &settings.sign_in;
    let network = |text: &String| {
        Network::read(text).ok_or_else(|| {
            let key = "kapelle.server.trusted-header.addresses";
            Stop::Usage(format!(
                "`{key}` has `{text}`: it has to be an address, or a network such as 10.0.0.0/8"
            ))
        })
    };
    Ok(Policy {
        is_open: *is_open,
        open_urls: open_urls.clone(),
        proxies: trusted_proxies.iter().map(network).collect::<Result<_, _>>()?,
        groups: trusted_groups.clone(),
        url: settings.addresses.url.clone(),
    })
}
