//! Signing in and out, the first account, tokens.

use std::sync::Arc;

use hyper::StatusCode;
use jiff::Timestamp;
use kapelle_core::time::duration;
use kapelle_model::Millis;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::auth::{Accounts, Checked, NotMade, SESSION_SECONDS, Token, Wanted};
use crate::call::Call;
use crate::error::{ApiError, Outcome, Violation};
use crate::query::Query;

/// The header that brings the code for the first account, for clients whose body cannot.
const CODE: &str = "x-setup-code";

/// A name and a password, as JSON or as a form.
struct Given {
    username: String,
    password: String,
    code: Option<String>,
}

fn given(call: &Call) -> Outcome<Given> {
    if call.header("content-type").is_some_and(|media| media.starts_with("application/x-www-form-urlencoded"))
    {
        let form = Query::read(call.text()?);
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        return Ok(Given { username: text("username"), password: text("password"), code: None });
    }
    let body = call.json()?;
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Ok(Given {
        username: text("username").unwrap_or_default(),
        password: text("password").unwrap_or_default(),
        code: text("code").or_else(|| call.header(CODE).map(str::to_owned)),
    })
}

fn unauthorized() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "Unauthorized")
}

fn too_often(seconds: u32) -> ApiError {
    let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many tries");
    ApiError { retry_after: Some(seconds), ..error }
}

fn foreign() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "Forbidden: the request comes from a page of another server")
}

pub(crate) async fn sign_in(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    if !accounts.is_own_page(&call.headers) {
        return Err(foreign());
    }
    let given = given(&call)?;
    match accounts.sign_in(&call.headers, call.peer, &given.username, &given.password).await {
        Ok(session) => {
            call.is_by(&given.username);
            Ok(with_session(&call, Answer::json(&json!({})), &session))
        }
        Err(Checked::Wait(seconds)) => Err(too_often(seconds)),
        Err(_) => Err(unauthorized()),
    }
}

/// An answer that brings the cookies of a session. No cookie holds a password; scripts read only what they repeat.
fn with_session(call: &Call, answer: Answer, session: &str) -> Answer {
    let rest = format!("; Path=/; Max-Age={SESSION_SECONDS}; SameSite=Lax{}", secure(call));
    let csrf = Accounts::csrf(session);
    answer
        .header("set-cookie", &format!("BASIC_AUTH={session}{rest}; HttpOnly"))
        .header("set-cookie", &format!("JWT={session}{rest}; HttpOnly"))
        .header("set-cookie", &format!("BASIC_AUTH_SET=true{rest}"))
        .header("set-cookie", &format!("csrfToken={csrf}{rest}"))
}

/// Over TLS a cookie never goes anywhere else.
fn secure(call: &Call) -> &'static str {
    if call.is_secure || call.header("x-forwarded-proto") == Some("https") { "; Secure" } else { "" }
}

pub(crate) async fn sign_out(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    if !accounts.is_own_page(&call.headers) {
        return Err(foreign());
    }
    accounts.sign_out(&call.headers).await?;
    let names = ["BASIC_AUTH", "JWT", "BASIC_AUTH_SET", "csrfToken"];
    Ok(names.into_iter().fold(Answer::json(&json!({})), |answer, name| {
        answer.header("set-cookie", &format!("{name}=; Path=/; Max-Age=0; SameSite=Lax"))
    }))
}

/// A new session for one that is still good.
pub(crate) async fn renew(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    if !accounts.is_own_page(&call.headers) {
        return Err(foreign());
    }
    let session = accounts.renew(&call.headers).await.ok_or_else(unauthorized)?;
    let answer = Answer::json(&json!({"token_type": "Bearer", "expires_in": SESSION_SECONDS}));
    Ok(with_session(&call, answer, &session))
}

/// What scripts of our pages repeat with each change.
pub(crate) fn csrf_cookie(call: &Call, csrf: &str) -> String {
    format!("csrfToken={csrf}; Path=/; SameSite=Lax{}", secure(call))
}

pub(crate) async fn login_configs(accounts: Arc<Accounts>, _: Arc<Call>) -> Outcome<Answer> {
    Ok(Answer::json(&json!({"isBasicAuthInitialized": accounts.is_initialized()})))
}

