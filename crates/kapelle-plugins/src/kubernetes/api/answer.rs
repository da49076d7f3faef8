//! What a cluster answers.

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use serde::de::DeserializeOwned;
use tokio::task::AbortHandle;

use crate::kubernetes::trouble::Trouble;

/// Bytes of an answer that is kept whole: a page of very large objects fits.
const BYTES_MAX: usize = 64 << 20;

/// An answer whose content is still on its way.
pub(in crate::kubernetes) struct Answer {
    response: Response<Incoming>,
    connection: Connection,
}

/// Ends with the answer.
pub(super) struct Connection(pub(super) AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Answer {
    pub(super) fn new(response: Response<Incoming>, connection: Connection) -> Self {
        Self { response, connection }
    }

    /// The answer if it is a yes; a change of the protocol is one.
    pub(super) async fn accepted(self) -> Result<Self, Trouble> {
        let status = self.response.status();
        if status.is_success() || status.as_u16() == 101 {
            return Ok(self);
        }
        let bytes = self.bytes().await?;
        Err(Trouble::refused(status.as_u16(), &bytes))
    }

    pub(super) fn into_parts(self) -> (Response<Incoming>, Connection) {
        (self.response, self.connection)
    }

    /// The next piece; `None` at the end.
    pub(in crate::kubernetes) async fn piece(&mut self) -> Result<Option<Bytes>, Trouble> {
        loop {
            let Some(frame) = self.response.body_mut().frame().await else { return Ok(None) };
            let frame = frame.map_err(|error| Trouble::broken_off(&error))?;
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
    }

    /// All of it, as what is wanted.
    pub(super) async fn read<T: DeserializeOwned>(self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.bytes().await?)
            .map_err(|error| Trouble::Away(format!("what Kubernetes answers cannot be read: {error}")))
    }

    async fn bytes(mut self) -> Result<Vec<u8>, Trouble> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece().await? {
            if all.len() + piece.len() > BYTES_MAX {
                return Err(Trouble::Away(format!("Kubernetes answers more than {BYTES_MAX} bytes")));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }
}
