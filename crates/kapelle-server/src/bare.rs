//! A server that only answers: what a request costs at least on this machine, for those who measure the real one.

use std::convert::Infallible;
use std::io;

use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// About as long as an execution in an answer.
const BODY: &[u8] = &[b' '; 700];

/// Answers every request with the same body, for as long as the process lives.
pub async fn serve_bare(listener: TcpListener) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let answer = service_fn(|request: hyper::Request<Incoming>| async move {
                request.into_body().collect().await?;
                let mut response = Response::new(Full::new(Bytes::from_static(BODY)));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Ok::<_, hyper::Error>(response)
            });
            let served =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            // A connection that breaks is the client's business.
            let _broken = served.await;
        });
    }
}
