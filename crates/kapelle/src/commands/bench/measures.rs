//! What is measured, one thing after the other.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::figures::{Figure, Report};
use super::load::{Outcome, Until, load};
use super::now;
use super::server::{Server, Started};
use super::wire::Connection;
use crate::terminal::note;

const FLOWS: &[(&str, &str)] = &[
    (
        "one",
        "id: one\nnamespace: bench\ntasks:\n- {id: log, type: io.kestra.plugin.core.log.Log, message: done}\n",
    ),
    (
        "hook",
        "id: hook\nnamespace: bench\ntasks:\n- {id: log, type: io.kestra.plugin.core.log.Log, message: done}\n\
         triggers:\n- {id: in, type: io.kestra.plugin.core.trigger.Webhook, key: key-of-the-bench}\n",
    ),
    ("waits", "id: waits\nnamespace: bench\ntasks:\n- {id: wait, type: io.kestra.plugin.core.flow.Pause}\n"),
];

const HOOK: &str = "/api/v1/main/executions/webhook/bench/hook/key-of-the-bench";

/// Webhooks whose first task is looked at, one after the other.
const LOOKED_AT: usize = 200;

/// Between two of them, so that the server has nothing to do.
const IDLE: Duration = Duration::from_millis(5);

/// Lists by their names, the first page of each.
const LISTS: &[(&str, &str)] = &[
    ("executions", "/api/v1/main/executions/search?size=25&page=1&sort=state.startDate:desc"),
    ("executions of a flow", "/api/v1/main/executions/search?size=25&page=1&namespace=bench&flowId=one"),
    ("flows", "/api/v1/main/flows/search?size=25&page=1"),
    ("logs", "/api/v1/main/logs/search?size=25&page=1"),
];

pub(super) struct Measures<'r> {
    pub(super) server: Server,
    pub(super) bare: Server,
    /// How long each rate is measured.
    pub(super) time: Duration,
    pub(super) report: &'r mut Report,
}

