//! From properties to a request.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_http::{Header, Login, Proxy, ProxyKind, Request, Timeouts, Url};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, RunContext};

use super::content::{content, percent};
use super::properties::{AuthType, HttpProperties, Options, ProxyType};

/// A request with what may be told of it.
pub(super) struct Message {
    pub(super) request: Request,
    /// Its address; as a whole secret if a part of it is.
    pub(super) uri: Text,
    /// The content as it may be logged.
    pub(super) shown: Text,
}

/// The request that the properties describe, for an answer of this kind unless they say otherwise.
pub(super) fn message(cx: &RunContext, properties: &HttpProperties, accept: &str) -> Result<Message, Broken> {
    let written = cx.render(&properties.uri)?;
    let url = Url::parse(written.expose()).map_err(|reason| unfit(&written, &reason))?;
    let (query, has_secret_query) = query(cx, properties.params.as_ref())?;
    let url = url.with_query(&query);
    let uri = Text::from(url.to_string());
    let is_secret = written.has_secret() || has_secret_query;
    let content = content(cx, properties)?;
    let options = &properties.options;
    let mut headers = headers(cx, properties.headers.as_ref())?;
    if !headers.iter().any(|header| header.is("content-type")) && !content.kind.trim().is_empty() {
        headers.push(Header::new("Content-Type", content.kind));
    }
    if !headers.iter().any(|header| header.is("accept")) {
        headers.push(Header::new("Accept", accept));
    }
    let (authorization, digest) = login(cx, options, &url)?;
    if let Some(value) = authorization
        && !headers.iter().any(|header| header.is("authorization"))
    {
        headers.push(Header::secret("Authorization", value));
    }
    let ssl = options.ssl.as_ref().or(properties.ssl_options.as_ref());
    let trusts_all = ssl.and_then(|ssl| ssl.insecure_trust_all_certificates.as_ref());
    let request = Request {
        method: cx.render(&properties.method)?.trim().to_ascii_uppercase(),
        headers,
        payload: content.payload,
        digest,
        proxy: proxy(cx, options)?,
        timeouts: timeouts(cx, options)?,
        follows_redirects: cx.filled(options.follow_redirects.as_ref())?.unwrap_or(true),
        trusts_all: cx.filled(trusts_all)?.unwrap_or(false),
        unpacks: true,
        ..Request::get(url)
    };
    Ok(Message { request, uri: if is_secret { uri.into_secret() } else { uri }, shown: content.shown })
}

fn unfit(uri: &Text, reason: &str) -> Failure {
    Failure::new(format!("`{}` in the property `uri` does not fit: {reason}", uri.masked()))
}

/// The parameters as they stand in an address, and whether one of them is secret.
fn query(cx: &RunContext, params: Option<&Expr<Map>>) -> Result<(String, bool), Failure> {
    let Some(params) = cx.optional(params)? else { return Ok((String::new(), false)) };
    let has_secret = params.values().any(Value::has_secret);
    let mut pairs = Vec::new();
    let mut add = |name: &str, value: &Value| {
        let value = text_of(value).map_err(|error| Failure::new(error.text()))?;
        pairs.push(format!("{}={}", percent(name, false), percent(value.expose(), false)));
        Ok::<_, Failure>(())
    };
    for (name, value) in &params {
        match value {
            Value::Str(_) => add(name, value)?,
            Value::List(items) => items.iter().try_for_each(|item| add(name, item))?,
            Value::Secret(inner) if matches!(**inner, Value::List(_)) => {
                let Value::List(items) = &**inner else { continue };
                items.iter().try_for_each(|item| add(name, item))?;
            }
            _ => {
                return Err(Failure::new(format!(
                    "Unsupported param type: `{name}` is neither a text nor a list; put it into quotes"
                )));
            }
        }
    }
    Ok((pairs.join("&"), has_secret))
}

