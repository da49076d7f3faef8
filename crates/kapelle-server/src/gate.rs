//! Who asks, and whether they may. The only place where permits of people are made.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use kapelle_core::expression::plain;
use kapelle_model::permit::{Actor, Namespaces, Permit};
use sha2::{Digest, Sha256};

pub use crate::auth::AccountGate;
use crate::auth::Accounts;

/// What a route demands of who calls it. It belongs to the route, never to a part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: everybody may call it.
    Nothing,
    /// Somebody with a name.
    Login,
    /// Somebody who may do this.
    Right(Resource, Action),
}

/// What something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    Flow,
    Execution,
    Log,
    Trigger,
    Namespace,
    NamespaceFile,
    Key,
    Secret,
    Dashboard,
    Blueprint,
    User,
    Instance,
    AuditLog,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    View,
    Create,
    Update,
    Delete,
    /// Runs a flow, or changes what becomes of an execution.
    Execute,
}

/// A request as far as a gate has to know it.
pub struct Asked<'r> {
    pub needs: Needs,
    pub tenant: &'r str,
    pub method: &'r str,
    pub path: &'r str,
    pub headers: &'r HeaderMap,
    /// Who is at the other end of the connection.
    pub peer: IpAddr,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody knows who it is.
    Unknown,
    /// It is known, and may not; with the reason.
    Forbidden(String),
    /// It was tried too often; in so many seconds again.
    TooOften(u32),
}

/// Decides about every request before anything of its body is read.
pub trait Gate: Send + Sync {
    fn admit<'g>(&'g self, asked: &'g Asked<'g>) -> Admission<'g>;

    /// The accounts behind it. With them come the routes for signing in and out.
    fn accounts(&self) -> Option<&Arc<Accounts>> {
        None
    }
}

pub type Admission<'g> = Pin<Box<dyn Future<Output = Result<Permit, Refusal>> + Send + 'g>>;

/// Everybody may do everything. Only for addresses of this machine.
#[derive(Debug)]
pub struct OpenGate;

/// One administrator with a password.
pub struct BasicGate {
    user: Arc<str>,
    /// Of user and password.
    digest: [u8; 32],
}

impl Gate for OpenGate {
    fn admit<'g>(&'g self, asked: &'g Asked<'g>) -> Admission<'g> {
        let permit = everything(asked.tenant, "anonymous".into());
        Box::pin(std::future::ready(Ok(permit)))
    }
}

impl BasicGate {
    pub fn new(user: &str, password: &str) -> Self {
        Self { user: user.into(), digest: digest(format!("{user}:{password}").as_bytes()) }
    }

    fn decide(&self, asked: &Asked<'_>) -> Result<Permit, Refusal> {
        if asked.needs == Needs::Nothing {
            return Ok(nobody(asked.tenant));
        }
        let header = asked.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = header.and_then(credentials).ok_or(Refusal::Unknown)?;
        if are_equal(&digest(&given), &self.digest) {
            Ok(everything(asked.tenant, Arc::clone(&self.user)))
        } else {
            Err(Refusal::Unknown)
        }
    }
}

impl Gate for BasicGate {
    fn admit<'g>(&'g self, asked: &'g Asked<'g>) -> Admission<'g> {
        Box::pin(std::future::ready(self.decide(asked)))
    }
}

/// User and password of a header. Some clients send them as a bearer's token, without encoding.
fn credentials(header: &str) -> Option<Vec<u8>> {
    let (scheme, value) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("basic") {
        return plain::from_base64(value.trim()).ok();
    }
    let is_pair = scheme.eq_ignore_ascii_case("bearer") && value.contains(':');
    is_pair.then(|| value.trim().as_bytes().to_vec())
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Takes as long whether they differ early or late.
fn are_equal(one: &[u8; 32], two: &[u8; 32]) -> bool {
    one.iter().zip(two).fold(0, |difference, (one, two)| difference | (one ^ two)) == 0
}

pub(crate) fn everything(tenant: &str, name: Arc<str>) -> Permit {
    Permit::new(tenant.into(), Namespaces::All, Actor::Named(name))
}

/// For routes that need nothing: it sees nothing.
pub(crate) fn nobody(tenant: &str) -> Permit {
    Permit::new(tenant.into(), Namespaces::Under(Arc::default()), Actor::Named("anonymous".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(needs: Needs, header: Option<&str>) -> Result<Permit, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, header.parse().unwrap());
        }
        let peer = IpAddr::from([127, 0, 0, 1]);
        let (method, path, tenant) = ("GET", "/api/v1/flows", "main");
        BasicGate::new("ann", "Secret12").decide(&Asked {
            needs,
            tenant,
            method,
            path,
            headers: &headers,
            peer,
        })
    }

    #[test]
    fn only_who_knows_the_password_gets_in() {
        let good = plain::to_base64(b"ann:Secret12");
        let bad = plain::to_base64(b"ann:Secret13");
        for (header, is_in) in [
            (Some(format!("Basic {good}")), true),
            (Some(format!("basic {good}")), true),
            (Some("Bearer ann:Secret12".to_owned()), true),
            (Some(format!("Basic {bad}")), false),
            (Some(format!("Bearer {good}")), false),
            (Some("Basic".to_owned()), false),
            (None, false),
        ] {
            assert_eq!(ask(Needs::Login, header.as_deref()).is_ok(), is_in, "{header:?}");
        }
    }

    #[test]
    fn who_needs_no_name_sees_nothing_that_belongs_to_somebody() {
        assert!(!ask(Needs::Nothing, None).unwrap().covers("main", "team"));
    }
}
