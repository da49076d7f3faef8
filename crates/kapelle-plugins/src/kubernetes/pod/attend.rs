//! Attending to a pod from its beginning to its end: files go in when it is ready for them, lines come out, and what keeps
//! it waiting is told.

use std::collections::BTreeSet;
use std::time::Duration;

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;
use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::listen::listen;
use super::state::Pod;
use super::told::{Wait, waiting, warnings};
use super::watcher::{News, watch};
use super::{Begun, Order};
use crate::kubernetes::api::{Asked, percent};
use kapelle_plugin::program::Line;
use kapelle_plugin::program::{Lines, Stream};

/// Lines that wait to be taken.
const WAITING: usize = 256;

/// Between two looks at what the cluster warns of.
const LOOKS: Duration = Duration::from_secs(5);

/// Warnings of one pod that are told.
const WARNINGS_MAX: usize = 50;

/// What is known of a pod on its way.
struct Attended<'a> {
    order: &'a Order,
    cx: &'a RunContext,
    path: String,
    mains: Vec<String>,
    lines_to: mpsc::Sender<Line>,
    listeners: JoinSet<Result<(), super::Trouble>>,
    heard: BTreeSet<String>,
    has_begun: bool,
    /// Why it waits, and since when, for people.
    waits: Option<(Wait, String)>,
    warned: BTreeSet<String>,
    uid: String,
}

impl Order {
    /// The pod at its end.
    pub(super) async fn attend(
        &self,
        cx: &RunContext,
        begun: &mut Begun,
        lines: &mut dyn Lines,
    ) -> Result<Pod, Failure> {
        let (lines_to, mut told) = mpsc::channel(WAITING);
        let (news_to, mut news) = mpsc::channel(WAITING);
        let mut watching = JoinSet::new();
        watching.spawn(watch(self.api.clone(), self.namespace.clone(), begun.name.clone(), news_to));
        let mut at = Attended {
            order: self,
            cx,
            path: self.path(&begun.name),
            mains: self.mains(),
            lines_to,
            listeners: JoinSet::new(),
            heard: BTreeSet::new(),
            has_begun: false,
            waits: None,
            warned: BTreeSet::new(),
            uid: String::new(),
        };
        let mut limit = Instant::now() + self.life.until_running.0;
        let mut looks = interval(LOOKS);
        let pod = loop {
            tokio::select! {
                Some(line) = told.recv() => lines.line(Stream::Out, line),
                seen = news.recv() => match seen {
                    Some(News::Pod(pod)) => {
                        if at.see(&pod, begun).await? {
                            break pod;
                        }
                        if !at.has_begun && pod.has_begun(&at.mains) {
                            at.has_begun = true;
                            limit = Instant::now() + self.life.until_ended.0;
                        }
                    }
                    Some(News::Away(why)) => {
                        cx.log(Level::Warn, format!("{why}: waiting for it to come back"));
                    }
                    Some(News::End(trouble)) if trouble.is_missing() => return Err(Failure::new(format!(
                        "the pod `{}` is gone: somebody removed it before its end, or its node went away", begun.name
                    ))),
                    Some(News::End(trouble)) => return Err(trouble.into()),
                    None => return Err(Failure::new("nobody watches the pod any more")),
                },
                () = sleep_until(limit) => return Err(at.late(&begun.name)),
                _ = looks.tick(), if !at.has_begun => at.look().await,
            }
        };
        let Attended { listeners, lines_to, .. } = at;
        drop(lines_to);
        self.hear_out(cx, told, listeners, lines).await;
        Ok(*pod)
    }

    /// Hears what was written last.
    async fn hear_out(
        &self,
        cx: &RunContext,
        mut told: mpsc::Receiver<Line>,
        mut listeners: JoinSet<Result<(), super::Trouble>>,
        lines: &mut dyn Lines,
    ) {
        let hearing = async {
            while let Some(line) = told.recv().await {
                lines.line(Stream::Out, line);
            }
        };
        if timeout(self.life.late, hearing).await.is_err() {
            cx.log(Level::Warn, "the log of the pod did not end in time, its last lines may be missing");
        }
        while let Some(ended) = listeners.try_join_next() {
            if let Ok(Err(trouble)) = ended {
                cx.log(Level::Warn, format!("lines of the pod may be missing: {}", trouble.words()));
            }
        }
    }
}

impl Attended<'_> {
    /// Looks at what the pod is now. Whether it has ended.
    async fn see(&mut self, pod: &Pod, begun: &mut Begun) -> Result<bool, Failure> {
        self.uid.clone_from(&pod.metadata.uid);
        for name in pod.talking() {
            if self.heard.insert(name.to_owned()) {
                let (api, to) = (self.order.api.clone(), self.lines_to.clone());
                self.listeners.spawn(listen(api, self.path.clone(), name.to_owned(), to));
            }
        }
        if pod.has_ended(&self.mains) {
            return Ok(true);
        }
        if pod.wants_files() && begun.sent.is_none() {
            begun.sent = Some(self.order.send(self.cx, &self.path).await.map_err(|broken| broken.failure)?);
        }
        if !pod.has_begun(&self.mains) {
            self.wait(pod)?;
        }
        Ok(false)
    }

    /// Tells why the pod waits, once for each reason.
    fn wait(&mut self, pod: &Pod) -> Result<(), Failure> {
        let Some(wait) = waiting(pod) else { return Ok(()) };
        let name = &pod.metadata.name;
        let since = match &self.waits {
            Some((known, since)) if known.words == wait.words => since.clone(),
            _ => {
                self.cx.log(Level::Warn, format!("the pod `{name}` waits: {}", wait.words));
                let now = self.cx.services.now().map_err(|error| Failure::new(error.text()))?;
                now.strftime("%H:%M:%SZ").to_string()
            }
        };
        if wait.is_hopeless {
            return Err(Failure::new(format!("the pod `{name}` cannot run: {}", wait.words)));
        }
        self.waits = Some((wait, since));
        Ok(())
    }

    /// Tells what the cluster warns of. Who may not ask for that is not told it.
    async fn look(&mut self) {
        if self.uid.is_empty() || self.warned.len() >= WARNINGS_MAX {
            return;
        }
        let path = format!("/api/v1/namespaces/{}/events", percent(&self.order.namespace));
        let selector = format!("involvedObject.uid={},type=Warning", self.uid);
        let asked = Asked::get(&path).with("fieldSelector", &selector).with("limit", "50");
        let Ok(events) = self.order.api.ask::<Json>(asked).await else { return };
        for words in warnings(&events) {
            if self.warned.insert(words.clone()) {
                self.cx.log(Level::Warn, format!("Kubernetes says of the pod: {words}"));
            }
        }
    }

    /// The failure for a pod that takes too long.
    fn late(&self, name: &str) -> Failure {
        let life = &self.order.life;
        let (limit, property) = if self.has_begun { life.until_ended } else { life.until_running };
        let limit = jiff::SignedDuration::try_from(limit).unwrap_or_default();
        if self.has_begun {
            return Failure::new(format!(
                "the pod `{name}` ran longer than {limit} and was ended: give it more time by `{property}`"
            ));
        }
        let why = match (&self.waits, self.warned.iter().next_back()) {
            (Some((wait, since)), _) => format!("the pod waits since {since}: {}", wait.words),
            (None, Some(warning)) => format!("Kubernetes says of it: {warning}"),
            (None, None) => "Kubernetes does not say why (`kubectl describe pod` may)".to_owned(),
        };
        Failure::new(format!("the pod `{name}` did not run within {limit} (`{property}`): {why}"))
    }
}
