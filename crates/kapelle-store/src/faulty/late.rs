//! Answers that are held back, and given in another order.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread;
use std::time::Duration;

use super::Plan;
use crate::contract::Dice;
use crate::error::Result;
use crate::store::Done;
use crate::transaction::CommitNumber;

/// An answer, and who waits for it.
pub(super) struct Late {
    done: Done,
    result: Result<CommitNumber>,
}

/// How many are held back at most.
const HELD_MAX: usize = 8;

/// A thread that gives answers late. It ends when nobody can send it any more, with all answers given.
pub(super) fn begin(plan: Plan) -> Sender<Late> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        give_all(&receiver, plan.late_by.max(Duration::from_millis(1)), Dice::new(plan.seed));
    });
    sender
}

/// Holds an answer back.
pub(super) fn keep(late: &Sender<Late>, done: Done, result: Result<CommitNumber>) {
    if let Err(SendError(Late { done, result })) = late.send(Late { done, result }) {
        done(result);
    }
}

fn give_all(receiver: &Receiver<Late>, held_for: Duration, mut dice: Dice) {
    let mut held = Vec::new();
    loop {
        match receiver.recv_timeout(held_for) {
            Ok(late) if held.len() < HELD_MAX => held.push(late),
            Ok(late) => {
                held.push(late);
                give(&mut held, &mut dice);
            }
            Err(RecvTimeoutError::Timeout) => give(&mut held, &mut dice),
            Err(RecvTimeoutError::Disconnected) => return give(&mut held, &mut dice),
        }
    }
}

fn give(held: &mut Vec<Late>, dice: &mut Dice) {
    while !held.is_empty() {
        let Late { done, result } = held.swap_remove(dice.below(held.len()));
        done(result);
    }
}
