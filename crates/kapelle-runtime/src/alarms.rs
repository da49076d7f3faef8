//! The clock, and what waits for a moment.
//!
//! The hands move by themselves, or a test moves them; everything asks this clock, so that a pause of two hours takes no
//! time where nobody wants to wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kapelle_model::Millis;

/// How long the thread sleeps at most: the clock of the machine may be set meanwhile.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// What happens at a moment. It must not block.
pub(crate) type Alarm = Box<dyn FnOnce() + Send>;

/// Names an alarm that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlarmKey(Millis, u64);

/// The clock of a runtime.
pub(crate) struct Clock {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    alarms: BTreeMap<AlarmKey, Alarm>,
    count: u64,
    /// Where the hands were put; none if they move by themselves.
    hands: Option<Millis>,
    /// By how many milliseconds they are ahead of the machine's.
    ahead: i64,
    is_closed: bool,
}

/// The moment, as the machine knows it.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
pub fn machine_now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock {
    /// A clock that goes by itself.
    pub(crate) fn real(ahead: i64) -> Self {
        let clock = Self::stopped(None, ahead);
        let shared = Arc::clone(&clock.shared);
        let thread = std::thread::Builder::new().name("clock".to_owned()).spawn(move || shared.watch());
        *clock.thread.lock().unwrap_or_else(PoisonError::into_inner) = thread.ok();
        clock
    }

    /// A clock whose hands are moved by [`advance`](Self::advance).
    pub(crate) fn by_hand(now: Millis) -> Self {
        Self::stopped(Some(now), 0)
    }

    fn stopped(hands: Option<Millis>, ahead: i64) -> Self {
        let state = State { ahead, alarms: BTreeMap::new(), count: 0, hands, is_closed: false };
        let shared = Shared { state: Mutex::new(state), changed: Condvar::new() };
        Self { shared: Arc::new(shared), thread: Mutex::new(None) }
    }

    pub(crate) fn now(&self) -> Millis {
        self.shared.lock().now()
    }

    /// The clock for those who only want to know the time.
    pub(crate) fn teller(&self) -> crate::clock::Clock {
        let shared = Arc::clone(&self.shared);
        Arc::new(move || crate::clock::timestamp(shared.lock().now()))
    }

    /// Does something at a moment; at once, if it has passed.
    pub(crate) fn set(&self, at: Millis, alarm: Alarm) -> AlarmKey {
        let mut state = self.shared.lock();
        state.count += 1;
        let key = AlarmKey(at, state.count);
        let is_first = state.alarms.keys().next().is_none_or(|first| key < *first);
        state.alarms.insert(key, alarm);
        drop(state);
        if is_first {
            self.shared.changed.notify_all();
        }
        key
    }

    /// Forgets an alarm. It may be over already.
    pub(crate) fn cancel(&self, key: AlarmKey) {
        self.shared.lock().alarms.remove(&key);
    }

    /// Puts the hands somewhere, also back.
    #[cfg(test)]
    pub(crate) fn set_hands(&self, now: Millis) {
        self.shared.lock().hands = Some(now);
    }

    pub(crate) fn is_by_hand(&self) -> bool {
        self.shared.lock().hands.is_some()
    }

    /// Moves the hands to the next moment at which something happens, but not beyond this one, and lets it happen.
    /// Whether there was one.
    pub(crate) fn advance(&self, until: Millis) -> bool {
        let mut state = self.shared.lock();
        let Some(next) = state.alarms.keys().next().map(|key| key.0).filter(|at| *at <= until) else {
            return false;
        };
        let now = state.hands.map_or(next, |now| now.max(next));
        state.hands = Some(now);
        let due = state.due(now);
        drop(state);
        ring(due);
        true
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last handle may be dropped by an alarm, in the thread itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.is_closed {
            let now = state.now();
            let due = state.due(now);
            if !due.is_empty() {
                drop(state);
                ring(due);
                state = self.lock();
                continue;
            }
            let next = state.alarms.keys().next().map_or(i64::MAX, |key| key.0.since(now));
            let sleep = Duration::from_millis(next.max(0).cast_unsigned()).min(SLEEP_MAX);
            state = self.changed.wait_timeout(state, sleep).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn ring(due: Vec<Alarm>) {
    for alarm in due {
        alarm();
    }
}

impl State {
    fn now(&self) -> Millis {
        self.hands.unwrap_or_else(|| machine_now().plus(self.ahead))
    }

    fn due(&mut self, now: Millis) -> Vec<Alarm> {
        let later = self.alarms.split_off(&AlarmKey(now.plus(1), 0));
        std::mem::replace(&mut self.alarms, later).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn alarms_come_in_their_order_when_the_hands_are_moved() {
        let clock = Clock::by_hand(Millis(10));
        let (told, hears) = mpsc::channel();
        for at in [30, 20, 20, 5] {
            let told = told.clone();
            clock.set(Millis(at), Box::new(move || told.send(at).unwrap()));
        }
        let heard = || hears.try_iter().collect::<Vec<_>>();
        assert!(clock.advance(Millis(15)));
        assert_eq!(
            (heard(), clock.now()),
            (vec![5], Millis(10)),
            "what is late does not turn the clock back"
        );
        assert!(!clock.advance(Millis(15)));
        assert!(clock.advance(Millis(99)));
        assert_eq!((heard(), clock.now()), (vec![20, 20], Millis(20)));
        let forgotten = clock.set(Millis(35), Box::new(|| panic!("it was forgotten")));
        clock.cancel(forgotten);
        assert!(clock.advance(Millis(40)) && !clock.advance(Millis(40)));
        assert_eq!((heard(), clock.now()), (vec![30], Millis(30)));
    }

    #[test]
    fn a_clock_that_goes_by_itself_rings() {
        let clock = Clock::real(0);
        let (told, hears) = mpsc::channel();
        let late = told.clone();
        clock.set(clock.now().plus(20), Box::new(move || late.send(2).unwrap()));
        clock.set(clock.now(), Box::new(move || told.send(1).unwrap()));
        assert_eq!([hears.recv().unwrap(), hears.recv().unwrap()], [1, 2]);
    }
}
