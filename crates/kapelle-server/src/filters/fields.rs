//! Which fields there are, which of them each resource has, and how each may be compared. Nothing else decides this.

use super::Operation::{
    self, Contains, EndsWith, Equals, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEquals, NotIn,
    Prefix, Regex, StartsWith,
};
use super::{Clause, Tree};
use crate::error::{ApiError, Outcome};

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Flows,
    Executions,
    Logs,
    Triggers,
    /// Keys and secrets.
    Named,
    Namespaces,
}

const ONE: &[Operation] = &[Equals];
const EQUALITY: &[Operation] = &[Equals, NotEquals];
const NAMES: &[Operation] = &[Equals, NotEquals, In, NotIn];
const CAUSES: &[Operation] = &[Equals, In];
const IDS: &[Operation] = &[Equals, NotEquals, In, NotIn, Contains, StartsWith, EndsWith];
const TEXT: &[Operation] = &[Equals, NotEquals, In, NotIn, Contains, StartsWith, EndsWith, Regex, Prefix];
const LABELS: &[Operation] = &[Equals, NotEquals, In, NotIn, Contains];
const MOMENTS: &[Operation] = &[Equals, NotEquals, Greater, Less, GreaterOrEqual, LessOrEqual];
const LEVELS: &[Operation] = &[Equals, GreaterOrEqual, LessOrEqual];

type Fields = &'static [(&'static str, &'static [Operation])];

const FLOWS: Fields = &[
    ("q", EQUALITY),
    ("scope", EQUALITY),
    ("namespace", TEXT),
    ("flowId", TEXT),
    ("id", TEXT),
    ("labels", LABELS),
];

const EXECUTIONS: Fields = &[
    ("q", EQUALITY),
    ("scope", EQUALITY),
    ("namespace", TEXT),
    ("flowId", TEXT),
    ("state", NAMES),
    ("kind", NAMES),
    ("labels", LABELS),
    ("startDate", MOMENTS),
    ("endDate", MOMENTS),
    ("timeRange", ONE),
    ("triggerExecutionId", IDS),
    ("childFilter", EQUALITY),
    ("waiting", CAUSES),
];

const LOGS: Fields = &[
    ("q", EQUALITY),
    ("scope", EQUALITY),
    ("namespace", TEXT),
    ("flowId", TEXT),
    ("triggerId", IDS),
    ("executionId", IDS),
    ("taskId", IDS),
    ("taskRunId", IDS),
    ("attemptNumber", NAMES),
    ("startDate", MOMENTS),
    ("endDate", MOMENTS),
    ("timeRange", ONE),
    ("level", LEVELS),
];

const TRIGGERS: Fields = &[
    ("q", EQUALITY),
    ("scope", EQUALITY),
    ("namespace", TEXT),
    ("flowId", TEXT),
    ("triggerId", IDS),
    ("workerId", IDS),
    ("triggerState", NAMES),
    ("startDate", MOMENTS),
    ("endDate", MOMENTS),
    ("lastTriggeredDate", MOMENTS),
    ("nextExecutionDate", MOMENTS),
    ("locked", ONE),
];

const NAMED: Fields = &[("q", EQUALITY), ("namespace", TEXT), ("updated", MOMENTS)];

const NAMESPACES: Fields = &[("q", EQUALITY), ("namespace", TEXT), ("id", TEXT), ("existingOnly", EQUALITY)];

/// Fields of resources that are searched elsewhere, or nowhere in this edition.
const OTHERS: &[&str] = &[
    "tags",
    "metadata",
    "flowRevision",
    "assetId",
    "type",
    "action",
    "created",
    "expirationDate",
    "status",
    "email",
    "parentId",
    "userId",
    "resources",
    "details",
    "minLevel",
    "path",
    "parentPath",
    "version",
    "enabled",
    "username",
    "name",
    "groupList",
    "external_id",
    "expired_at",
    "super_admin",
    "instance_owner",
    "source",
    "artifactId",
];

impl Resource {
    const ALL: [Self; 6] =
        [Self::Flows, Self::Executions, Self::Logs, Self::Triggers, Self::Named, Self::Namespaces];

    const fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Executions => "executions",
            Self::Logs => "logs",
            Self::Triggers => "triggers",
            Self::Named => "keys and secrets",
            Self::Namespaces => "namespaces",
        }
    }

    const fn fields(self) -> Fields {
        match self {
            Self::Flows => FLOWS,
            Self::Executions => EXECUTIONS,
            Self::Logs => LOGS,
            Self::Triggers => TRIGGERS,
            Self::Named => NAMED,
            Self::Namespaces => NAMESPACES,
        }
    }

    fn operations(self, field: &str) -> Option<&'static [Operation]> {
        self.fields().iter().find(|(known, _)| *known == field).map(|(_, operations)| *operations)
    }

    /// Refuses a tree of which a comparison is none that the resource has.
    pub(crate) fn check(self, tree: &Tree) -> Outcome<()> {
        match tree {
            Tree::One(clause) => self.check_clause(clause),
            Tree::All(trees) | Tree::Any(trees) => trees.iter().try_for_each(|tree| self.check(tree)),
        }
    }

    fn check_clause(self, clause: &Clause) -> Outcome<()> {
        let field = clause.field.as_str();
        match self.operations(field) {
            Some(operations) if operations.contains(&clause.operation) => Ok(()),
            Some(_) => Err(clause.unsupported()),
            None if is_known(field) => Err(clause.no_field(self.name())),
            None => Err(ApiError::illegal_argument(format!("`{field}` is no field of filters"))),
        }
    }
}

/// Whether some resource has the field.
fn is_known(field: &str) -> bool {
    Resource::ALL.iter().any(|resource| resource.operations(field).is_some()) || OTHERS.contains(&field)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::query::Query;

    #[test]
    fn every_comparison_is_one_that_the_resource_has() {
        for (resource, filter, status) in [
            (Resource::Flows, "namespace][REGEX", None),
            (Resource::Flows, "FLOW_ID][STARTS_WITH", None),
            (Resource::Flows, "q][CONTAINS", Some(400)),
            (Resource::Flows, "state][EQUALS", Some(400)),
            (Resource::Flows, "nonsense][EQUALS", Some(422)),
            (Resource::Executions, "state][IN", None),
            (Resource::Executions, "state][CONTAINS", Some(400)),
            (Resource::Executions, "or][0][and][1][locked][EQUALS", Some(400)),
            (Resource::Logs, "level][LESS_THAN_OR_EQUAL_TO", None),
            (Resource::Logs, "level][IN", Some(400)),
            (Resource::Triggers, "locked][EQUALS", None),
            (Resource::Triggers, "labels][EQUALS", Some(400)),
        ] {
            let tree = read(&Query::read(&format!("filters[{filter}]=x")), &[]).unwrap();
            let refused = resource.check(&tree).err().map(|error| error.status.as_u16());
            assert_eq!(refused, status, "{resource:?} {filter}");
        }
    }
}
