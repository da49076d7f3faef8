//! `io.kestra.plugin.core.kv.PurgeKV`: deletes keys of many namespaces.

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, Kept, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::purge::{Behavior, BehaviorKind, Namespaces, Wildcard};

/// # Delete keys
///
/// Deletes keys of many namespaces, by default those that have expired.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurgeKv {
    /// A pattern of keys with `*` and `?`; without it, all keys are looked at.
    key_pattern: Option<Expr<String>>,
    #[serde(flatten)]
    namespaces: Namespaces,
    /// Which of them are deleted: `{type: key, expiredOnly: true}` if nothing is said. A key has one version only, so that
    /// `{type: version}` deletes nothing as long as one is to be kept.
    behavior: Option<Behavior>,
    /// Older way to say `{type: key}` with `expiredOnly`; it wins over `behavior`.
    expired_only: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many keys were deleted.
    size: u64,
}

impl Task for PurgeKv {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.PurgeKV";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

/// Which keys are deleted.
#[derive(Clone, Copy)]
enum Which {
    Expired,
    All,
    None,
}

impl Which {
    fn is_meant(self, kept: &Kept) -> bool {
        match self {
            Self::Expired => kept.is_expired,
            Self::All => true,
            Self::None => false,
        }
    }

    fn of_keys(expired_only: bool) -> Self {
        if expired_only { Self::Expired } else { Self::All }
    }
}

impl PurgeKv {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let pattern = cx.filled(self.key_pattern.as_ref())?;
        let pattern = pattern.map(|pattern| Wildcard::read(&pattern)).transpose()?;
        let which = self.which(cx)?;
        let keys = cx.host.keys();
        let mut size = 0;
        for namespace in self.namespaces.chosen(cx, keys.namespaces()?)? {
            let mut kept = keys.list(&namespace, "")?;
            if let Some(pattern) = &pattern {
                kept = pattern.keep(kept, |kept| &kept.key)?;
            }
            for kept in kept.iter().filter(|kept| which.is_meant(kept)) {
                cx.go_on()?;
                size += u64::from(keys.delete(&namespace, &kept.key)?);
            }
        }
        Ok(Output { size })
    }

    fn which(&self, cx: &RunContext) -> Result<Which, Failure> {
        if let Some(expired_only) = cx.filled(self.expired_only.as_ref())? {
            return Ok(Which::of_keys(expired_only));
        }
        let Some(behavior) = &self.behavior else { return Ok(Which::Expired) };
        if cx.render(&behavior.kind)? == BehaviorKind::Key {
            let expired_only = cx.filled(behavior.expired_only.as_ref())?.unwrap_or(true);
            return Ok(Which::of_keys(expired_only));
        }
        let versions = behavior.versions(cx)?;
        Ok(if versions.keep == 0 && versions.before.is_none() { Which::All } else { Which::None })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    /// How many keys of those that there are: `old` has expired.
    async fn purged(written: &str) -> Result<i64, String> {
        let stage = Stage::new();
        for namespace in ["team", "team.a", "team.ab", "other"] {
            for more in ["key: new", "key: old, ttl: -PT1S"] {
                let set = format!("{{namespace: {namespace}, value: 1, {more}}}");
                stage.run::<Set>(&set).await.unwrap();
            }
        }
        match stage.run::<PurgeKv>(written).await {
            Ok(given) => match given["size"] {
                Value::Int(size) => Ok(size),
                _ => panic!("{given:?}"),
            },
            Err(broken) => Err(broken.failure.to_string()),
        }
    }

    #[tokio::test]
    async fn keys_are_chosen_by_namespace_pattern_and_age() {
        for (written, size) in [
            ("{}", 4),
            ("{expiredOnly: false}", 8),
            ("{behavior: {type: key, expiredOnly: false}}", 8),
            ("{behavior: {type: key, expiredOnly: false}, expiredOnly: true}", 4),
            ("{behavior: {type: version}}", 8),
            ("{behavior: {type: version, keepAmount: 1}}", 0),
            ("{behavior: {type: version, before: '2030-01-01T00:00:00Z'}}", 0),
            ("{namespaces: [team]}", 3),
            ("{namespaces: [team], includeChildNamespaces: false}", 1),
            ("{namespaces: [team.a]}", 1),
            ("{namespacePattern: 'team.*'}", 2),
            ("{namespacePattern: '?ther'}", 1),
            ("{keyPattern: 'n*', expiredOnly: false}", 4),
        ] {
            assert_eq!(purged(written).await, Ok(size), "{written}");
        }
        assert_eq!(
            purged("{namespaces: [team], namespacePattern: 't*'}").await.unwrap_err(),
            "`namespaces` and `namespacePattern` cannot be used together: leave one of them out"
        );
    }
}
