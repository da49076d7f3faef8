//! The way of every request: path, route, gate, body, handler, answer. Whatever goes wrong becomes an answer here.

use std::net::IpAddr;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, COOKIE, REFERER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use kapelle_model::ExecutionId;
use kapelle_store::flow::Which;
use tokio::time::Instant;

use crate::access::Line;
use crate::address::{Address, BadPath};
use crate::answer::{Answer, Sent};
use crate::app::App;
use crate::audit::{self, Mark};
use crate::body;
use crate::call::Call;
use crate::entry::{cors, host};
use crate::error::{ApiError, Outcome};
use crate::gate::{Asked, Needs, Refusal};
use crate::limits::TARGET_MAX;
use crate::query::Query;
use crate::route::{Found, Handler, Route, Variables, find};

/// Tells browsers to come encrypted from now on.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Which door a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Api,
    Management,
}

/// The connection that a request came over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    pub(crate) door: Door,
    pub(crate) peer: IpAddr,
    pub(crate) is_secure: bool,
}

pub(crate) async fn dispatch(app: Arc<App>, visit: Visit, request: Request<Incoming>) -> Response<Sent> {
    let path = request.uri().path().to_owned();
    let is_head = request.method() == Method::HEAD;
    let asks_in_page = is_login_page(&request);
    let page = cors::origin(request.headers(), &app.entry.origins);
    let preflight = page.as_ref().and_then(|_| cors::preflight(request.method(), request.headers()));
    let line = app.access.as_ref().map(|_| Line::begin(&app, visit, &request));
    let (began, method) = (Instant::now(), request.method().clone());
    let mut meant = None;
    let mut answer = match preflight {
        Some(answer) => answer,
        None => answer(&app, visit, request, &mut meant).await.unwrap_or_else(|error| error.answer(&path)),
    };
    // What means no route is not counted by its path: anybody may think of any number of those.
    app.requests_seen.add(
        meant.map_or("", |_| method.as_str()),
        meant.unwrap_or("NOT_FOUND"),
        answer.code(),
        began.elapsed(),
    );
    if let Some(page) = &page {
        answer = cors::readable(answer, page);
    }
    if !app.entry.origins.is_empty() {
        answer = answer.header("vary", "origin");
    }
    if visit.is_secure {
        answer = answer.header("strict-transport-security", HTTPS_ONLY);
    }
    if let Some(realm) = &app.entry.realm {
        answer = answer.instead(WWW_AUTHENTICATE, &challenge(realm));
    }
    if asks_in_page {
        answer = answer.without(WWW_AUTHENTICATE);
    }
    if let (Some(line), Some(tell)) = (line, &app.access) {
        tell(&line.end(answer.status_now(), app.now()));
    }
    let response = answer.sent();
    if !is_head {
        return response;
    }
    // The headers are those of the whole answer.
    response.map(|_| http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync())
}

fn challenge(realm: &str) -> String {
    let plain = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    format!("Basic realm=\"{}\"", realm.chars().filter(plain).collect::<String>())
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
    visit: Visit,
    request: Request<Incoming>,
    meant: &mut Option<&'static str>,
) -> Outcome<Answer> {
    let Visit { door, peer, is_secure } = visit;
    let _place = app.requests.try_acquire().map_err(|_| ApiError::busy())?;
    let (mut head, incoming) = request.into_parts();
    host::settle(&mut head)?;
    if door == Door::Api {
        host::demand_listed(&head.headers, &app.entry.hosts)?;
    }
    if head.uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_MAX) {
        let why = format!("a path with its query has at most {TARGET_MAX} bytes");
        return Err(ApiError::new(StatusCode::URI_TOO_LONG, why));
    }
    let path = if door == Door::Api { below(&app.base, head.uri.path()) } else { head.uri.path() };
    let address = Address::read(path).map_err(refused_path)?;
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let (route, variables) = route(app, door, &method, &address, path).await?;
    *meant = Some(route.pattern);
    let asked = Asked {
        needs: if door == Door::Management && peer.is_loopback() { Needs::Nothing } else { route.needs },
        tenant: &address.tenant,
        method: method.as_str(),
        path,
        headers: &head.headers,
        peer,
    };
    let permit = match app.gate.admit(&asked).await {
        Ok(permit) => permit,
        Err(refusal) => {
            let error = refused(refusal);
            tell_refusal(app, &route, &asked, error.status).await;
            return Err(error);
        }
    };
    if route.needs != Needs::Nothing {
        app.rates.request(&head.headers, app.now())?;
    }
    let body = body::read(app, route.takes, &head.headers, incoming).await?;
    let path = path.to_owned();
    let call = Call {
        app: Arc::clone(app),
        method,
        permit,
        tenant: address.tenant.as_str().into(),
        variables,
        query: Query::read(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        peer,
        is_secure,
        proved: Arc::default(),
        body,
    };
    handle(app, &route, call, &path).await
}

/// A path without what stands in front of all of them. Proxies may have taken it away already.
fn below<'p>(base: &str, path: &'p str) -> &'p str {
    match path.strip_prefix(base) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// Writes down that somebody showed something that is not good. Who shows nothing only has not signed in yet.
async fn tell_refusal(app: &App, route: &Route, asked: &Asked<'_>, status: StatusCode) {
    let shows = [AUTHORIZATION, COOKIE].iter().any(|name| asked.headers.contains_key(name));
    let (from, now) = (app.entry.client(asked.headers, asked.peer), app.now());
    if (shows || status != StatusCode::UNAUTHORIZED) && app.rates.is_refusal_told(from, now) {
        let entry = audit::refused(route, asked.path, asked.tenant, status.as_u16(), from, now);
        app.recorder.record(entry).await;
    }
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
/// request. What it did is recorded in the same task.
async fn handle(app: &Arc<App>, route: &Route, call: Call, path: &str) -> Outcome<Answer> {
    let mark = Mark::of(route, &call, path).map(Arc::new);
    let (own, own_mark, handler, call) =
        (Arc::clone(app), mark.clone(), route.handler.clone(), Arc::new(call));
    let mut task = tokio::spawn(async move {
        let outcome = match handler {
            Handler::Blocking(handler) => own.blocking(move || handler(&call)).await,
            Handler::Waiting(handler) => handler(call).await,
        };
        let status = outcome.as_ref().map_or_else(|error| error.status, Answer::status_now);
        record(&own, own_mark.as_deref(), status).await;
        outcome
    });
    let error = match tokio::time::timeout(route.time, &mut task).await {
        Ok(Ok(outcome)) => return outcome,
        Ok(Err(_panicked)) => ApiError::internal(),
        Err(_) => {
            task.abort();
            let why = "it takes too long; look whether it was done before you try again";
            ApiError::new(StatusCode::GATEWAY_TIMEOUT, why)
        }
    };
    record(app, mark.as_deref(), error.status).await;
    Err(error)
}

async fn record(app: &App, mark: Option<&Mark>, status: StatusCode) {
    if let Some(mark) = mark {
        app.recorder.record(mark.entry(status.as_u16(), app.now())).await;
    }
}

fn refused_path(error: BadPath) -> ApiError {
    match error {
        BadPath::Malformed => ApiError::bad_request(error.to_string()),
        BadPath::NoSuchTenant => ApiError::bad_request(format!("Illegal argument: {error}")),
    }
}

pub(crate) fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Unknown => ApiError::new(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Refusal::Forbidden(why) => ApiError::new(StatusCode::FORBIDDEN, format!("Forbidden: {why}")),
        Refusal::TooOften(seconds) => ApiError {
            retry_after: Some(seconds),
            ..ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many tries")
        },
    }
}
