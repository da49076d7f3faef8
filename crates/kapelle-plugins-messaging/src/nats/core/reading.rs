//! Reading a stream into a file.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, Metric, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::nats::begin::Begin;
use crate::nats::connection::{Connection, ServerProperties};
use crate::nats::jetstream::Wanted;
use crate::nats::message::Row;
use crate::nats::protocol::check_subject;
use crate::records::{ExtentProperties, MessagesReceived, positive};

/// Messages that are fetched at once.
const AT_ONCE_MAX: u64 = 10_000;

/// How long messages that are safe here may wait until the server hears of it, beside the time that reading takes.
const WAIT: Duration = Duration::from_mins(5);

/// What is read of a stream, and by whom.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SourceProperties {
    #[serde(flatten)]
    server: ServerProperties,
    /// The subject; `*` stands for one part, `>` for all that follow. A stream has to have it.
    subject: Expr<String>,
    /// The name under which the server remembers what was read.
    durable_id: Option<Expr<String>>,
    /// From which moment on messages are read, for one who reads the first time.
    since: Option<Expr<String>>,
    /// Where one begins who reads the first time: `All`, `Last`, `New`, `ByStartTime` or `LastPerSubject`; `All` where it is
    /// not said.
    deliver_policy: Option<Expr<String>>,
    /// How many messages are fetched at once; 10 where it is not said.
    batch_size: Option<Expr<u32>>,
}

/// How long is read.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadingProperties {
    #[serde(flatten)]
    pub(super) source: SourceProperties,
    /// How long a message is waited for before there are none; 2 seconds where it is not said.
    poll_duration: Option<Expr<SignedDuration>>,
    #[serde(flatten)]
    extent: ExtentProperties,
}

/// What is read, rendered.
pub(super) struct Source {
    pub(super) subject: String,
    name: Option<String>,
    begin: Begin,
    pub(super) at_once: u64,
}

impl SourceProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Source, Failure> {
        let subject = cx.render(&self.subject)?;
        check_subject(&subject, "subject")?;
        let (policy, since) = (cx.filled(self.deliver_policy.as_ref())?, cx.filled(self.since.as_ref())?);
        let at_once = u64::from(cx.filled(self.batch_size.as_ref())?.unwrap_or(10)).clamp(1, AT_ONCE_MAX);
        Ok(Source {
            subject,
            name: cx.filled(self.durable_id.as_ref())?,
            begin: Begin::read(policy.as_deref(), since.as_deref())?,
            at_once,
        })
    }

    pub(super) async fn open(&self, cx: &RunContext) -> Result<Connection, Broken> {
        self.server.open(cx).await
    }
}

impl Source {
    /// The same with a name, if it has none.
    pub(super) fn or_named(self, name: impl FnOnce() -> String) -> Self {
        Self { name: self.name.or_else(|| Some(name())), ..self }
    }

    pub(super) fn wanted(&self, wait: Duration) -> Wanted<'_> {
        Wanted { subject: &self.subject, name: self.name.as_deref(), begin: &self.begin, wait }
    }
}

/// What was read, and where the server waits to hear that it is safe.
pub(super) struct Read {
    pub(super) messages: MessagesReceived,
    pub(super) replies: Vec<String>,
    pub(super) connection: Connection,
}

impl ReadingProperties {
    /// Reads messages into a file until none comes, there are enough, or the time is up. The server has not heard yet that
    /// they are safe.
    pub(super) async fn receive(
        &self,
        cx: &RunContext,
        source: &Source,
        count_max: u64,
    ) -> Result<Read, Broken> {
        let wait = cx.filled(self.poll_duration.as_ref())?.map_or(Duration::from_secs(2), positive);
        let extent = self.extent.read(cx)?;
        let mut connection = self.source.open(cx).await?;
        let reader = connection.reader(&source.wanted(WAIT + extent.time_left().unwrap_or_default())).await?;
        let mut file = RowFile::create(cx)?;
        let mut replies = Vec::new();
        // A message that waits too long for its acknowledgement comes again.
        let mut seen = BTreeSet::new();
        while !extent.is_over(file.count()) && file.count() < count_max {
            let wanted = source.at_once.min(extent.left(file.count())).min(count_max - file.count());
            let messages =
                connection.fetch(&reader, wanted, wait.min(extent.time_left().unwrap_or(wait))).await?;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                if message.sequence.is_none_or(|sequence| seen.insert(sequence)) {
                    file.add(&Row::new(&message.incoming, message.moment).value()?)?;
                }
                replies.extend(message.incoming.reply.filter(|_| reader.is_durable));
            }
        }
        connection.forget(&reader).await?;
        let count = file.count();
        cx.metric(Metric::count("records", count).tag("subject", &source.subject));
        Ok(Read {
            messages: MessagesReceived { messages_count: count, uri: file.finish()? },
            replies,
            connection,
        })
    }
}
