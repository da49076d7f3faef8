//! Orders on their way: `{"f":who sent it,"o":[number of the order, what it says …]}`.

use std::sync::Arc;

use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, execution::Parent};

use super::birth::{read_parent, write_parent};
use super::head::{read_breakpoints, read_labels, write_breakpoints, write_labels};
use super::reader::{Broken, Open, Read, Reader};
use super::value;
use super::writer::Writer;
use crate::error::Result;
use crate::transaction::{OrderId, Sent};

pub(super) fn write(out: &mut Writer, sent: &Sent) -> Result<()> {
    out.begin_map();
    out.key("f");
    write_parent(out, sent.from);
    out.key("o");
    out.begin_list();
    out.unsigned(number(&sent.order));
    write_order(out, &sent.order)?;
    out.end_list();
    out.end_map();
    Ok(())
}

/// The numbers are kept; none is ever given to another order.
const fn number(order: &Order) -> u32 {
    match order {
        Order::Kill { .. } => 1,
        Order::Pause => 2,
        Order::Resume { .. } => 3,
        Order::Restart => 4,
        Order::ChangeTaskState { .. } => 5,
        Order::ChangeStatus(_) => 6,
        Order::ForceRun => 7,
        Order::Unqueue(_) => 8,
        Order::SetLabels(_) => 9,
        Order::MarkReplayed => 10,
        Order::ResumeBreakpoint { .. } => 11,
    }
}

fn write_order(out: &mut Writer, order: &Order) -> Result<()> {
    match order {
        Order::Kill { cascade } => out.bool(*cascade),
        Order::Resume { values, by } => {
            value::write_map(out, values, 0)?;
            out.optional_text(by.as_deref());
        }
        Order::ChangeTaskState { run, state } => {
            out.unsigned(run.0.get());
            out.numbered(*state);
        }
        Order::ChangeStatus(state) | Order::Unqueue(state) => out.numbered(*state),
        Order::SetLabels(labels) => write_labels(out, labels),
        Order::ResumeBreakpoint { next } => match next {
            Some(next) => write_breakpoints(out, next),
            None => out.null(),
        },
        Order::Pause | Order::Restart | Order::ForceRun | Order::MarkReplayed => {}
    }
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_>, id: OrderId, to: ExecutionId) -> Read<Sent> {
    let mut from: Option<Parent> = None;
    let mut order = None;
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "f" => from = Some(read_parent(reader)?),
            "o" => order = Some(read_order(reader)?),
            _ => reader.skip()?,
        }
    }
    match (from, order) {
        (Some(from), Some(order)) => Ok(Sent { id, to, order, from }),
        _ => reader.expected("before this who sent the order, and what it is"),
    }
}

fn read_order(reader: &mut Reader<'_>) -> Read<Order> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let number = reader.number::<u32>()?;
    let order = match number {
        1 => Order::Kill { cascade: item(reader, &mut open)?.bool()? },
        2 => Order::Pause,
        3 => {
            let values = Arc::new(value::read_map(item(reader, &mut open)?, 0)?);
            Order::Resume { values, by: item(reader, &mut open)?.optional_text()? }
        }
        4 => Order::Restart,
        5 => {
            let run = item(reader, &mut open)?.run_index()?;
            Order::ChangeTaskState { run, state: item(reader, &mut open)?.numbered()? }
        }
        6 => Order::ChangeStatus(item(reader, &mut open)?.numbered()?),
        7 => Order::ForceRun,
        8 => Order::Unqueue(item(reader, &mut open)?.numbered()?),
        9 => Order::SetLabels(read_labels(item(reader, &mut open)?)?),
        10 => Order::MarkReplayed,
        11 => {
            let reader = item(reader, &mut open)?;
            let next = if reader.null() { None } else { Some(read_breakpoints(reader)?) };
            Order::ResumeBreakpoint { next }
        }
        _ => return Err(Broken::Content(format!("order {number} is one that only a newer version knows"))),
    };
    reader.close(open)?;
    Ok(order)
}

/// The reader before the next item, which has to be there.
fn item<'a, 'b>(reader: &'a mut Reader<'b>, open: &mut Open) -> Read<&'a mut Reader<'b>> {
    reader.item(open)?;
    Ok(reader)
}
