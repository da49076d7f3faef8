//! `kapelle server health`: asks a server on this machine whether it works, for images that have no other program.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use crate::configuration::settings::Settings;
use crate::configuration::{Configuration, Home};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::Stream;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read.
const ANSWER_MAX: u64 = 16 << 10;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The configuration that the server was started with
    #[arg(long = "config", short, value_name = "FILE")]
    configuration: Vec<PathBuf>,

    /// The port to ask, over the management port of the configuration
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// The address to ask, over the one of the configuration
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    // What is wrong with the configuration the server has told.
    let settings = Configuration::load(&arguments.configuration, Home::Counts)?.settings;
    let address = address(arguments, &settings)?;
    let answer = ask(address).with_context(|| format!("the server at {address} does not answer"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(Stop::Failed(anyhow!("the server at {address} does not work: {status} {}", body.trim())));
    }
    Stream::Out.print(format!("{}\n", body.trim()).as_bytes())?;
    Ok(Outcome::Ok)
}

/// The door for those who watch the server; without one, the other.
fn address(arguments: &Arguments, settings: &Settings) -> Result<SocketAddr, Stop> {
    let addresses = &settings.addresses;
    let port = arguments.port.or(addresses.management_port).unwrap_or(addresses.port);
    let host = arguments.host.or_else(|| addresses.host.as_ref()?.parse().ok());
    // A server that listens everywhere listens here.
    let host = host.filter(|host| !host.is_unspecified()).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    if port == 0 {
        return Err(Stop::Usage(
            "the configuration takes any free port: say which one it is with --port".to_owned(),
        ));
    }
    Ok(SocketAddr::new(host, port))
}

fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}
