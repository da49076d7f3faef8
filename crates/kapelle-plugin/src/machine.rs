//! What the machine or the container that the server runs on tells of its credentials.
//!
//! Tasks may not reach these services, and do not: it is the server that asks for itself, at addresses that no flow chooses.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kapelle_http::{Client, ClientSettings, Header, HttpError, Request, Timeouts, Url};
use kapelle_model::Failure;

use crate::broken::Broken;
use crate::context::RunContext;

/// Bytes of an answer.
const ANSWER_MAX: usize = 64 << 10;

/// How long these services have to answer: where there are none, a flow must not wait for them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where such services may be: on this machine, or where AWS and Google have them.
const PLACES: [&str; 5] =
    ["169.254.170.2", "169.254.170.23", "169.254.169.254", "fd00:ec2::23", "fd20:ce::254"];

/// A client that goes nowhere else.
fn client() -> Client {
    let egress = Arc::new(|host: &str, address: IpAddr| {
        let is_known = PLACES.iter().any(|place| place.parse() == Ok(address));
        if address.is_loopback() || is_known {
            return Ok(());
        }
        Err(format!("`{host}` is no place for credentials of a machine or a container"))
    });
    Client::new(ClientSettings { egress, ..ClientSettings::default() })
}

/// The good answer of such a service.
pub async fn ask(
    cx: &RunContext,
    method: &str,
    address: &str,
    headers: Vec<Header>,
) -> Result<String, Broken> {
    let url = Url::parse(address)
        .map_err(|reason| Failure::new(format!("`{address}` is no place for credentials: {reason}")))?;
    let request = Request {
        method: method.to_owned(),
        headers,
        timeouts: Timeouts { connect: PATIENCE, idle: PATIENCE },
        follows_redirects: false,
        ..Request::get(url)
    };
    let client = client();
    let asking = async {
        let mut response = client.send(&request).await?;
        let content = response.bytes(ANSWER_MAX).await?;
        Ok::<_, HttpError>((response.status, content))
    };
    let (status, content) = match cx.stop.run_until_cancelled(asking).await {
        Some(answer) => answer.map_err(|error| Broken::new(error.message))?,
        None => return Err(Broken::killed()),
    };
    if status != 200 {
        return Err(Broken::new(format!("`{address}` answers {status}")));
    }
    Ok(String::from_utf8_lossy(&content).into_owned())
}
