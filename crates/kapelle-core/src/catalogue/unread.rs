//! Plugins that were released, but whose types nobody here has read.

use super::Catalogue;

/// Their families, in order.
pub(super) const UNREAD: &[&str] = &[
    "adanos",
    "aikido",
    "alibaba",
    "ashby",
    "bluesky",
    "camunda",
    "ceph",
    "cerebras",
    "clay",
    "clevercloud",
    "cobol",
    "deel",
    "digitalocean",
    "dlt",
    "faktory",
    "fastly",
    "figma",
    "flink",
    "helm",
    "hex",
    "huawei",
    "linkedin",
    "liquibase",
    "matrix",
    "metaplane",
    "miro",
    "monday",
    "netskope",
    "nifi",
    "opentofu",
    "payfit",
    "pennylane",
    "phpipam",
    "pinecone",
    "pipedrive",
    "playwright",
    "pylon",
    "qdrant",
    "qlikcloud",
    "quickwit",
    "scaleway",
    "scrapy",
    "scylladb",
    "selenium",
    "sent",
    "skopeo",
    "snmp",
    "sonilo",
    "temporal",
    "terragrunt",
    "timefold",
    "todoist",
    "trello",
    "typesafe",
    "xquik",
    "youtube",
    "zoom",
];

impl Catalogue {
    /// Whether a family is known by its name only; what is sold in addition is released under the same name.
    pub fn is_unread(family: &str) -> bool {
        UNREAD.binary_search(&family.strip_prefix("ee.").unwrap_or(family)).is_ok()
    }
}
