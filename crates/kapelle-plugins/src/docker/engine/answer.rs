//! What an engine answers.

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::task::AbortHandle;

use crate::docker::trouble::Trouble;

/// Bytes of an answer that is kept whole: lists of very many containers fit.
const BYTES_MAX: usize = 32 << 20;

/// An answer whose content is still on its way.
pub(in crate::docker) struct Answer {
    response: Response<Incoming>,
    _connection: Connection,
}

/// Ends with the answer.
pub(super) struct Connection(pub(super) AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How engines say no.
#[derive(Deserialize)]
struct No {
    message: String,
}

impl Answer {
    pub(super) fn new(response: Response<Incoming>, connection: Connection) -> Self {
        Self { response, _connection: connection }
    }

    /// The answer if it is a yes.
    pub(super) async fn accepted(self) -> Result<Self, Trouble> {
        let status = self.response.status();
        if status.is_success() {
            return Ok(self);
        }
        let bytes = self.bytes().await?;
        let message = match serde_json::from_slice::<No>(&bytes) {
            Ok(no) => no.message,
            Err(_) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        };
        Err(Trouble::refused(status.as_u16(), message))
    }

    /// The next piece; `None` at the end.
    pub(in crate::docker) async fn piece(&mut self) -> Result<Option<Bytes>, Trouble> {
        loop {
            let Some(frame) = self.response.body_mut().frame().await else { return Ok(None) };
            let frame = frame.map_err(|error| Trouble::broken_off(&error))?;
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
    }

    /// All of it, as what is wanted.
    pub(in crate::docker) async fn read<T: DeserializeOwned>(self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.bytes().await?)
            .map_err(|error| Trouble::Away(format!("what Docker answers cannot be read: {error}")))
    }

    async fn bytes(mut self) -> Result<Vec<u8>, Trouble> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece().await? {
            if all.len() + piece.len() > BYTES_MAX {
                return Err(Trouble::Away(format!("Docker answers more than {BYTES_MAX} bytes")));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }
}
