//! The way of every request: path, route, gate, body, handler, answer. Whatever goes wrong becomes an answer here.

use std::net::IpAddr;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue, REFERER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use kapelle_model::ExecutionId;
use kapelle_store::flow::Which;
use tokio::time::Instant;

use crate::address::{Address, BadPath};
use crate::answer::{Answer, Sent};
use crate::app::App;
use crate::body;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::gate::{Asked, Needs, Refusal};
use crate::limits::TARGET_MAX;
use crate::query::Query;
use crate::route::{Found, Handler, Route, Variables, find};

/// Which door a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Api,
    Management,
}

pub(crate) async fn dispatch(
    app: Arc<App>,
    door: Door,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Response<Sent> {
    let path = request.uri().path().to_owned();
    let is_head = request.method() == Method::HEAD;
    let asks_in_page = is_login_page(&request);
    let (began, method) = (Instant::now(), request.method().clone());
    let mut meant = None;
    let outcome = answer(&app, door, peer, request, &mut meant).await;
    let mut answer = outcome.unwrap_or_else(|error| error.answer(&path));
    // What means no route is not counted by its path: anybody may think of any number of those.
    app.requests_seen.add(
        meant.map_or("", |_| method.as_str()),
        meant.unwrap_or("NOT_FOUND"),
        answer.code(),
        began.elapsed(),
    );
    if asks_in_page {
        answer = answer.without(WWW_AUTHENTICATE);
    }
    let response = answer.sent();
    if !is_head {
        return response;
    }
    // The headers are those of the whole answer.
    response.map(|_| http_body_util::Empty::new().boxed_unsync())
}

/// Whether a page asks for the password itself: then the browser should not ask too.
fn is_login_page(request: &Request<Incoming>) -> bool {
    let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok());
    let is_login = |path: &str| path.trim_end_matches('/').ends_with("/login");
    is_login(request.uri().path()) || referer.is_some_and(is_login)
}

/// `meant` becomes the pattern of the route, if there is one.
async fn answer(
    app: &Arc<App>,
    door: Door,
    peer: IpAddr,
    request: Request<Incoming>,
    meant: &mut Option<&'static str>,
) -> Outcome<Answer> {
    let _place = app.requests.try_acquire().map_err(|_| ApiError::busy())?;
    let (mut head, incoming) = request.into_parts();
    // HTTP/2 says it elsewhere.
    if let (None, Some(name)) = (head.headers.get(HOST), head.uri.authority())
        && let Ok(name) = HeaderValue::from_str(name.as_str())
    {
        head.headers.insert(HOST, name);
    }
    if head.uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_MAX) {
        let why = format!("a path with its query has at most {TARGET_MAX} bytes");
        return Err(ApiError::new(StatusCode::URI_TOO_LONG, why));
    }
    let address = Address::read(head.uri.path()).map_err(refused_path)?;
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let (route, variables) = route(app, door, &method, &address, head.uri.path()).await?;
    *meant = Some(route.pattern);
    let asked = Asked {
        needs: if door == Door::Management && peer.is_loopback() { Needs::Nothing } else { route.needs },
        tenant: &address.tenant,
        method: method.as_str(),
        path: head.uri.path(),
        headers: &head.headers,
        peer,
    };
    let permit = app.gate.admit(&asked).await.map_err(refused)?;
    let body = body::read(app, route.takes, &head.headers, incoming).await?;
    let call = Call {
        app: Arc::clone(app),
        method,
        permit,
        tenant: address.tenant.as_str().into(),
        variables,
        query: Query::read(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        peer,
        body,
    };
    handle(app, &route, call).await
}

/// The route that is meant. An action on an execution that there is not may be a flow of that name instead.
async fn route(
    app: &Arc<App>,
    door: Door,
    method: &Method,
    address: &Address,
    path: &str,
) -> Outcome<(Route, Variables)> {
    let table = if door == Door::Api { &app.routes } else { &app.management };
    let mut routes = match find(table, method, address) {
        Found::Routes(routes) => routes.into_iter(),
        // Who only reads hears that there is nothing.
        Found::OtherMethods(methods) if *method != Method::GET => {
            let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
            let why = format!("Method Not Allowed: {method} for {path}; it takes {}", methods.join(", "));
            return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, why));
        }
        Found::OtherMethods(_) | Found::Nothing => {
            return Err(ApiError::not_found(format!("no route for {path}")));
        }
    };
    let found = |(route, variables): (&Route, Variables)| (route.clone(), variables);
    match (routes.next(), routes.next()) {
        (Some(first), Some(second)) if first.0.is_guarded() && !second.0.is_guarded() => {
            let (first, second) = (found(first), found(second));
            let is_flow = is_flow_meant(app, address).await?;
            Ok(if is_flow { second } else { first })
        }
        (Some(first), _) => Ok(found(first)),
        (None, _) => Err(ApiError::not_found(format!("no route for {path}"))),
    }
}

/// Whether `executions/{x}/{y}` names a flow and no execution.
async fn is_flow_meant(app: &Arc<App>, address: &Address) -> Outcome<bool> {
    let [_, first, second, ..] = &address.segments[..] else { return Ok(false) };
    let (tenant, first, second) = (address.tenant.clone(), first.clone(), second.clone());
    let store = Arc::clone(app.store());
    let work = move || {
        let known = ExecutionId::parse(&first).map(|id| store.header(id)).transpose()?.flatten();
        Ok(known.is_none() && store.flow(&tenant, &first, &second, Which::Latest)?.is_some())
    };
    app.blocking(work).await
}

/// Runs the handler in a task of its own: a client that goes away leaves nothing half done, and a panic ends only the
/// request.
async fn handle(app: &Arc<App>, route: &Route, call: Call) -> Outcome<Answer> {
    let call = Arc::new(call);
    let mut task = match &route.handler {
        Handler::Blocking(handler) => {
            let (app, handler) = (Arc::clone(app), *handler);
            tokio::spawn(async move { app.blocking(move || handler(&call)).await })
        }
        Handler::Waiting(handler) => tokio::spawn(handler(call)),
    };
    match tokio::time::timeout(route.time, &mut task).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panicked)) => Err(ApiError::internal()),
        Err(_) => {
            task.abort();
            let why = "it takes too long; look whether it was done before you try again";
            Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, why))
        }
    }
}

fn refused_path(error: BadPath) -> ApiError {
    match error {
        BadPath::Malformed => ApiError::bad_request(error.to_string()),
        BadPath::NoSuchTenant => ApiError::bad_request(format!("Illegal argument: {error}")),
    }
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Unknown => ApiError::new(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Refusal::Forbidden(why) => ApiError::new(StatusCode::FORBIDDEN, format!("Forbidden: {why}")),
        Refusal::TooOften(seconds) => ApiError {
            retry_after: Some(seconds),
            ..ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many tries")
        },
    }
}
