//! One stream for all that a browser shows: small events that say what changed, for whoever reads it anew then.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kapelle_model::ExecutionId;
use kapelle_model::permit::{Permit, is_under};
use tokio::time::{Instant, interval, sleep, sleep_until};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::gate::{Action, Resource};
use crate::hub::feed::{About, Change, Feed, Place, Since};
use crate::limits::{STREAM_TIME, WANTED_MAX};
use crate::query::Query;
use crate::stream::{ALIVE, Events, Gone};

/// Changes are told at most so often; what came meanwhile is told together, and each thing once.
const REST: Duration = Duration::from_millis(200);

/// What somebody wants to hear of.
#[derive(Debug, Default)]
struct Wanted {
    /// Changes of these, if they are in one of the namespaces, or in any if none is given, and are of the flow.
    executions: bool,
    triggers: bool,
    namespaces: Vec<String>,
    flow: Option<String>,
    /// These, wherever they are.
    named: BTreeSet<ExecutionId>,
    /// Executions whose logs are of interest.
    logs: BTreeSet<ExecutionId>,
}

impl Wanted {
    fn read(query: &Query) -> Outcome<Self> {
        let mut wanted = Self {
            namespaces: query.all("namespace").map(str::to_owned).collect(),
            flow: query.get("flowId").filter(|flow| !flow.is_empty()).map(str::to_owned),
            named: ids(query, "execution")?,
            logs: ids(query, "logs")?,
            ..Self::default()
        };
        for topic in
            query.all("topics").flat_map(|topics| topics.split(',')).filter(|topic| !topic.is_empty())
        {
            match topic {
                "executions" => wanted.executions = true,
                "triggers" => wanted.triggers = true,
                _ => {
                    let why = format!("topics: `{topic}` is none; there are `executions` and `triggers`");
                    return Err(ApiError::invalid_entity(why));
                }
            }
        }
        if wanted.namespaces.len() + wanted.named.len() + wanted.logs.len() > WANTED_MAX {
            let why = format!("a stream names at most {WANTED_MAX} namespaces and executions");
            return Err(ApiError::invalid_entity(why));
        }
        if wanted.needs().is_empty() {
            return Err(ApiError::invalid_entity(
                "give `topics`, `execution` or `logs`: there is nothing to tell",
            ));
        }
        Ok(wanted)
    }

    /// What one must be able to see for that.
    fn needs(&self) -> Vec<Resource> {
        let all = [
            (self.executions || !self.named.is_empty(), Resource::Execution),
            (self.triggers, Resource::Trigger),
            (!self.logs.is_empty(), Resource::Log),
        ];
        all.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, resource)| resource).collect()
    }

    fn has(&self, change: &Change) -> bool {
        match &change.about {
            About::Execution(id) => self.named.contains(id) || (self.executions && self.is_within(change)),
            About::Log(id) => self.logs.contains(id),
            About::Trigger { .. } => self.triggers && self.is_within(change),
        }
    }

    fn is_within(&self, change: &Change) -> bool {
        let is_below = |root: &String| is_under(&change.namespace, root);
        let is_in_namespace = self.namespaces.is_empty() || self.namespaces.iter().any(is_below);
        is_in_namespace && self.flow.as_deref().is_none_or(|flow| flow == &*change.flow)
    }
}

fn ids(query: &Query, name: &str) -> Outcome<BTreeSet<ExecutionId>> {
    let wrong =
        |text: &str| ApiError::invalid_entity(format!("{name}: `{text}` is not the id of an execution"));
    query.all(name).map(|text| ExecutionId::parse(text).ok_or_else(|| wrong(text))).collect()
}

pub(crate) async fn follow(call: Arc<Call>) -> Outcome<Answer> {
    let place = Arc::clone(&call.app.followers).try_acquire_owned().map_err(|_| ApiError::busy())?;
    let wanted = Wanted::read(&call.query)?;
    let permits = permits(&call, &wanted).await?;
    let (mut events, answer) = Events::begin();
    tokio::spawn(async move {
        // A client that goes away is no mistake.
        let _gone = told(&call, &wanted, &permits, &mut events).await;
        drop(place);
    });
    Ok(answer.header("x-accel-buffering", "no"))
}

