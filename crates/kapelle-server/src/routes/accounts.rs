//! Signing in and out, the first account, tokens.

use std::future::Future;
use std::sync::Arc;

use hyper::Method;

use crate::address::Level;
use crate::answer::Answer;
use crate::auth::Accounts;
use crate::call::Call;
use crate::error::Outcome;
use crate::gate::Needs;
use crate::handlers::accounts as handlers;
use crate::route::Route;

pub(super) fn routes(accounts: &Arc<Accounts>) -> Vec<Route> {
    let open = Needs::Nothing;
    vec![
        // Who may make the account is decided behind these: nobody has a name yet.
        route(accounts, Method::POST, "basicAuth", open, handlers::make),
        route(accounts, Method::GET, "basicAuthValidationErrors", open, handlers::complaints)
            .at(Level::Instance),
        route(accounts, Method::GET, "setup", open, handlers::is_to_be_made).at(Level::Instance),
        route(accounts, Method::POST, "setup", open, handlers::make_first).at(Level::Instance),
        route(accounts, Method::GET, "configs/login", open, handlers::login_configs).at(Level::Instance),
        route(accounts, Method::POST, "login", open, handlers::sign_in).at(Level::Instance),
        route(accounts, Method::POST, "logout", open, handlers::sign_out).at(Level::Instance),
        route(accounts, Method::POST, "login", open, handlers::sign_in).at(Level::Root),
        route(accounts, Method::POST, "logout", open, handlers::sign_out).at(Level::Root),
        route(accounts, Method::POST, "oauth/access_token", open, handlers::renew).at(Level::Root),
        route(accounts, Method::GET, "me/api-tokens", Needs::Login, handlers::tokens).at(Level::Instance),
        route(accounts, Method::POST, "me/api-tokens", Needs::Login, handlers::make_token)
            .at(Level::Instance),
        route(accounts, Method::DELETE, "me/api-tokens/{id}", Needs::Login, handlers::remove_token)
            .at(Level::Instance),
    ]
}

fn route<F>(
    accounts: &Arc<Accounts>,
    method: Method,
    pattern: &'static str,
    needs: Needs,
    handler: fn(Arc<Accounts>, Arc<Call>) -> F,
) -> Route
where
    F: Future<Output = Outcome<Answer>> + Send + 'static,
{
    let accounts = Arc::clone(accounts);
    Route::waits(method, pattern, needs, move |call| handler(Arc::clone(&accounts), call))
}
