//! `io.kestra.plugin.email.MailReceivedTrigger`: starts an execution when mail has come.

use kapelle_model::Value;
use kapelle_plugin::{Broken, Metric, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inbox::access::Access;
use crate::inbox::letter::{BODY_MAX, Keeping, Letter, read};
use crate::inbox::mark::Mark;
use crate::inbox::{Inbox, MESSAGE_MAX};

/// Bytes of messages that one look reads, and of texts that one execution gets; the next look goes on.
const BYTES_MAX: u64 = 2 * MESSAGE_MAX;
const TEXTS_MAX: usize = 8 * BODY_MAX;

/// # Start an execution when mail has come
///
/// Looks into a mailbox over IMAP or POP3, and starts one execution for all messages that came since the last look; the
/// first look only takes note of where the mailbox stands. Attached files are taken over into the internal storage.
/// Nothing in the mailbox changes: messages stay, and what is not read stays so.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailReceivedTrigger {
    #[serde(flatten)]
    access: Access,
}

/// The messages that came.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Received {
    /// The message that came last.
    latest_email: Letter,
    /// How many messages there are.
    total: u64,
    /// All of them, the one that came first at the beginning.
    emails: Vec<Letter>,
}

impl PollingTrigger for MailReceivedTrigger {
    const TYPE: &'static str = "io.kestra.plugin.email.MailReceivedTrigger";
    type Output = Received;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Received>, Broken> {
        let looking = self.look(cx, cursor);
        cx.stop.run_until_cancelled(looking).await.ok_or_else(Broken::killed)?
    }
}

impl MailReceivedTrigger {
    async fn look(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Received>, Broken> {
        let server = self.access.server(cx)?;
        let mailbox = server.fingerprint();
        let mut inbox = Inbox::open(cx, &server).await?;
        let news = inbox.news(cx, Mark::read(cursor.as_ref(), &mailbox)).await?;
        let (mut mark, mut emails) = (news.mark, Vec::new());
        let (mut bytes, mut texts) = (0, 0);
        for item in &news.items {
            if !emails.is_empty() && (bytes + item.bytes > BYTES_MAX || texts > TEXTS_MAX) {
                break;
            }
            if let Some(fetched) = inbox.fetch(item).await? {
                bytes += fetched.bytes.len() as u64;
                let letter = read(cx, fetched, Keeping::Files).await?;
                texts += letter.body.as_deref().map_or(0, str::len);
                emails.push(letter);
            }
            mark.pass(item);
        }
        inbox.close().await;
        let cursor = Some(mark.value(&mailbox));
        let Some(latest_email) = emails.last().cloned() else { return Ok(Polled { event: None, cursor }) };
        let total = emails.len() as u64;
        cx.metric(Metric::count("messages", total));
        Ok(Polled { event: Some(Received { latest_email, total, emails }), cursor })
    }
}