/// What the gate allows for everything that is wanted.
async fn permits(call: &Call, wanted: &Wanted) -> Outcome<Vec<Permit>> {
    let mut permits = Vec::new();
    for resource in wanted.needs() {
        permits.push(call.permit_for(resource, Action::View).await?);
    }
    Ok(permits)
}

async fn told(call: &Call, wanted: &Wanted, permits: &[Permit], events: &mut Events) -> Result<(), Gone> {
    let (app, feed) = (&call.app, &call.app.hub.feed);
    let mut hears = feed.hears();
    let is_seen = |change: &Change| {
        let covers = |permit: &Permit| permit.covers(&change.tenant, &change.namespace);
        *change.tenant == *call.tenant && wanted.has(change) && permits.iter().all(covers)
    };
    let mut place = begun(call, feed, events).await?;
    let deadline = Instant::now() + STREAM_TIME;
    let mut alive = interval(ALIVE);
    alive.reset();
    loop {
        let since = feed.since(place, is_seen);
        place = since.place;
        tell(feed, since, events).await?;
        tokio::select! {
            heard = hears.changed() => match heard {
                Ok(()) => sleep(REST).await,
                Err(_) => return Ok(()),
            },
            // The number alone is no event, but the client remembers it.
            _ = alive.tick() => events.put(format!(": alive\nid: {}\n\n", feed.name(place))).await?,
            () = app.closed() => return Ok(()),
            () = sleep_until(deadline) => return Ok(()),
        }
    }
}

/// Where a stream begins: behind what the client heard last, or now.
async fn begun(call: &Call, feed: &Feed, events: &mut Events) -> Result<Place, Gone> {
    let last = call.header("last-event-id").or_else(|| call.query.get("lastEventId"));
    let end = feed.end();
    let (place, word) = match last.map(|name| feed.place(name)) {
        Some(Some(place)) => return Ok(place),
        Some(None) => (end, "resync"),
        None => (end, "start"),
    };
    events.put(format!("id: {}\nevent: {word}\ndata: {{}}\n\n", feed.name(place))).await?;
    Ok(place)
}

async fn tell(feed: &Feed, since: Since, events: &mut Events) -> Result<(), Gone> {
    let Some(changes) = since.events else {
        let name = feed.name(since.place);
        return events.put(format!("id: {name}\nevent: resync\ndata: {{}}\n\n")).await;
    };
    for change in changes {
        events.put(change).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5cBZ1JF8kim8fbFg13bumX";

    fn wanted(query: &str) -> Result<Wanted, ()> {
        Wanted::read(&Query::read(query)).map_err(|_| ())
    }

    #[test]
    fn a_stream_tells_what_is_asked_for() {
        let id = ExecutionId::parse(ID).unwrap();
        let change =
            |about, namespace: &str| Change::new(about, &"main".into(), &namespace.into(), &"f".into());
        let run = |namespace| change(About::Execution(id), namespace);
        for (query, namespace, is_told) in [
            ("topics=executions", "team", true),
            ("topics=triggers", "team", false),
            ("topics=triggers,executions&namespace=team", "team.sub", true),
            ("topics=executions&namespace=team", "teams", false),
            ("topics=executions&flowId=g", "team", false),
            (&*format!("execution={ID}&namespace=other"), "team", true),
            (&*format!("logs={ID}"), "team", false),
        ] {
            assert_eq!(wanted(query).unwrap().has(&run(namespace)), is_told, "{query}");
        }
        assert!(wanted(&format!("logs={ID}")).unwrap().has(&change(About::Log(id), "team")));
        assert!(!wanted("topics=executions").unwrap().has(&change(About::Log(id), "team")));
    }

    #[test]
    fn each_topic_needs_its_right() {
        let needs = |query: &str| wanted(query).unwrap().needs();
        assert_eq!(needs("topics=triggers"), [Resource::Trigger]);
        assert_eq!(needs(&format!("execution={ID}&logs={ID}")), [Resource::Execution, Resource::Log]);
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let many = format!("topics=executions&{}", "namespace=a&".repeat(WANTED_MAX + 1));
        for query in ["", "topics=weather", "execution=x", &many] {
            assert!(wanted(query).is_err(), "{query}");
        }
    }
}
