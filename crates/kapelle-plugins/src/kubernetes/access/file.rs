//! A kubeconfig: the file of an administrator, with clusters, users and contexts.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_core::expression::plain;
use kapelle_http::{Check, Client};
use kapelle_model::{Failure, Text};
use serde::Deserialize;

use super::credential::{Program, credential};
use super::{Access, Login, Wanted};
use crate::kubernetes::data::json;

/// The file that says where the cluster is and who one is there.
pub const KUBECONFIG: &str = "kapelle.kubernetes.kubeconfig";

/// Which of its contexts, if not the current one.
pub const CONTEXT: &str = "kapelle.kubernetes.context";

/// Bytes of such a file.
const BYTES_MAX: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Config {
    #[serde(default)]
    current_context: Option<String>,
    #[serde(default)]
    clusters: Vec<Named>,
    #[serde(default)]
    users: Vec<Named>,
    #[serde(default)]
    contexts: Vec<Named>,
}

/// An entry of a list: its part is called like the list.
#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default)]
    cluster: Option<Cluster>,
    #[serde(default)]
    user: Option<User>,
    #[serde(default)]
    context: Option<Context>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<String>,
    #[serde(default)]
    insecure_skip_tls_verify: bool,
    proxy_url: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct User {
    client_certificate: Option<String>,
    client_certificate_data: Option<String>,
    client_key: Option<String>,
    client_key_data: Option<String>,
    token: Option<String>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    username: Option<String>,
    password: Option<String>,
    exec: Option<Program>,
    auth_provider: Option<serde::de::IgnoredAny>,
}

#[derive(Clone, Deserialize)]
struct Context {
    cluster: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    namespace: Option<String>,
}

/// Reads the file; of several with colons between them, the first that is there.
pub(super) async fn read(client: &Client, paths: &str, context: Option<&str>) -> Result<Access, Failure> {
    let mut all = paths.split(':').filter(|path| !path.is_empty()).map(Path::new);
    let path = all.find(|path| path.is_file()).ok_or_else(|| {
        Failure::new(format!(
            "there is no kubeconfig at `{paths}`, which the setting `{KUBECONFIG}` or KUBECONFIG names"
        ))
    })?;
    let shown = path.display();
    let failed = |what: &str| Failure::new(format!("the kubeconfig `{shown}` cannot be used: {what}"));
    if fs::metadata(path).is_ok_and(|data| data.len() > BYTES_MAX) {
        return Err(failed("it is larger than 1 MiB"));
    }
    let text = fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
    let (cluster, user, namespace) = chosen(&text, context).map_err(|what| failed(&what))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    if cluster.proxy_url.is_some() {
        return Err(failed("its cluster is behind a `proxy-url`, through which tasks cannot go"));
    }
    if user.auth_provider.is_some() {
        return Err(failed("`auth-provider` is gone from Kubernetes: write `exec` or `token` instead"));
    }
    let part = |data: Option<&String>, file: Option<&String>| part(folder, data, file);
    let authority = part(cluster.certificate_authority_data.as_ref(), cluster.certificate_authority.as_ref())
        .map_err(|what| failed(&what))?;
    let certificate = part(user.client_certificate_data.as_ref(), user.client_certificate.as_ref())
        .map_err(|what| failed(&what))?;
    let key = part(user.client_key_data.as_ref(), user.client_key.as_ref()).map_err(|what| failed(&what))?;
    let (login, identity) = match &user.exec {
        Some(program) => credential(program, folder).await.map_err(|what| failed(&what))?,
        None => (login(&user, folder), None),
    };
    let wanted = Wanted {
        server: &cluster.server,
        authority,
        identity: certificate.zip(key).or(identity),
        check: if cluster.insecure_skip_tls_verify { Check::Nothing } else { Check::Everything },
        login,
        namespace,
    };
    Access::new(client, wanted, &format!("the kubeconfig `{shown}`"))
}