fn headers(cx: &RunContext, headers: Option<&Expr<Map>>) -> Result<Vec<Header>, Failure> {
    let mut lines = Vec::new();
    for (name, value) in cx.optional(headers)?.unwrap_or_default() {
        let values = match &value {
            Value::Null => Vec::new(),
            Value::List(items) => items.to_vec(),
            _ => vec![value],
        };
        for value in values {
            let text = text_of(&value).map_err(|error| Failure::new(error.text()))?;
            let is_secret = text.has_secret();
            lines.push(Header { name: name.to_string(), value: text.expose().to_owned(), is_secret });
        }
    }
    Ok(lines)
}

/// What shows who asks: a header, or an answer to a challenge.
fn login(cx: &RunContext, options: &Options, url: &Url) -> Result<(Option<String>, Option<Login>), Failure> {
    if let Some(auth) = &options.auth {
        let user = cx.optional(auth.username.as_ref())?.unwrap_or_default();
        let password = cx.optional(auth.password.as_ref())?.unwrap_or_default();
        return Ok(match cx.render(&auth.kind)? {
            AuthType::Basic => (Some(basic(user.expose(), password.expose())), None),
            AuthType::Bearer => {
                let token = cx.optional(auth.token.as_ref())?.unwrap_or_default();
                (Some(format!("Bearer {}", token.expose().trim())), None)
            }
            AuthType::Digest => {
                let (user, password) = (user.expose().to_owned(), password.expose().to_owned());
                (None, Some(Login { user, password }))
            }
        });
    }
    if let Some(user) = cx.filled(options.basic_auth_user.as_ref())? {
        let password = cx.optional(options.basic_auth_password.as_ref())?.unwrap_or_default();
        return Ok((Some(basic(user.expose(), password.expose())), None));
    }
    let written = url.user_info().map(|written| written.split_once(':').unwrap_or((written, "")));
    Ok((written.map(|(user, password)| basic(&decoded(user), &decoded(password))), None))
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", plain::to_base64(format!("{user}:{password}").as_bytes()))
}

/// What was encoded for an address.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn proxy(cx: &RunContext, options: &Options) -> Result<Option<Proxy>, Failure> {
    let new = options.proxy.as_ref();
    let kind = new.and_then(|proxy| proxy.kind.as_ref()).or(options.proxy_type.as_ref());
    let kind = match cx.filled(kind)? {
        None | Some(ProxyType::Direct) => return Ok(None),
        Some(ProxyType::Http) => ProxyKind::Http,
        Some(ProxyType::Socks) => ProxyKind::Socks,
    };
    let address = new.and_then(|proxy| proxy.address.as_ref()).or(options.proxy_address.as_ref());
    let port = new.and_then(|proxy| proxy.port.as_ref()).or(options.proxy_port.as_ref());
    let (Some(host), Some(port)) = (cx.filled(address)?, cx.filled(port)?) else {
        return Err(Failure::new("a proxy needs `address` and `port`"));
    };
    let user = new.and_then(|proxy| proxy.username.as_ref()).or(options.proxy_username.as_ref());
    let password = new.and_then(|proxy| proxy.password.as_ref()).or(options.proxy_password.as_ref());
    let login = match cx.filled(user)? {
        None => None,
        Some(user) => {
            let password = cx.optional(password)?.unwrap_or_default();
            Some(Login { user: user.expose().to_owned(), password: password.expose().to_owned() })
        }
    };
    let authorization = login.as_ref().map(|login| basic(&login.user, &login.password));
    Ok(Some(Proxy { kind, host: host.trim().to_owned(), port, login, authorization }))
}

fn timeouts(cx: &RunContext, options: &Options) -> Result<Timeouts, Failure> {
    let usual = Timeouts::default();
    let new = options.timeout.as_ref();
    let connect =
        new.and_then(|timeout| timeout.connect_timeout.as_ref()).or(options.connect_timeout.as_ref());
    let idle = new.and_then(|timeout| timeout.read_idle_timeout.as_ref());
    let idle = idle.or(options.read_idle_timeout.as_ref()).or(options.read_timeout.as_ref());
    Ok(Timeouts {
        connect: cx.filled(connect)?.and_then(positive).unwrap_or(usual.connect),
        idle: cx.filled(idle)?.and_then(positive).unwrap_or(usual.idle),
    })
}

/// No time at all means no limit of one's own.
fn positive(duration: SignedDuration) -> Option<Duration> {
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero())
}