impl Measures<'_> {
    /// Saves the flows that are run.
    pub(super) async fn prepare(&self) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.server).await.context("cannot reach the server")?;
        for (id, source) in FLOWS {
            let there = connection.ask(&self.server.get(&format!("/api/v1/main/flows/bench/{id}"))).await?;
            if there.status == 200 {
                continue;
            }
            let save = self.server.request("POST", "/api/v1/main/flows", "application/x-yaml", source);
            let answer = connection.ask(&save).await?;
            if answer.status != 200 {
                let why = String::from_utf8_lossy(&answer.body);
                bail!("the flow `bench.{id}` is not saved: {} {why}", answer.status);
            }
        }
        Ok(())
    }

    /// A flow of one task from its request to its end.
    pub(super) async fn executions(&mut self) -> anyhow::Result<()> {
        let path = "/api/v1/main/executions/bench/one?wait=true";
        let request = self.server.request("POST", path, "text/plain", "");
        let plain = self.bare.request("POST", path, "text/plain", "");
        for clients in [1, 100, 1_000] {
            let until = Until::Time(self.time);
            let real = load(&self.server, &request, clients, until).await?;
            let bare = load(&self.bare, &plain, clients, until).await?;
            let name = |what: &str| format!("one task, {clients} at once{what}");
            let report = &mut *self.report;
            report.add(Figure::of(name(""), real.per_second, "executions/s").beside(bare.per_second));
            report.add(Figure::of(name(", p50"), real.millis(50), "ms").beside(bare.millis(50)));
            report.add(Figure::of(name(", p99"), real.millis(99), "ms").beside(bare.millis(99)));
        }
        Ok(())
    }

    /// Webhooks on a server that has nothing else to do.
    pub(super) async fn webhooks(&mut self) -> anyhow::Result<()> {
        let request = self.server.request("POST", HOOK, "application/json", "{\"n\": 1}");
        let plain = self.bare.request("POST", HOOK, "application/json", "{\"n\": 1}");
        let mut connection = Connection::open(&self.server).await?;
        let mut took = Vec::new();
        let mut called = Vec::new();
        for _ in 0..LOOKED_AT {
            tokio::time::sleep(IDLE).await;
            let (asked, moment) = (now(), Timestamp::now());
            let answer = connection.ask(&request).await?;
            took.push(asked.elapsed());
            let json: Json = serde_json::from_slice(&answer.body).context("the webhook gives no JSON")?;
            let id = json["id"].as_str().ok_or_else(|| anyhow!("the webhook gives no execution: {json}"))?;
            called.push((id.to_owned(), moment));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut begun = Vec::new();
        for (id, moment) in called {
            let answer = connection.ask(&self.server.get(&format!("/api/v1/main/executions/{id}"))).await?;
            begun.push(until_first_task(&serde_json::from_slice(&answer.body)?, moment)?);
        }
        let bare = load(&self.bare, &plain, 1, Until::Count(LOOKED_AT)).await?;
        let (webhook, first) = (Outcome::of(took, self.time), Outcome::of(begun, self.time));
        self.report.add(Figure::of("webhook, p50", webhook.millis(50), "ms").beside(bare.millis(50)));
        self.report.add(Figure::of("webhook, p99", webhook.millis(99), "ms").beside(bare.millis(99)));
        self.report
            .add(Figure::of("webhook to first task, p50", first.millis(50), "ms").beside(bare.millis(50)));
        self.report
            .add(Figure::of("webhook to first task, p99", first.millis(99), "ms").beside(bare.millis(99)));
        Ok(())
    }

    /// Lists of many executions.
    pub(super) async fn lists(&mut self, executions: usize) -> anyhow::Result<()> {
        let request = self.server.request("POST", "/api/v1/main/executions/bench/one", "text/plain", "");
        let missing = executions.saturating_sub(self.count().await?);
        if missing > 0 {
            let filled = load(&self.server, &request, 100, Until::Count(missing)).await?;
            self.report.add(Figure::of("created, 100 at once", filled.per_second, "executions/s"));
        }
        let bare = load(&self.bare, &self.bare.get("/"), 1, Until::Time(self.time)).await?;
        let count = self.count().await?;
        for (name, path) in LISTS {
            if !self.has(path).await? {
                note(&format!("note: the server has no list of {name}"));
                continue;
            }
            let listed = load(&self.server, &self.server.get(path), 1, Until::Time(self.time)).await?;
            let name = format!("list of {name} ({count} executions), p99");
            self.report.add(Figure::of(name, listed.millis(99), "ms").beside(bare.millis(99)));
        }
        Ok(())
    }

    async fn has(&self, path: &str) -> anyhow::Result<bool> {
        let mut connection = Connection::open(&self.server).await?;
        Ok(connection.ask(&self.server.get(path)).await?.status != 404)
    }

    async fn count(&self) -> anyhow::Result<usize> {
        let mut connection = Connection::open(&self.server).await?;
        let answer = connection.ask(&self.server.get("/api/v1/main/executions/search?size=1")).await?;
        let json: Json = serde_json::from_slice(&answer.body)?;
        let total = json["total"].as_u64().ok_or_else(|| anyhow!("a list has no total: {json}"))?;
        Ok(usize::try_from(total)?)
    }

    /// Clients that all follow one execution, until the last one has heard of its end.
    pub(super) async fn followers(&mut self, count: usize, own: Option<&Started>) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.server).await?;
        let create = self.server.request("POST", "/api/v1/main/executions/bench/waits", "text/plain", "");
        let json: Json = serde_json::from_slice(&connection.ask(&create).await?.body)?;
        let id =
            json["id"].as_str().ok_or_else(|| anyhow!("there is no execution to follow: {json}"))?.to_owned();
        let before = own.map(Started::resident_mib).transpose()?;
        let follow = self.server.get(&format!("/api/v1/main/executions/{id}/follow"));
        let mut following = Vec::with_capacity(count);
        for _ in 0..count {
            let mut follower =
                Connection::open(&self.server).await.context("no more followers are let in")?;
            follower.hear(&follow, b"PAUSED").await.context("a follower hears nothing")?;
            following.push(follower);
        }
        let after = own.map(Started::resident_mib).transpose()?;
        let mut hearing = JoinSet::new();
        for mut follower in following {
            hearing.spawn(async move { follower.until(b"id: end").await });
        }
        let began = now();
        let resume =
            self.server.request("POST", &format!("/api/v1/main/executions/{id}/resume"), "text/plain", "");
        let answer = connection.ask(&resume).await?;
        if answer.status >= 300 {
            bail!("the execution is not resumed: {}", String::from_utf8_lossy(&answer.body));
        }
        while let Some(heard) = hearing.join_next().await {
            heard.context("a follower broke")?.context("a follower did not hear of the end")?;
        }
        let took = super::millis(began.elapsed());
        self.report.add(Figure::of(format!("{count} followers, until the last has heard"), took, "ms"));
        if let (Some(before), Some(after)) = (before, after) {
            self.report.add(Figure::of(format!("{count} followers, memory"), after - before, "MiB"));
        }
        Ok(())
    }
}

/// From sending the request until the first task ran, by the clock of this machine.
fn until_first_task(execution: &Json, asked: Timestamp) -> anyhow::Result<Duration> {
    let histories = execution["taskRunList"][0]["state"]["histories"].as_array();
    let running = histories.into_iter().flatten().find(|entry| entry["state"] == "RUNNING");
    let date = running.and_then(|entry| entry["date"].as_str());
    let date: Timestamp = date.ok_or_else(|| anyhow!("its first task did not run: {execution}"))?.parse()?;
    Ok(Duration::try_from(date.duration_since(asked)).unwrap_or_default())
}
