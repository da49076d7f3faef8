//! Signatures that say when they were made, so that a recorded request is worth nothing later.

use kapelle_model::Millis;

use super::preset::{Denied, MISSING, WRONG};
use super::request::WebhookRequest;
use super::signature::{Algorithm, Encoding, is_same};

/// How far the clock of the sender may be away.
const TOLERANCE_MILLIS: i64 = 300_000;

/// `Stripe-Signature: t=<seconds>,v1=<hex>,…`; while secrets are exchanged it has several signatures.
pub(super) fn stripe(request: &WebhookRequest, secret: &str, now: Millis) -> Result<(), Denied> {
    let header = request.header("stripe-signature").ok_or(MISSING)?;
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let (_, time) = fields().find(|(name, _)| *name == "t").ok_or(MISSING)?;
    check_time(time, now)?;
    let code = Algorithm::Sha256.sign(secret, &[time.as_bytes(), b".", &request.body]);
    let mut codes =
        fields().filter(|(name, _)| *name == "v1").filter_map(|(_, text)| Encoding::Hex.decode(text));
    codes.any(|given| is_same(&given, &code)).then_some(()).ok_or(WRONG)
}

/// `X-Slack-Signature: v0=<hex>` and `X-Slack-Request-Timestamp: <seconds>`.
pub(super) fn slack(request: &WebhookRequest, secret: &str, now: Millis) -> Result<(), Denied> {
    let time = request.header("x-slack-request-timestamp").ok_or(MISSING)?;
    let given = request.header("x-slack-signature").and_then(|text| text.strip_prefix("v0="));
    let given = given.and_then(|text| Encoding::Hex.decode(text)).ok_or(MISSING)?;
    check_time(time, now)?;
    let code = Algorithm::Sha256.sign(secret, &[b"v0:", time.as_bytes(), b":", &request.body]);
    is_same(&given, &code).then_some(()).ok_or(WRONG)
}

fn check_time(seconds: &str, now: Millis) -> Result<(), Denied> {
    let seconds: i64 = seconds.parse().map_err(|_| MISSING)?;
    let away = seconds.saturating_mul(1000).saturating_sub(now.0).unsigned_abs();
    let is_near = away <= TOLERANCE_MILLIS.unsigned_abs();
    is_near
        .then_some(())
        .ok_or(Denied::Wrong("its signature is more than five minutes old, or of the future"))
}