/// What the file says of a context.
fn chosen(text: &str, context: Option<&str>) -> Result<(Cluster, User, Option<String>), String> {
    let tree = plain::from_yaml(text)?;
    let tree = json(&tree).map_err(|failure| failure.to_string())?;
    // What serde says of a value could show a secret; its place says enough.
    let config: Config = serde_json::from_value(tree)
        .map_err(|_| "it has not the shape of one (`kubectl config view` shows how it looks)".to_owned())?;
    let name = context.map(str::to_owned).or(config.current_context).filter(|name| !name.is_empty());
    let name = name.ok_or("it has no `current-context`")?;
    let missing = |what: &str, name: &str| format!("it has no {what} `{name}`");
    let found = config.contexts.into_iter().find(|found| found.name == name);
    let context = found.and_then(|found| found.context).ok_or_else(|| missing("context", &name))?;
    let found = config.clusters.into_iter().find(|found| found.name == context.cluster);
    let cluster =
        found.and_then(|found| found.cluster).ok_or_else(|| missing("cluster", &context.cluster))?;
    let found = config.users.into_iter().find(|found| found.name == context.user);
    let user = match found {
        Some(found) => found.user.unwrap_or_default(),
        None if context.user.is_empty() => User::default(),
        None => return Err(missing("user", &context.user)),
    };
    Ok((cluster, user, context.namespace))
}

fn login(user: &User, folder: &Path) -> Login {
    match (&user.token_file, &user.token, &user.username) {
        (Some(file), _, _) => Login::TokenFile(at(folder, file)),
        (_, Some(token), _) => Login::Token(Text::from(&**token).into_secret()),
        (_, _, Some(name)) => Login::Password {
            user: Text::from(&**name),
            password: Text::from(user.password.as_deref().unwrap_or_default()).into_secret(),
        },
        _ => Login::None,
    }
}

/// Where a file is that a kubeconfig names: seen from its own folder.
pub(super) fn at(folder: &Path, file: &str) -> PathBuf {
    folder.join(file)
}

/// PEM that stands here in base64, or in a file.
fn part(folder: &Path, data: Option<&String>, file: Option<&String>) -> Result<Option<Text>, String> {
    if let Some(data) = data {
        return pem(data).map(|text| Some(text.into_secret()));
    }
    let Some(file) = file else { return Ok(None) };
    let place = at(folder, file);
    let text = fs::read_to_string(&place).map_err(|error| format!("`{}`: {error}", place.display()))?;
    Ok(Some(Text::from(text).into_secret()))
}

/// PEM, as it is or in base64.
pub(in crate::kubernetes) fn pem(data: &str) -> Result<Text, String> {
    if data.contains("-----BEGIN") {
        return Ok(Text::from(data));
    }
    let packed: String = data.split_whitespace().collect();
    let bytes = plain::from_base64(&packed).map_err(|_| "a certificate or key is no base64".to_owned())?;
    String::from_utf8(bytes).map(Text::from).map_err(|_| "a certificate or key is no PEM".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
        clusters: [{name: c, cluster: {server: 'https://h:6443', insecure-skip-tls-verify: true}}]\n\
        users: [{name: u, user: {token: hunter2}}, {name: p, user: {username: n, password: w}}]\n\
        contexts: [{name: a, context: {cluster: c, user: u, namespace: jobs}}, {name: b, context: {cluster: c, user: p}},\n\
        \x20 {name: d, context: {cluster: x, user: u}}, {name: e, context: {cluster: c, user: y}}]\n";

    #[test]
    fn a_context_names_cluster_user_and_namespace() {
        let (cluster, user, namespace) = chosen(FILE, None).unwrap();
        assert_eq!((&*cluster.server, namespace.as_deref()), ("https://h:6443", Some("jobs")));
        assert_eq!(login(&user, Path::new("/f")), Login::Token(Text::from("hunter2").into_secret()));
        let (_, user, _) = chosen(FILE, Some("b")).unwrap();
        assert!(matches!(login(&user, Path::new("/f")), Login::Password { .. }));
    }

    #[test]
    fn what_is_missing_is_told() {
        let told = |text, context| chosen(text, context).err().unwrap();
        assert_eq!(told(FILE, Some("z")), "it has no context `z`");
        assert_eq!(told(FILE, Some("d")), "it has no cluster `x`");
        assert_eq!(told(FILE, Some("e")), "it has no user `y`");
        assert_eq!(told("{}", None), "it has no `current-context`");
        assert!(told("clusters: 3", None).starts_with("it has not the shape"));
    }

    #[test]
    fn certificates_are_pem_or_base64_of_it() {
        let text = "-----BEGIN CERTIFICATE-----\nx\n";
        assert_eq!(pem(text).unwrap().expose(), text);
        assert_eq!(pem(&plain::to_base64(text.as_bytes())).unwrap().expose(), text);
        assert_eq!(pem("%").unwrap_err(), "a certificate or key is no base64");
    }
}
