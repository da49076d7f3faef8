//! Doors to the network: connections within limits, encrypted or not, and a graceful end.

mod places;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use self::places::Places;
use crate::app::App;
use crate::dispatch::{Door, Visit, dispatch};
use crate::limits::{
    HANDSHAKE_TIME, HEADERS_BYTES_MAX, HEADERS_MAX, HEADERS_TIME, LIFE_SIGNS, RESETS_MAX, STREAM_BYTES_MAX,
    STREAMS_MAX, TARGET_MAX, WRITE_IDLE,
};
use crate::patient::Patient;
use crate::tls::Tls;

/// How long to wait after a connection could not be taken, because there are too many.
const PAUSE: Duration = Duration::from_millis(50);

/// Where the server is to be reached, and how it ends.
#[derive(Clone)]
pub struct Doors {
    pub api: SocketAddr,
    pub management: Option<SocketAddr>,
    /// The API is encrypted with it.
    pub tls: Option<Arc<Tls>>,
    /// How long requests have to end when the server is told to.
    pub drain: Duration,
}

/// A server that has its addresses, and takes connections once it [runs](Server::run).
pub struct Server {
    app: Arc<App>,
    api: TcpListener,
    management: Option<TcpListener>,
    tls: Option<Arc<Tls>>,
    drain: Duration,
}

/// Takes the addresses.
pub async fn serve(app: Arc<App>, doors: Doors) -> io::Result<Server> {
    let api = TcpListener::bind(doors.api).await?;
    let management = match doors.management {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    Ok(Server { app, api, management, tls: doors.tls, drain: doors.drain })
}

impl Server {
    /// Where the API is.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.api.local_addr()
    }

    /// Answers requests until it is told to stop; then lets those at work end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { app, api, management, tls, drain } = self;
        let closing = Arc::clone(&app);
        tokio::spawn(async move {
            stop.await;
            closing.close();
        });
        let follows = tls.clone().map(|tls| tokio::spawn(tls.follow()));
        let management = async {
            if let Some(listener) = management {
                accept(&app, Door::Management, listener, None, drain).await;
            }
        };
        tokio::join!(accept(&app, Door::Api, api, tls, drain), management);
        if let Some(follows) = follows {
            follows.abort();
        }
        app.recorder.close().await;
    }
}

async fn accept(app: &Arc<App>, door: Door, listener: TcpListener, tls: Option<Arc<Tls>>, drain: Duration) {
    let graceful = GracefulShutdown::new();
    let places = Places::new(app.entry.forwarders.clone());
    loop {
        let accepted = tokio::select! {
            () = app.closed() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // There are too many connections where there is no place; this one is closed.
        let Some(place) = places.take(peer.ip()) else { continue };
        let visit = Visit { door, peer: peer.ip(), is_secure: tls.is_some() };
        let (app, tls, watcher) = (Arc::clone(app), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            answer(app, visit, stream, tls, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    // What has not ended by then is cut off.
    let _late = timeout(drain, graceful.shutdown()).await;
}

async fn answer(app: Arc<App>, visit: Visit, stream: TcpStream, tls: Option<Arc<Tls>>, watcher: Watcher) {
    // Small answers go out at once; where that cannot be set, they come a little later.
    let _later = stream.set_nodelay(true);
    let stream = Patient::new(stream, WRITE_IDLE);
    let Some(tls) = tls else { return speak(app, visit, stream, watcher).await };
    // Who does not speak TLS, or not soon enough, is left.
    if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIME, tls.acceptor().accept(stream)).await {
        speak(app, visit, stream, watcher).await;
    }
}

async fn speak<S>(app: Arc<App>, visit: Visit, stream: S, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(dispatch(app, visit, request).await) }
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
        .keep_alive_interval(LIFE_SIGNS)
        .keep_alive_timeout(LIFE_SIGNS)
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_send_buf_size(STREAM_BYTES_MAX)
        .max_header_list_size(HEADERS_BYTES_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    // A connection that breaks is the client's business.
    let _broken = watcher.watch(connection).await;
}
