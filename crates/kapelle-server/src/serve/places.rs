//! How many connections there may be: of all, and of one address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::{Network, network};
use crate::limits::{CONNECTIONS_MAX, CONNECTIONS_OF_ONE_MAX};

pub(super) struct Places {
    taken: Arc<Mutex<Taken>>,
    /// These stand for many people.
    proxies: Vec<Network>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    of: BTreeMap<IpAddr, usize>,
}

/// A connection's place. It is free again when this is dropped.
pub(super) struct Place {
    taken: Arc<Mutex<Taken>>,
    of: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(proxies: Vec<Network>) -> Self {
        Self { taken: Arc::default(), proxies }
    }

    pub(super) fn take(&self, peer: IpAddr) -> Option<Place> {
        let is_many =
            peer.to_canonical().is_loopback() || self.proxies.iter().any(|network| network.has(peer));
        let of = (!is_many).then(|| network(peer));
        let mut taken = lock(&self.taken);
        let count = of.map_or(0, |of| taken.of.get(&of).copied().unwrap_or(0));
        if taken.all >= CONNECTIONS_MAX || count >= CONNECTIONS_OF_ONE_MAX {
            return None;
        }
        taken.all += 1;
        if let Some(of) = of {
            taken.of.insert(of, count + 1);
        }
        drop(taken);
        Some(Place { taken: Arc::clone(&self.taken), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all = taken.all.saturating_sub(1);
        let Some(of) = self.of else { return };
        match taken.of.get_mut(&of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.of.remove(&of)),
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_machines_that_stand_for_many_have_all() {
        let places = Places::new(vec![Network::read("10.0.0.0/8").unwrap()]);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut held: Vec<Place> =
            (0..CONNECTIONS_OF_ONE_MAX).map(|_| places.take(address("192.0.2.1")).unwrap()).collect();
        assert!(places.take(address("192.0.2.1")).is_none());
        for other in ["192.0.2.2", "127.0.0.1", "::1", "10.1.2.3"] {
            held.push(places.take(address(other)).unwrap());
        }
        drop(held.remove(0));
        assert!(places.take(address("192.0.2.1")).is_some());
        drop(held);
        let taken = lock(&places.taken);
        assert_eq!((taken.all, taken.of.len()), (0, 0));
    }
}
