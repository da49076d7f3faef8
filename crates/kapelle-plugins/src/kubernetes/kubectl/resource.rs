//! Kinds of objects: where they are in the API of a cluster, by whatever name one calls them.

use serde::Deserialize;

use crate::kubernetes::api::{Api, Asked, percent};
use crate::kubernetes::trouble::Trouble;
use kapelle_model::Failure;

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// `/api/v1` or `/apis/GROUP/VERSION`.
    base: String,
    /// Its name in paths.
    plural: String,
    pub(super) kind: String,
    is_namespaced: bool,
}

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    preferred_version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
}

#[derive(Deserialize)]
struct Known {
    resources: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    name: String,
    #[serde(default)]
    singular_name: String,
    kind: String,
    namespaced: bool,
    #[serde(default)]
    short_names: Vec<String>,
}

impl One {
    fn is(&self, asked: &str) -> bool {
        let names = [&self.name, &self.singular_name, &self.kind].into_iter().chain(&self.short_names);
        names.into_iter().any(|name| !name.is_empty() && name.eq_ignore_ascii_case(asked))
    }
}

impl Resource {
    /// The path of one object, or of all.
    pub(super) fn path(&self, namespace: &str, name: Option<&str>) -> String {
        let mut path = self.base.clone();
        if self.is_namespaced {
            path = format!("{path}/namespaces/{}", percent(namespace));
        }
        path = format!("{path}/{}", self.plural);
        name.map_or(path.clone(), |name| format!("{path}/{}", percent(name)))
    }

    /// The kind that a flow calls so: by plural, singular, kind or short name, with group and version if it says them.
    pub(super) async fn find(
        api: &Api,
        asked: &str,
        group: Option<&str>,
        version: Option<&str>,
    ) -> Result<Self, Failure> {
        let (name, group) = match asked.split_once('.') {
            Some((name, group_of_name)) if group.is_none() => (name, Some(group_of_name)),
            _ => (asked, group),
        };
        for base in bases(api, group, version).await? {
            if let Some(found) = Self::within(api, &base, |one| one.is(name)).await? {
                return Ok(found);
            }
        }
        let place = group.map(|group| format!(" in the group `{group}`")).unwrap_or_default();
        Err(Failure::new(format!(
            "the cluster knows no kind of objects `{asked}`{place}: `kubectl api-resources` lists those that it has"
        )))
    }

    /// The kind of a manifest; `None` if the cluster does not know it.
    pub(super) async fn of_manifest(api: &Api, version: &str, kind: &str) -> Result<Option<Self>, Trouble> {
        let base = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        Self::within(api, &base, |one| one.kind == kind).await
    }

    async fn within(api: &Api, base: &str, is: impl Fn(&One) -> bool) -> Result<Option<Self>, Trouble> {
        let known: Known = match api.insist(|| Asked::get(base)).await {
            Ok(known) => known,
            Err(trouble) if trouble.is_missing() => return Ok(None),
            Err(trouble) => return Err(trouble),
        };
        // What has a slash is a part of another.
        let found = known.resources.into_iter().find(|one| !one.name.contains('/') && is(one));
        Ok(found.map(|one| Self {
            base: base.to_owned(),
            plural: one.name,
            kind: one.kind,
            is_namespaced: one.namespaced,
        }))
    }
}

/// Where the kind may be.
async fn bases(api: &Api, group: Option<&str>, version: Option<&str>) -> Result<Vec<String>, Trouble> {
    let group = group.filter(|group| !group.is_empty());
    match (group, version) {
        (_, Some(version)) if version.contains('/') => Ok(vec![format!("/apis/{version}")]),
        (Some(group), Some(version)) => Ok(vec![format!("/apis/{group}/{version}")]),
        (Some(group), None) => {
            let found: Group = api.insist(|| Asked::get(&format!("/apis/{}", percent(group)))).await?;
            Ok(vec![format!("/apis/{}", found.preferred_version.group_version)])
        }
        (None, _) => {
            let groups: Groups = api.insist(|| Asked::get("/apis")).await?;
            let versions = groups.groups.into_iter().map(|group| group.preferred_version.group_version);
            let core = version.unwrap_or("v1");
            Ok(std::iter::once(format!("/api/{core}"))
                .chain(versions.map(|version| format!("/apis/{version}")))
                .collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_many_names() {
        let one = One {
            name: "deployments".to_owned(),
            singular_name: "deployment".to_owned(),
            kind: "Deployment".to_owned(),
            namespaced: true,
            short_names: vec!["deploy".to_owned()],
        };
        for (asked, is) in
            [("deployments", true), ("Deployment", true), ("deploy", true), ("pods", false), ("", false)]
        {
            assert_eq!(one.is(asked), is, "{asked}");
        }
    }

    #[test]
    fn paths_have_a_namespace_where_the_kind_has_one() {
        let mut resource = Resource {
            base: "/apis/apps/v1".to_owned(),
            plural: "deployments".to_owned(),
            kind: "Deployment".to_owned(),
            is_namespaced: true,
        };
        assert_eq!(resource.path("a", Some("b/c")), "/apis/apps/v1/namespaces/a/deployments/b%2Fc");
        resource.is_namespaced = false;
        assert_eq!(resource.path("a", None), "/apis/apps/v1/deployments");
    }
}
