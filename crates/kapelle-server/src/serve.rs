//! Doors to the network: connections within limits, and a graceful end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::dispatch::{Door, dispatch};
use crate::limits::{
    CONNECTIONS_MAX, HEADERS_BYTES_MAX, HEADERS_MAX, HEADERS_TIME, RESETS_MAX, STREAMS_MAX, TARGET_MAX,
};

/// How long to wait after a connection could not be taken, because there are too many.
const PAUSE: Duration = Duration::from_millis(50);

/// How long requests have to end when the server is told to.
const DRAIN: Duration = Duration::from_secs(10);

/// Where the server is to be reached.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    pub api: SocketAddr,
    pub management: Option<SocketAddr>,
}

/// A server that has its addresses, and takes connections once it [runs](Server::run).
pub struct Server {
    app: Arc<App>,
    api: TcpListener,
    management: Option<TcpListener>,
}

/// Takes the addresses.
pub async fn serve(app: Arc<App>, doors: Doors) -> io::Result<Server> {
    let api = TcpListener::bind(doors.api).await?;
    let management = match doors.management {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    Ok(Server { app, api, management })
}

impl Server {
    /// Where the API is.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.api.local_addr()
    }

    /// Answers requests until it is told to stop; then lets those at work end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { app, api, management } = self;
        let closing = Arc::clone(&app);
        tokio::spawn(async move {
            stop.await;
            closing.close();
        });
        let management = async {
            if let Some(listener) = management {
                accept(&app, Door::Management, listener).await;
            }
        };
        tokio::join!(accept(&app, Door::Api, api), management);
    }
}

async fn accept(app: &Arc<App>, door: Door, listener: TcpListener) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            () = app.closed() => break,
            accepted = listener.accept() => accepted,
        };
        match (accepted, Arc::clone(&places).try_acquire_owned()) {
            (Ok((stream, peer)), Ok(place)) => {
                let connection = connection(Arc::clone(app), door, stream, peer, &graceful);
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // There are too many connections; this one is closed.
            (Ok(_), Err(_)) => {}
            (Err(_), _) => tokio::time::sleep(PAUSE).await,
        }
    }
    drop(listener);
    // What has not ended by then is cut off.
    let _late = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}

fn connection(
    app: Arc<App>,
    door: Door,
    stream: TcpStream,
    peer: SocketAddr,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // Small answers go out at once; where that cannot be set, they come a little later.
    let _later = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(dispatch(app, door, peer.ip(), request).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_TIME)
        .max_headers(HEADERS_MAX)
        .max_buf_size(TARGET_MAX + HEADERS_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_header_list_size(HEADERS_BYTES_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let watched = graceful.watch(connection);
    async move {
        // A connection that breaks is the client's business.
        let _broken = watched.await;
    }
}
