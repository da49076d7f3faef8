//! A request that was let in, as handlers see it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use hyper::body::Bytes;
use hyper::{HeaderMap, Method};
use kapelle_model::permit::{Actor, Permit};
use kapelle_runtime::Runtime;
use kapelle_store::Store;
use serde_json::Value as Json;

use crate::app::App;
use crate::error::{ApiError, Outcome};
use crate::form::Part;
use crate::gate::{Action, Asked, Needs, Resource};
use crate::query::Query;
use crate::route::Variables;

pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) method: Method,
    pub(crate) permit: Permit,
    pub(crate) tenant: Arc<str>,
    pub(crate) variables: Variables,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    /// Who is at the other end of the connection.
    pub(crate) peer: IpAddr,
    /// The connection is encrypted.
    pub(crate) is_secure: bool,
    /// Who it turned out to be, where that was the question.
    pub(crate) proved: Arc<OnceLock<Arc<str>>>,
    pub(crate) body: Body,
}

/// The body, read within the limits of its route.
pub(crate) enum Body {
    Text(Bytes),
    Form(Vec<Part>),
}

impl Call {
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.app.runtime
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.app.store()
    }

    /// A variable of the path. The pattern of the route has it.
    pub(crate) fn variable(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    /// Who calls, by name.
    pub(crate) fn caller(&self) -> Option<Arc<str>> {
        match self.permit.actor() {
            Actor::Named(name) => Some(Arc::clone(name)),
            Actor::System(_) => None,
        }
    }

    /// Says who it turned out to be.
    pub(crate) fn is_by(&self, name: &str) {
        self.proved.get_or_init(|| name.into());
    }

    /// What the gate allows the caller besides what the route needs.
    pub(crate) async fn permit_for(&self, resource: Resource, action: Action) -> Outcome<Permit> {
        let asked = Asked {
            needs: Needs::Right(resource, action),
            tenant: &self.tenant,
            method: self.method.as_str(),
            path: "events",
            headers: &self.headers,
            peer: self.peer,
        };
        self.app.gate.admit(&asked).await.map_err(crate::dispatch::refused)
    }

    /// Whose tries are counted.
    pub(crate) fn client(&self) -> IpAddr {
        self.app.entry.client(&self.headers, self.peer)
    }

    pub(crate) fn may_see(&self, namespace: &str) -> bool {
        self.permit.covers(&self.tenant, namespace)
    }

    /// Refuses what belongs to a namespace of others.
    pub(crate) fn demand(&self, namespace: &str) -> Outcome<()> {
        if self.may_see(namespace) {
            return Ok(());
        }
        let status = hyper::StatusCode::FORBIDDEN;
        Err(ApiError::new(status, format!("Forbidden: namespace `{namespace}` is not yours")))
    }

    /// The namespace that the path names, after a look at whose it is.
    pub(crate) fn namespace(&self) -> Outcome<&str> {
        let namespace = self.variable("namespace");
        self.demand(namespace)?;
        Ok(namespace)
    }

    /// A query parameter that there must be.
    pub(crate) fn required(&self, name: &str) -> Outcome<&str> {
        let missing = || ApiError::bad_request(format!("Required QueryValue [{name}] not specified"));
        self.query.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// A query parameter that is a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Outcome<Option<T>> {
        let Some(text) = self.query.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = || ApiError::invalid_entity(format!("{name}: `{text}` is not a number that it can be"));
        text.parse().map(Some).map_err(|_| wrong())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Outcome<&str> {
        match &self.body {
            Body::Text(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| ApiError::invalid_entity("the body is not UTF-8"))
            }
            Body::Form(_) => Err(ApiError::invalid_entity("a form is not expected here")),
        }
    }

    pub(crate) fn json(&self) -> Outcome<Json> {
        let wrong = |error: serde_json::Error| {
            ApiError::invalid_entity(format!("the body is not valid JSON: {error}"))
        };
        serde_json::from_str(self.text()?).map_err(wrong)
    }

    pub(crate) fn parts(&self) -> &[Part] {
        match &self.body {
            Body::Text(_) => &[],
            Body::Form(parts) => parts,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|media| media.starts_with("application/json"))
    }
}
