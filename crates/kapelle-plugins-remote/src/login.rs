//! Who logs in where: what all tasks over other machines have in common.

use kapelle_http::{Login as ProxyLogin, Proxy, ProxyKind};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

/// Who logs in where.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Login {
    /// The name or the address of the server.
    pub(crate) host: Expr<String>,
    /// Who logs in.
    pub(crate) username: Option<Expr<Text>>,
    /// The password.
    pub(crate) password: Option<Expr<Text>>,
    /// Whether signatures of the old kind `ssh-rsa`, with SHA-1, are accepted and made. Of no effect without SSH.
    pub(crate) enable_ssh_rsa1: Option<Expr<bool>>,
}

impl Login {
    pub(crate) fn host(&self, cx: &RunContext) -> Result<String, Failure> {
        let host = cx.render(&self.host)?.trim().trim_matches(['[', ']']).to_owned();
        let is_name =
            !host.is_empty() && !host.contains(|found: char| found.is_whitespace() || "/@\0".contains(found));
        if is_name {
            Ok(host)
        } else {
            Err(Failure::new(format!("`{host}` in `host` is no name of a server")))
        }
    }
}

/// A port, where one is written; else this one.
pub(crate) fn port(cx: &RunContext, written: Option<&Expr<String>>, usual: u16) -> Result<u16, Failure> {
    let Some(written) = cx.filled(written)? else { return Ok(usual) };
    let port = written.trim().parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| Failure::new(format!("`{written}` in `port` is no port: there are 1 to 65535")))
}

/// A proxy as flows write it.
pub(crate) struct Written<'w> {
    pub(crate) kind: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) user: Option<Text>,
    pub(crate) password: Option<Text>,
    /// The name of the property that says where it is.
    pub(crate) place: &'w str,
}

/// The proxy, if one is meant.
pub(crate) fn proxy(written: Written<'_>) -> Result<Option<Proxy>, Failure> {
    let kind = written.kind.unwrap_or_default().to_ascii_uppercase();
    let (kind, usual) = match (kind.as_str(), &written.host) {
        ("" | "DIRECT", None) | ("DIRECT", _) => return Ok(None),
        ("HTTP", _) => (ProxyKind::Http, 3128),
        ("" | "SOCKS" | "SOCKS5", _) => (ProxyKind::Socks, 1080),
        (other, _) => {
            return Err(Failure::new(format!("`{other}` in `proxyType` is none of HTTP, SOCKS and DIRECT")));
        }
    };
    let host = written
        .host
        .ok_or_else(|| Failure::new(format!("a proxy needs `{}`, where it is", written.place)))?;
    let port = match written.port {
        None => usual,
        Some(port) => {
            port.trim().parse().map_err(|_| Failure::new(format!("`{port}` in `proxyPort` is no port")))?
        }
    };
    let login = written.user.map(|user| ProxyLogin {
        user: user.expose().to_owned(),
        password: written.password.unwrap_or_default().expose().to_owned(),
    });
    let authorization = login
        .as_ref()
        .map(|login| format!("Basic {}", base64(&format!("{}:{}", login.user, login.password))));
    Ok(Some(Proxy { kind, host, port, login, authorization }))
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let whole = [three, &[0; 2]].concat();
        let bits = u32::from_be_bytes([0, whole[0], whole[1], whole[2]]);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            encoded.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        for (text, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("user:pass", "dXNlcjpwYXNz")] {
            assert_eq!(base64(text), encoded, "{text}");
        }
    }
}
