//! Saying who sends.

use kapelle_core::expression::plain;
use kapelle_plugin::Broken;

use super::Login;
use super::session::{Answer, Session};

/// Logs in, in a way that the server offers.
pub(super) async fn log_in(session: &mut Session, login: &Login, is_token: bool) -> Result<(), Broken> {
    let ways = session.offer("AUTH").unwrap_or_default().replace('=', " ");
    let offers = |way: &str| ways.split_whitespace().any(|offered| offered == way);
    let (user, secret) = (login.user.expose(), login.secret.expose());
    let answer = if is_token {
        if !offers("XOAUTH2") {
            return Err(unable(&ways, "XOAUTH2, which `SMTP_OAUTH2` needs"));
        }
        token(session, user, secret).await?
    } else if offers("PLAIN") {
        let message = plain::to_base64(format!("\0{user}\0{secret}").as_bytes());
        session.command(&format!("AUTH PLAIN {message}")).await?
    } else if offers("LOGIN") {
        login_in_steps(session, user, secret).await?
    } else {
        return Err(unable(&ways, "PLAIN or LOGIN"));
    };
    if answer.code == 235 {
        return Ok(());
    }
    Err(Broken::new(format!(
        "the mail server does not let this user in: {}; look at `username` and `password`",
        answer.told()
    )))
}

async fn login_in_steps(session: &mut Session, user: &str, secret: &str) -> Result<Answer, Broken> {
    for said in ["AUTH LOGIN".to_owned(), plain::to_base64(user.as_bytes())] {
        let answer = session.command(&said).await?;
        if answer.code != 334 {
            return Ok(answer);
        }
    }
    session.command(&plain::to_base64(secret.as_bytes())).await
}

/// A server that refuses a token asks once more, and tells the reason when it gets nothing.
async fn token(session: &mut Session, user: &str, token: &str) -> Result<Answer, Broken> {
    let message = plain::to_base64(format!("user={user}\x01auth=Bearer {token}\x01\x01").as_bytes());
    let answer = session.command(&format!("AUTH XOAUTH2 {message}")).await?;
    if answer.code == 334 { session.command("").await } else { Ok(answer) }
}

fn unable(ways: &str, wanted: &str) -> Broken {
    let ways = ways.trim();
    Broken::new(if ways.is_empty() {
        "the mail server lets nobody log in over this connection; most want TLS first: `transportStrategy: SMTPS` or `SMTP_TLS`. If it needs no login, leave `username` and `password` out".to_owned()
    } else {
        format!("the mail server does not offer {wanted}, but {ways}")
    })
}