/// What is wrong with the account of the configuration: it is taken as it is.
pub(crate) async fn complaints(_: Arc<Accounts>, _: Arc<Call>) -> Outcome<Answer> {
    Ok(Answer::json(&json!([])))
}

pub(crate) async fn is_to_be_made(accounts: Arc<Accounts>, _: Arc<Call>) -> Outcome<Answer> {
    if accounts.is_initialized() {
        return Err(ApiError::not_found("the server has its account"));
    }
    Ok(Answer::json(&json!({})))
}

pub(crate) async fn make(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    create(&accounts, &call).await.map(|()| Answer::no_content())
}

/// The same for clients that expect it to work just once.
pub(crate) async fn make_first(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    if accounts.is_initialized() {
        let why = "Method Not Allowed: the server has its account";
        return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, why));
    }
    create(&accounts, &call).await.map(|()| Answer::json(&json!({})))
}

async fn create(accounts: &Accounts, call: &Call) -> Outcome<()> {
    let given = given(call)?;
    let wanted = Wanted { username: &given.username, password: &given.password, code: given.code.as_deref() };
    let made = accounts.make(&call.headers, call.peer, &wanted).await;
    if made.is_ok() {
        call.is_by(&given.username);
    }
    made.map_err(|error| match error {
        NotMade::Exists => unauthorized(),
        NotMade::Foreign => foreign(),
        NotMade::Wait(seconds) => too_often(seconds),
        NotMade::Store(error) => error.into(),
        NotMade::NeedsCode => ApiError::new(
            StatusCode::FORBIDDEN,
            "Forbidden: from elsewhere the first account needs the code that the server printed at its start, as \
             `code` or in the header X-Setup-Code; it is good for 15 minutes",
        ),
        NotMade::Weak(complaints) => weak(&complaints),
    })
}

fn weak(complaints: &[&'static str]) -> ApiError {
    let violations = complaints.iter();
    let violations = violations.map(|words| Violation { message: (*words).to_owned(), path: None }).collect();
    let message = format!("Invalid entity: {}", complaints.join("\n"));
    ApiError { violations, ..ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, message) }
}

pub(crate) async fn tokens(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    let tokens = call.app.blocking(move || Ok(accounts.tokens()?)).await?;
    let results: Vec<Json> = tokens.iter().map(shown).collect();
    Ok(Answer::json(&json!({"results": results})))
}

fn shown(token: &Token) -> Json {
    let moment = |moment: Millis| Timestamp::from_millisecond(moment.0).unwrap_or_default().to_string();
    let mut shown = json!({
        "id": token.id(),
        "name": token.name,
        "description": token.description,
        "prefix": "kap_",
        "created": moment(token.created),
        "iat": moment(token.created),
        "expired": false,
        "extended": false,
        "user": &*token.user,
    });
    if let Some(expires) = token.expires {
        shown["exp"] = moment(expires).into();
    }
    shown
}

pub(crate) async fn make_token(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    let body = call.json()?;
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| ApiError::invalid_entity("name: must not be empty"))?.to_owned();
    let life_ms = match body["maxAge"].as_str() {
        Some(text) => Some(life(text)?),
        None => None,
    };
    let description = body["description"].as_str().unwrap_or_default().to_owned();
    let user = call.caller().ok_or_else(unauthorized)?;
    let make = move || Ok(accounts.make_token(user, &name, &description, life_ms)?);
    let (full, token) = call.app.blocking(make).await?;
    let mut shown = shown(&token);
    shown["fullToken"] = full.into();
    Ok(Answer::json(&shown))
}

fn life(text: &str) -> Outcome<i64> {
    let life = duration::parse(text).map_err(|why| ApiError::invalid_entity(format!("maxAge: {why}")))?;
    let life = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
    if life > 0 { Ok(life) } else { Err(ApiError::invalid_entity("maxAge: it has to be more than nothing")) }
}

pub(crate) async fn remove_token(accounts: Arc<Accounts>, call: Arc<Call>) -> Outcome<Answer> {
    let id = call.variable("id").to_owned();
    if call.app.blocking(move || Ok(accounts.remove_token(&id)?)).await? {
        return Ok(Answer::no_content());
    }
    Err(ApiError::not_found("no such token"))
}
