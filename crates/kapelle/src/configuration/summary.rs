//! What an installation would be, in lines for people. Nothing secret is among them.

use std::path::Path;
use std::time::Duration;

use kapelle_core::language::Language;
use kapelle_engine::plan::OnLost;
use kapelle_model::Value;

use super::doors::DoorSettings;
use super::keys;
use super::settings::{Addresses, FlowSettings, Keeping, Settings, SignIn};

pub(super) fn lines(settings: &Settings) -> Vec<(&'static str, String)> {
    let Settings { addresses, sign_in, flows, keeping, .. } = settings;
    let mut lines = vec![("address", address(addresses)), ("sign-in", who(sign_in))];
    lines.extend(of_doors(&settings.doors));
    lines.extend(addresses.url.clone().map(|url| ("links", url)));
    lines.push(("data", data(keeping)));
    lines.push(("encryption", encryption(keeping)));
    lines
        .extend(keeping.tasks.as_deref().map(|folder| ("tasks", format!("work below {}", folder.display()))));
    lines
        .extend(keeping.executions.map(|period| ("retention", format!("{} after their end", words(period)))));
    lines.extend(of_flows(flows));
    let definitions = flows.definitions.as_deref();
    lines.extend(definitions.map(|folder| ("definitions", format!("from {}", folder.display()))));
    lines.push(("schedules", format!("missed ones: {:?}", settings.recover.unwrap_or_default())));
    let lost = if settings.on_lost == OnLost::Retry { "begin again" } else { "fail" };
    lines.push(("lost tasks", lost.to_owned()));
    lines.push(("stopping", format!("tasks have {}", words(settings.grace))));
    lines.push(("tutorial", if settings.has_tutorials { "when empty" } else { "never" }.to_owned()));
    lines.push(("answers", format!("profile {}", settings.profile)));
    lines.push(("log", settings.log_level.to_owned()));
    lines
}

fn address(addresses: &Addresses) -> String {
    let port = |port: u16| if port == 0 { "any free port".to_owned() } else { format!("port {port}") };
    let path = addresses.context_path.as_deref().map_or(String::new(), |path| format!(" below {path}"));
    let management = addresses
        .management_port
        .map_or("no management port".to_owned(), |management| format!("management on {}", port(management)));
    let host = addresses.host.as_deref().unwrap_or("this machine, or on all addresses of a container");
    format!("{} on {host}{path}, {management}", port(addresses.port))
}

fn of_doors(doors: &DoorSettings) -> Vec<(&'static str, String)> {
    let tls = doors.tls.as_ref();
    let tls = tls.map(|tls| format!("on port {}, with {}", tls.port, tls.certificate.display()));
    let lines = [
        ("TLS", tls.unwrap_or_default()),
        ("names", doors.hosts.join(", ")),
        ("pages", doors.origins.join(", ")),
        ("proxies", doors.forwarders.join(", ")),
    ];
    lines.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn who(sign_in: &SignIn) -> String {
    if sign_in.is_open {
        return "nobody is asked: whoever reaches the port may do everything".to_owned();
    }
    let account = match &sign_in.account {
        Some(account) => {
            let has = if account.password.expose().is_empty() { "an empty password" } else { "a password" };
            format!("{} with {has} (realm {})", account.username, sign_in.realm)
        }
        None => "the account that the first start asks for".to_owned(),
    };
    let proxies = sign_in.trusted_proxies.join(", ");
    let proxies = if proxies.is_empty() { proxies } else { format!("; or whom the proxies {proxies} name") };
    let open = sign_in.open_urls.join(", ");
    let open = if open.is_empty() { open } else { format!("; nobody is asked at {open}") };
    account + &proxies + &open
}

fn data(keeping: &Keeping) -> String {
    let files = keeping.files.as_deref().map(Path::display);
    let files = files.map_or(String::new(), |folder| format!(", files in {folder}"));
    let place =
        if keeping.is_in_memory { "in memory, gone with the process" } else { "in the folder of the data" };
    format!("{place}{files}")
}

fn encryption(keeping: &Keeping) -> String {
    let which = if keeping.encryption_key.is_some() {
        "the configured key"
    } else {
        "a key of the folder of the data"
    };
    format!("with {which}")
}

fn of_flows(flows: &FlowSettings) -> Vec<(&'static str, String)> {
    let names = |name: &str| match flows.variables.get(name) {
        Some(Value::Map(map)) => map.keys().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    let defaults: Vec<&str> = flows.defaults.iter().map(|default| default.type_name.as_str()).collect();
    let folders: Vec<String> = flows.local_files.iter().map(|folder| folder.display().to_string()).collect();
    let tasks = flows.task_settings.get(keys::LOCAL_TASKS.name).cloned().unwrap_or_default();
    let language = if flows.language == Language::Two { "2" } else { "1" };
    let recursive = if flows.is_recursive { ", rendered again and again" } else { "" };
    let lines = [
        ("globals", names("globals")),
        ("envs", names("envs")),
        ("defaults", defaults.join(", ")),
        ("file://", folders.join(", ")),
        ("fs.local", tasks),
        ("language", format!("{language}{recursive}")),
    ];
    lines.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn words(period: Duration) -> String {
    jiff::SignedDuration::try_from(period).map_or_else(|_| "for ever".to_owned(), |period| period.to_string())
}
