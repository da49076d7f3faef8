//! Many clients in one thread, and what their waiting comes to.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinSet;

use super::now;
use super::server::Server;
use super::wire::Connection;

/// What many requests came to.
pub(super) struct Outcome {
    pub(super) per_second: f64,
    /// How long each took, the shortest first.
    took: Vec<Duration>,
}

impl Outcome {
    pub(super) fn of(mut took: Vec<Duration>, within: Duration) -> Self {
        took.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "no figure here is that exact")]
        let per_second = took.len() as f64 / within.as_secs_f64();
        Self { per_second, took }
    }

    /// What so many of a hundred stay below, in milliseconds.
    pub(super) fn millis(&self, percent: usize) -> f64 {
        let place = self.took.len().saturating_sub(1) * percent / 100;
        self.took.get(place).map_or(f64::NAN, |took| super::millis(*took))
    }
}

/// When clients stop.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Time(Duration),
    /// So many requests of all clients together.
    Count(usize),
}

/// So many clients send this request again as soon as it is answered.
pub(super) async fn load(
    server: &Server,
    request: &[u8],
    clients: usize,
    until: Until,
) -> anyhow::Result<Outcome> {
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Connection::open(server).await.context("cannot reach the server")?);
    }
    let began = now();
    let mut working = JoinSet::new();
    for (number, mut connection) in connections.into_iter().enumerate() {
        let request = request.to_vec();
        let share = match until {
            Until::Time(_) => usize::MAX,
            Until::Count(count) => count / clients + usize::from(number < count % clients),
        };
        working.spawn(async move {
            let mut took = Vec::new();
            // However short the time is, each asks once.
            while took.len() < share && (took.is_empty() || until.goes_on(began.elapsed())) {
                let asked = now();
                let answer = connection.ask(&request).await.context("the server went away")?;
                if answer.status >= 300 {
                    bail!("the server answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
                }
                took.push(asked.elapsed());
            }
            Ok(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = working.join_next().await {
        all.extend(took.context("a client broke")??);
    }
    Ok(Outcome::of(all, began.elapsed()))
}

impl Until {
    fn goes_on(self, passed: Duration) -> bool {
        match self {
            Self::Time(time) => passed < time,
            Self::Count(_) => true,
        }
    }
}
