//! A transaction ready to be written: everything that takes time is done by who asks, and not by the only one who writes.

use std::sync::Arc;

use kapelle_model::delta::Delta;
use kapelle_model::execution::{Birth, Labels};
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::codec::{Codec, pack};
use kapelle_store::error::Result;
use kapelle_store::transaction::{OrderId, Wake};
use kapelle_store::{Transaction, Write};

use crate::columns;

pub(crate) struct Prepared {
    pub writes: Vec<Ready>,
    /// About as many as will be written.
    pub bytes: usize,
}

pub(crate) enum Ready {
    Execution(Box<Rows>),
    Order {
        id: OrderId,
        to: ExecutionId,
        data: Vec<u8>,
    },
    /// What is written as it came.
    Plain(Write),
}

/// The rows that a change of an execution comes to.
pub(crate) struct Rows {
    pub id: ExecutionId,
    pub key: i64,
    pub version: u64,
    pub birth: Option<(Arc<Birth>, Arc<[u8]>)>,
    pub head: Arc<[u8]>,
    pub state: State,
    pub started: Millis,
    pub ended: Option<i64>,
    pub slot: i64,
    pub is_at_rest: bool,
    pub labels: Labels,
    pub print: i64,
    pub runs: Vec<(u32, Vec<u8>)>,
    pub removed: Vec<u32>,
    pub children: Vec<ChildRow>,
}

pub(crate) struct ChildRow {
    pub run: u32,
    pub iteration: u32,
    pub child: i64,
    pub is_open: bool,
    pub data: Vec<u8>,
}

/// Bytes that a row costs beside its data.
const ROW: usize = 32;

impl Prepared {
    pub(crate) fn new(transaction: Transaction, codec: &Codec) -> Result<Self> {
        transaction.check()?;
        let mut prepared = Self { writes: Vec::with_capacity(transaction.writes.len()), bytes: 0 };
        for write in transaction.writes {
            let ready = ready(write, codec)?;
            prepared.bytes += ready.bytes();
            prepared.writes.push(ready);
        }
        Ok(prepared)
    }
}

fn ready(write: Write, codec: &Codec) -> Result<Ready> {
    match write {
        Write::Execution(delta) => Ok(Ready::Execution(Box::new(rows(*delta, codec)?))),
        Write::Order(sent) => Ok(Ready::Order { id: sent.id, to: sent.to, data: codec.sent(&sent)? }),
        Write::Put { mut document, over } => {
            document.data = pack(&document.data);
            Ok(Ready::Plain(Write::Put { document, over }))
        }
        other => Ok(Ready::Plain(other)),
    }
}

fn rows(delta: Delta, codec: &Codec) -> Result<Rows> {
    let Delta { id, birth, head, runs, removed, children, is_at_rest } = delta;
    let birth = birth.map(|birth| codec.birth(&birth).map(|data| (birth, data.into()))).transpose()?;
    let runs = runs.iter().map(|run| Ok((run.index.0.get(), codec.run(id, run)?))).collect::<Result<_>>()?;
    let children = children.into_iter().map(|((run, iteration), child)| {
        Ok(ChildRow {
            run: run.0.get(),
            iteration,
            child: columns::key(child.id),
            is_open: child.ended.is_none(),
            data: codec.child(id, &child)?,
        })
    });
    Ok(Rows {
        id,
        key: columns::key(id),
        version: head.version,
        birth,
        head: codec.head(id, &head)?.into(),
        state: head.history.current(),
        started: head.history.started(),
        ended: columns::ended(&head),
        slot: columns::of_slot(head.slot),
        // What has not ended has something left to be done, whatever is said of it.
        is_at_rest: is_at_rest && head.history.current().is_terminal(),
        print: columns::print(&head.labels),
        labels: head.labels,
        runs,
        removed: removed.iter().map(|run| run.0.get()).collect(),
        children: children.collect::<Result<_>>()?,
    })
}

impl Ready {
    fn bytes(&self) -> usize {
        ROW + match self {
            Self::Execution(rows) => rows.bytes(),
            Self::Order { data, .. } => data.len(),
            Self::Plain(Write::Put { document, .. }) => document.data.len(),
            Self::Plain(Write::Flow(flow)) => flow.source.len(),
            Self::Plain(Write::Once(once)) => once.result.len(),
            Self::Plain(Write::Audit(entry)) => entry.detail.len(),
            Self::Plain(Write::Purge(ids)) => ids.len() * size_of::<Wake>(),
            Self::Plain(_) => 0,
        }
    }
}

impl Rows {
    fn bytes(&self) -> usize {
        let birth = self.birth.as_ref().map_or(0, |(_, data)| data.len());
        let runs: usize = self.runs.iter().map(|(_, data)| data.len() + ROW).sum();
        let children: usize = self.children.iter().map(|child| child.data.len() + ROW).sum();
        birth + self.head.len() + runs + children
    }
}
