//! How often somebody may guess. Who guessed wrong waits longer each time, and nobody is ever locked out: what is counted
//! is an address, alone and with the name that it tried, so that strangers cannot use up the tries of somebody else.

use std::collections::BTreeMap;
use std::net::IpAddr;

use kapelle_model::Millis;

use super::networks::network;

/// Wrong tries of one address within a minute before waiting begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// Of one name.
    pub of_name: u32,
    /// Of all names together.
    pub of_address: u32,
}

impl Default for Guesses {
    fn default() -> Self {
        Self { of_name: 5, of_address: 20 }
    }
}

const WINDOW_MS: i64 = 60_000;
/// The longest wait.
const WAIT_MAX_MS: i64 = 60_000;

/// Addresses that are remembered; the one that tried longest ago is forgotten first.
const REMEMBERED_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Tries {
    most: Guesses,
    wrong: BTreeMap<(IpAddr, Option<String>), Wrong>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    count: u32,
    last: Millis,
}

impl Tries {
    pub(super) fn new(most: Guesses) -> Self {
        Self { most, wrong: BTreeMap::new() }
    }

    /// Takes a try before it is known how it ends, so that many at once count too. The seconds to wait, if there are.
    pub(super) fn take(&mut self, from: IpAddr, name: &str, now: Millis) -> Result<(), u32> {
        let waits = keys(self.most, from, name).map(|(key, most)| self.wait(&key, most, now));
        match waits.into_iter().max().unwrap_or(0) {
            0 => {
                for (key, _) in keys(self.most, from, name) {
                    self.count(key, now);
                }
                Ok(())
            }
            milliseconds => Err(u32::try_from((milliseconds + 999) / 1_000).unwrap_or(u32::MAX)),
        }
    }

    /// It was right: it never was a wrong try.
    pub(super) fn give_back(&mut self, from: IpAddr, name: &str) {
        let [(of_name, _), (of_address, _)] = keys(self.most, from, name);
        self.wrong.remove(&of_name);
        if let Some(wrong) = self.wrong.get_mut(&of_address) {
            wrong.count = wrong.count.saturating_sub(1);
        }
    }

    fn wait(&self, key: &(IpAddr, Option<String>), most: u32, now: Millis) -> i64 {
        let Some(wrong) = self.wrong.get(key) else { return 0 };
        if wrong.count < most {
            return 0;
        }
        let doubled = 1_000_i64.checked_shl(wrong.count - most).unwrap_or(WAIT_MAX_MS);
        let wait = doubled.clamp(1_000, WAIT_MAX_MS);
        (wrong.last.0 + wait - now.0).max(0)
    }

    fn count(&mut self, key: (IpAddr, Option<String>), now: Millis) {
        if self.wrong.len() >= REMEMBERED_MAX {
            let oldest = self.wrong.iter().min_by_key(|(_, wrong)| wrong.last).map(|(key, _)| key.clone());
            oldest.map(|key| self.wrong.remove(&key));
        }
        let wrong = self.wrong.entry(key).or_insert(Wrong { count: 0, last: now });
        // Who waited for as long as the longest wait and a window begins anew.
        if now.0 - wrong.last.0 > WINDOW_MS {
            wrong.count = 0;
        }
        *wrong = Wrong { count: wrong.count.saturating_add(1).min(40), last: now };
    }
}

/// What a try counts for, with the wrong ones that are free.
fn keys(most: Guesses, from: IpAddr, name: &str) -> [((IpAddr, Option<String>), u32); 2] {
    let from = network(from);
    [((from, Some(name.to_lowercase())), most.of_name), ((from, None), most.of_address)]
}
