//! Connections on which contents go.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use kapelle_http::Line;
use kapelle_plugin::Broken;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::Wanted;
use super::control::Control;

/// A connection that is on its way.
pub(super) enum Coming {
    /// It stands.
    Here(Line),
    /// The server begins it after the order.
    Awaited(TcpListener),
}

impl Coming {
    /// Agrees with the server on a connection. The order that needs it is given afterwards.
    pub(super) async fn agree(control: &mut Control, wanted: &Wanted) -> Result<Self, Broken> {
        if wanted.is_passive { passive(control, wanted).await } else { active(control).await }
    }

    /// The connection, secured if contents are.
    pub(super) async fn stand(self, control: &Control, wanted: &Wanted) -> Result<Line, Broken> {
        let line = match self {
            Self::Here(line) => line,
            Self::Awaited(listener) => accepted(&listener, control, wanted).await?,
        };
        let Some(security) = wanted.security.filter(|security| security.encrypts_data) else {
            return Ok(line);
        };
        // The session of the first connection is resumed, as many servers demand: it is kept by the name of the host.
        let secured =
            timeout(wanted.connecting, control.client().secure(line, control.host(), security.trusts_all))
                .await;
        secured
            .map_err(|_| Broken::new(format!("`{}` does not begin TLS for contents", control.host())))?
            .map_err(|error| Broken::new(error.message))
    }
}

async fn passive(control: &mut Control, wanted: &Wanted) -> Result<Coming, Broken> {
    let reply = control.order("EPSV", "").await?;
    let told = if let Some(port) = extended(&reply.text).filter(|_| reply.code == 229) {
        (None, port)
    } else {
        let reply = control.order("PASV", "").await?;
        let told = address(&reply.text).filter(|_| reply.code == 227);
        let (address, port) = told
            .ok_or_else(|| Broken::new(format!("`{}` opens no port: {}", control.host(), reply.words())))?;
        (Some(IpAddr::V4(address)), port)
    };
    let host = match told.0.filter(|address| !wanted.is_careful && !address.is_unspecified()) {
        Some(address) => address.to_string(),
        // Through a proxy, only the proxy knows which machine it is.
        None if wanted.proxy.is_some() => wanted.host.clone(),
        None => peer(control)?.ip().to_string(),
    };
    let client = control.client();
    let connecting =
        timeout(wanted.connecting, client.line_through(&host, told.1, wanted.proxy.as_ref())).await;
    let line = connecting.map_err(|_| {
        let port = told.1;
        Broken::new(format!(
            "there was no connection for contents to `{host}` on port {port} within {:?}",
            wanted.connecting
        ))
    })?;
    Ok(Coming::Here(line.map_err(|error| Broken::new(error.message))?))
}

async fn active(control: &mut Control) -> Result<Coming, Broken> {
    let own = control.line()?.local_address()?.ip().to_canonical();
    let listener = TcpListener::bind(SocketAddr::new(own, 0)).await?;
    let port = listener.local_addr()?.port();
    let reply = match own {
        IpAddr::V4(own) => {
            let [a, b, c, d] = own.octets();
            let [high, low] = port.to_be_bytes();
            control.order("PORT", &format!("{a},{b},{c},{d},{high},{low}")).await?
        }
        IpAddr::V6(own) => control.order("EPRT", &format!("|2|{own}|{port}|")).await?,
    };
    control.expect(&reply, 2, "does not connect to us; `passiveMode: true` goes the other way")?;
    Ok(Coming::Awaited(listener))
}

/// Waits for the server. Somebody else who found the port is sent away.
async fn accepted(listener: &TcpListener, control: &Control, wanted: &Wanted) -> Result<Line, Broken> {
    let server = peer(control)?.ip().to_canonical();
    let accepting = timeout(wanted.connecting, async {
        loop {
            let (stream, from) = listener.accept().await?;
            if !wanted.is_careful || from.ip().to_canonical() == server {
                return Ok::<_, std::io::Error>(Line::from(stream));
            }
        }
    });
    let accepted = accepting.await.map_err(|_| {
        Broken::new(format!(
            "`{}` did not connect to us; `passiveMode: true` goes the other way",
            control.host()
        ))
    })?;
    Ok(accepted?)
}

fn peer(control: &Control) -> Result<SocketAddr, Broken> {
    Ok(control.line()?.peer_address()?)
}

/// The port in `(|||6446|)`.
fn extended(text: &str) -> Option<u16> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    let border = inner.chars().next()?;
    inner.split(border).nth(3)?.parse().ok()
}

/// Address and port in `(127,0,0,1,25,46)`, with or without brackets.
fn address(text: &str) -> Option<(Ipv4Addr, u16)> {
    let start = text
        .find('(')
        .map_or_else(|| text.find(|found: char| found.is_ascii_digit()), |place| Some(place + 1))?;
    let numbers = text[start..].split(|found: char| !found.is_ascii_digit() && found != ',').next()?;
    let numbers: Vec<u8> = numbers.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c, d, high, low] = numbers[..] else { return None };
    Some((Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_tell_their_ports_in_two_ways() {
        assert_eq!(extended("Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(extended("(!!!99999!)"), None);
        assert_eq!(extended("nothing"), None);
        let told = Some((Ipv4Addr::new(10, 1, 2, 3), 6446));
        assert_eq!(address("Entering Passive Mode (10,1,2,3,25,46)."), told);
        assert_eq!(address("Entering Passive Mode 10,1,2,3,25,46"), told);
        assert_eq!(address("Entering Passive Mode (10,1,2,3,25)"), None);
        assert_eq!(address("Entering Passive Mode (10,1,2,300,25,46)"), None);
    }
}
