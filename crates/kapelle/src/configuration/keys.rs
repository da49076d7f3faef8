//! The table of all keys that a configuration may have: the only place that knows their names.
//!
//! Whatever reads, checks or describes a configuration looks here; a key that is not here is unknown.

/// One key, or a whole subtree of keys where the kind says so.
#[derive(Debug)]
pub(crate) struct Key {
    /// As it is written in files, with dots.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What holds when nobody says otherwise, as it would be written.
    pub(crate) default: Option<&'static str>,
    pub(crate) standing: Standing,
    /// What it does, in a sentence without a full stop.
    pub(crate) words: &'static str,
}

/// What may be written for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Flag,
    /// A number of things, from 1.
    Count,
    /// A port; -1 or 0 is any that is free.
    Port,
    Text,
    /// A text that is never shown.
    Secret,
    Duration,
    Choice(&'static [&'static str]),
    /// Texts as a list, or as one text with commas.
    Texts,
    /// A map with names of the person's own.
    Map,
    /// A list of `{type, values, forced}`.
    Types,
    /// Anything below; nobody looks.
    Anything,
}

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Count => "number",
            Self::Port => "port",
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Duration => "duration",
            Self::Choice(_) => "choice",
            Self::Texts => "list",
            Self::Map => "map",
            Self::Types => "list of types",
            Self::Anything => "any",
        }
    }

    /// Whether the names below are part of the value.
    pub(crate) const fn takes_all_below(self) -> bool {
        matches!(self, Self::Map | Self::Anything)
    }
}

/// Where a key comes from, and whether it does anything here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It means here what it means in Kestra.
    Kestra,
    /// Kestra does not have it.
    Ours,
    /// Kestra has it; here it changes nothing.
    Idle,
}

impl Standing {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Kestra => "as in Kestra",
            Self::Ours => "only in Kapelle",
            Self::Idle => "of Kestra, without effect here",
        }
    }
}

macro_rules! keys {
    ($($id:ident: $name:literal, $kind:expr, $default:expr, $standing:ident, $words:literal;)*) => {
        $(pub(crate) const $id: Key =
            Key { name: $name, kind: $kind, default: $default, standing: Standing::$standing, words: $words };)*
        /// Keys that do something, in the order in which people look for them.
        const EFFECTIVE: &[Key] = &[$($id),*];
    };
}

keys! {
    HOST: "micronaut.server.host", Kind::Text, None, Kestra,
        "The address that the server listens at; without it 127.0.0.1, and in a container 0.0.0.0";
    PORT: "micronaut.server.port", Kind::Port, Some("8080"), Kestra, "The port of the API and the UI";
    CONTEXT_PATH: "micronaut.server.context-path", Kind::Text, None, Kestra,
        "What all addresses of the server begin with, such as `/kestra`";
    UI_FOLDER: "kapelle.ui.folder", Kind::Text, None, Ours,
        "A folder with a built interface in place of the one in the program, for who works on it";
    MANAGEMENT_PORT: "endpoints.all.port", Kind::Port, Some("8081"), Kestra, "The port of health checks and metrics";
    MANAGEMENT: "endpoints.all.enabled", Kind::Flag, Some("true"), Kestra, "Whether there is a management port";
    METRICS_PREFIX: "kestra.metrics.prefix", Kind::Text, Some("kestra"), Kestra,
        "What names of metrics begin with";
    WATCH: "micronaut.io.watch.enabled", Kind::Flag, Some("false"), Kestra,
        "Whether flows are read from folders at the start, and whenever they change there";
    WATCH_PATHS: "micronaut.io.watch.paths", Kind::Texts, None, Kestra,
        "The folders of flows, read with all folders in them; whoever starts the server may add one with `--flow-path`";
    WATCH_TENANT: "micronaut.io.watch.tenant-id", Kind::Choice(&["main"]), Some("main"), Kestra,
        "The tenant that these flows belong to; there is one";
    URL: "kestra.url", Kind::Text, None, Kestra,
        "The address under which people reach the server, for links in messages";
    BASIC_AUTH: "kestra.server.basic-auth.enabled", Kind::Flag, None, Kestra,
        "With `false` everybody who reaches the port may do everything. Otherwise the account below may sign in, or the one that the \
         first start asks for";
    USERNAME: "kestra.server.basic-auth.username", Kind::Text, None, Kestra,
        "The name of the administrator, an e-mail address";
    PASSWORD: "kestra.server.basic-auth.password", Kind::Secret, None, Kestra, "The password of the administrator";
    REALM: "kestra.server.basic-auth.realm", Kind::Text, Some("Kestra"), Kestra,
        "What browsers show when they ask for name and password";
    OPEN_URLS: "kestra.server.basic-auth.open-urls", Kind::Texts, None, Kestra,
        "Beginnings of addresses that need no sign-in";
    TRUSTED_PROXIES: "kapelle.server.trusted-header.addresses", Kind::Texts, None, Ours,
        "Addresses of proxies that say in `Remote-User` and `Remote-Groups` who asks; nobody else is believed";
    TRUSTED_GROUPS: "kapelle.server.trusted-header.groups", Kind::Texts, None, Ours,
        "Groups of which one has to be in `Remote-Groups`; without them whoever such a proxy names may come in";
    HOSTS: "kapelle.server.hosts", Kind::Texts, None, Ours,
        "The only names that the server answers to besides `localhost`; `*.example.org` is all names below. Without them, all";
    FORWARDERS: "kapelle.server.forwarded.addresses", Kind::Texts, None, Ours,
        "Addresses of proxies that say in `X-Forwarded-For` for whom they ask; nobody else is believed";
    CORS: "micronaut.server.cors.enabled", Kind::Flag, Some("false"), Kestra,
        "Whether pages of other servers may read answers: those that are listed, and never with cookies";
    CORS_PAGES: "micronaut.server.cors.configurations", Kind::Map, None, Kestra,
        "Maps with the pages as `allowed-origins`, each as `https://name`; nothing else of them counts";
    SSL: "micronaut.server.ssl.enabled", Kind::Flag, Some("false"), Kestra, "Whether the API is encrypted with TLS";
    SSL_OLD: "micronaut.ssl.enabled", Kind::Flag, Some("false"), Kestra, "The old name of `micronaut.server.ssl.enabled`";
    SSL_PORT: "micronaut.server.ssl.port", Kind::Port, Some("8443"), Kestra,
        "The port of the API when it is encrypted; there is no other one then";
    KEY_STORE: "micronaut.server.ssl.key-store.path", Kind::Text, None, Kestra,
        "A file with certificates and key as PEM; it is read again when it changes";
    KEY_STORE_TYPE: "micronaut.server.ssl.key-store.type", Kind::Text, None, Kestra,
        "`PEM`; key stores of Java have to be converted";
    KEY_STORE_OLD: "micronaut.ssl.key-store.path", Kind::Text, None, Kestra,
        "The old name of `micronaut.server.ssl.key-store.path`";
    KEY_STORE_TYPE_OLD: "micronaut.ssl.key-store.type", Kind::Text, None, Kestra,
        "The old name of `micronaut.server.ssl.key-store.type`";
    TLS_CERTIFICATE: "kapelle.server.tls.certificate", Kind::Text, None, Ours,
        "The certificate of the server and those that signed it, as PEM; it is read again when it changes";
    TLS_KEY: "kapelle.server.tls.key", Kind::Text, None, Ours,
        "The key of the certificate, as PEM without a password; without it, it is in the file of the certificate";
    REQUESTS: "kapelle.limits.requests", Kind::Count, Some("20000"), Ours,
        "Requests of one token or password in a second; more are answered with 429";
    WEBHOOKS: "kapelle.limits.webhooks", Kind::Count, Some("100"), Ours,
        "Requests to one webhook in a second, after those that it takes at once; more wait up to 5 s";
    WEBHOOKS_AT_ONCE: "kapelle.limits.webhooks-at-once", Kind::Count, Some("2000"), Ours,
        "Requests to one webhook that are taken at once";
    WRONG_WEBHOOKS: "kapelle.limits.wrong-webhooks", Kind::Count, Some("30"), Ours,
        "Requests with wrong keys to webhooks, from one address in a minute";
    LOGINS: "kapelle.limits.logins", Kind::Count, Some("5"), Ours,
        "Wrong passwords for one name, from one address in a minute; then waiting begins";
    LOGINS_OF_ADDRESS: "kapelle.limits.logins-of-address", Kind::Count, Some("20"), Ours,
        "Wrong passwords for all names, from one address in a minute; then waiting begins";
    ACCESS_LOG: "kestra.server.access-log.enabled", Kind::Flag, Some("false"), Kestra,
        "Whether there is a line for each request; in Kestra there is, unless it is switched off";
    LOST_WORKERS: "kestra.server.worker-task-restart-strategy",
        Kind::Choice(&["NEVER", "IMMEDIATELY", "AFTER_TERMINATION_GRACE_PERIOD"]),
        Some("AFTER_TERMINATION_GRACE_PERIOD"), Kestra, "What becomes of tasks that ran when their process died";
    GRACE: "kestra.server.termination-grace-period", Kind::Duration, Some("PT5M"), Kestra,
        "How long tasks may go on when the server is to stop";
    REPOSITORY: "kestra.repository.type", Kind::Text, Some("h2"), Kestra,
        "Where executions are kept: `h2` is the database in the folder of the data, `memory` keeps nothing";
    QUEUE: "kestra.queue.type", Kind::Text, Some("h2"), Kestra,
        "Where work waits; it has to be the same as the repository";
    STORAGE: "kestra.storage.type", Kind::Text, Some("local"), Kestra, "Where files are kept: `local`, in a folder";
    STORAGE_PATH: "kestra.storage.local.base-path", Kind::Text, None, Kestra,
        "The folder of files; without it, `files` in the folder of the data";
    ENCRYPTION_KEY: "kestra.encryption.secret-key", Kind::Secret, None, Kestra,
        "What is secret is encrypted with it: 32 bytes in base64. Without it, a key is made in the folder of the data";
    GLOBALS: "kestra.variables.globals", Kind::Map, None, Kestra, "What flows read as `{{ globals.NAME }}`";
    ENV_PREFIX: "kestra.variables.env-vars-prefix", Kind::Text, Some("ENV_"), Kestra,
        "Variables of the environment that begin so are `{{ envs.name }}`, in lower case and without the beginning";
    ENV_NAMES: "kapelle.variables.env-names", Kind::Texts, None, Ours,
        "Further variables of the environment that flows see, under their own names; `*` at an end stands for the rest";
    RECURSIVE: "kestra.variables.recursive-rendering", Kind::Flag, Some("false"), Kestra,
        "Whether what an expression gives is rendered again";
    DEFAULTS: "kestra.plugins.defaults", Kind::Types, None, Kestra,
        "Values for all tasks and triggers of a type, or of a beginning of types";
    DEFAULTS_OLD: "kestra.tasks.defaults", Kind::Types, None, Kestra, "The old name of `kestra.plugins.defaults`";
    CONFIGURATIONS: "kestra.plugins.configurations", Kind::Types, None, Kestra,
        "Settings of single types: `recoverMissedSchedules` of `io.kestra.plugin.core.trigger.Schedule`, and \
         `allowed-paths` of `io.kestra.plugin.fs.local`, `allow-open-ssh-config` of \
         `io.kestra.plugin.fs.ssh.Command`, and `volume-enabled` of \
         `io.kestra.plugin.scripts.runner.docker.Docker`";
    LOCAL_FILES: "kestra.local-files.allowed-paths", Kind::Texts, None, Kestra,
        "Folders of this machine that flows may read as `file://`";
    DEFINITIONS: "kapelle.plugins.definitions", Kind::Text, None, Ours,
        "A folder with definitions of tasks and triggers of the installation's own, which are there beside those that are built in";
    LOCAL_TASKS: "kapelle.fs.local.allowed-paths", Kind::Texts, None, Ours,
        "Folders of this machine that the tasks of `io.kestra.plugin.fs.local` may work in";
    SSH_CONFIG: "kapelle.ssh.allow-open-ssh-config", Kind::Flag, Some("false"), Ours,
        "Whether `io.kestra.plugin.fs.ssh.Command` may use OpenSSH's configuration and keys of this machine, and programs of it \
         as `proxyCommand`";
    SSH_CHECKING: "kapelle.ssh.host-key-checking", Kind::Text, Some("no"), Ours,
        "Whether the key of a server of SSH or SFTP has to be known, where a flow does not say: `yes`, `accept-new` or `no`";
    SSH_HOSTS: "kapelle.ssh.known-hosts", Kind::Text, None, Ours,
        "A file with keys of servers, in the form of `known_hosts`";
    DUCKDB: "kapelle.duckdb.program", Kind::Text, Some("duckdb"), Ours,
        "The command-line program of DuckDB, which the tasks of `io.kestra.plugin.jdbc.duckdb` run: a path, or a name on the PATH";
    DUCKDB_ACCESS: "kapelle.duckdb.external-access", Kind::Flag, Some("true"), Ours,
        "Whether statements of DuckDB reach files of this machine, networks and extensions, as scripts do; with `false` only the \
         directory of their task and the folders of `kapelle.fs.local.allowed-paths`";
    DUCKDB_EXTENSIONS: "kapelle.duckdb.extension-directory", Kind::Text, None, Ours,
        "The folder in which extensions of DuckDB are kept for all tasks; without it, each task downloads what it needs";
    DOCKER_HOST: "kapelle.docker.host", Kind::Text, None, Ours,
        "The engine for containers: `unix:///PATH`, `tcp://HOST:PORT` or `https://HOST:PORT`; without it, the one of the \
         variable `DOCKER_HOST`, or Docker or Podman on this machine";
    DOCKER_TLS: "kapelle.docker.tls-verify", Kind::Flag, Some("false"), Ours,
        "Whether engines at `tcp://` are spoken to by TLS and have to prove who they are; without it, the variable \
         `DOCKER_TLS_VERIFY` says so";
    DOCKER_CERTIFICATES: "kapelle.docker.cert-path", Kind::Text, None, Ours,
        "The folder with the certificates for engines that speak TLS: `ca.pem`, and for engines that want to know who \
         comes, `cert.pem` and `key.pem`; without it, that of `DOCKER_CERT_PATH`, or `~/.docker`";
    DOCKER_VOLUMES: "kapelle.docker.volume-enabled", Kind::Flag, Some("false"), Ours,
        "Whether flows may mount folders of the engine's machine into containers";
    KUBECONFIG: "kapelle.kubernetes.kubeconfig", Kind::Text, None, Ours,
        "The file that says where the cluster for pods is and who one is there; without it, the one of the variable \
         `KUBECONFIG`, or `~/.kube/config`, or the cluster in which Kapelle runs";
    KUBE_CONTEXT: "kapelle.kubernetes.context", Kind::Text, None, Ours,
        "Which context of that file; without it, its current one";
    SERVICES: "kapelle.services", Kind::Map, None, Ours,
        "Other addresses of services that tasks ask, by name: `{slack: http://proxy:8080/slack}`";
    AI_PROVIDERS: "kapelle.ai.providers", Kind::Map, None, Ours,
        "Other addresses of providers of language models, by name: `{openai: {base-url: http://models:8000/v1}}`";
    NETWORK_HOSTS: "kapelle.network.hosts", Kind::Map, None, Ours,
        "Addresses of names that tasks and expressions do not look up: `{db.example.com: 10.0.0.7}`";
    AI_DEFAULT: "kapelle.ai.default-provider", Kind::Text, None, Ours,
        "The model of agents that name none, such as `gemini-2.5-flash`, or `openai/NAME` where the name does not say who has it";
    AI_TOKENS: "kapelle.ai.max-tokens-per-run", Kind::Count, None, Ours,
        "Tokens that one run of a task may use; without it, as many as it wants";
    AI_COST: "kapelle.ai.max-cost-per-run", Kind::Text, None, Ours,
        "What one run of a task may cost by `kapelle.ai.prices`, such as `0.50`; without it, as much as it comes to";
    AI_PRICES: "kapelle.ai.prices", Kind::Map, None, Ours,
        "What a million tokens of a model cost, in one currency: `{gpt-4o: {input: 2.50, output: 10}}`";
    AI_RECORDINGS: "kapelle.ai.recordings", Kind::Text, None, Ours,
        "A folder with recorded answers of models, for tests: models are not asked";
    AI_RECORDINGS_MODE: "kapelle.ai.recordings-mode", Kind::Choice(&["record", "replay"]), Some("replay"), Ours,
        "Whether answers are recorded in that folder, or given from it";
    TMP_DIR: "kestra.tasks.tmp-dir.path", Kind::Text, None, Kestra,
        "The folder in which tasks get their working directories; without it, `work` in the folder of the data";
    TUTORIALS: "kestra.tutorial-flows.enabled", Kind::Flag, Some("false"), Kestra,
        "Whether an empty server begins with the flows of the tutorial";
    TEMPLATES: "kestra.templates.enabled", Kind::Flag, Some("false"), Kestra,
        "Whether templates of old versions can be read and changed through the API";
    RETENTION: "kapelle.retention.executions", Kind::Duration, None, Ours,
        "How long executions stay after their end; without it, until somebody removes them";
    LANGUAGE: "kapelle.language", Kind::Choice(&["1", "2"]), Some("1"), Ours,
        "1 reads flows as Kestra 0.x and 1.x do, 2 as Kestra 2.0 does";
    PROFILE: "kapelle.compat.profile", Kind::Choice(&["default", "0.21", "1.3", "2.0"]), Some("default"), Ours,
        "Whose answers the API gives where versions of Kestra differ";
    LOG_LEVEL: "kapelle.log.level", Kind::Choice(&["ERROR", "WARN", "INFO", "DEBUG", "TRACE"]), Some("INFO"), Ours,
        "What the server tells of itself: this and what is worse";
}

/// A key of Kestra that changes nothing here.
const fn idle(name: &'static str, words: &'static str) -> Key {
    Key { name, kind: Kind::Anything, default: None, standing: Standing::Idle, words }
}

const IDLE: &[Key] = &[
    idle("datasources", "Databases of Kestra; Kapelle keeps its own in the folder of the data"),
    idle("endpoints.health", "What the health check shows; Kapelle shows no details to strangers"),
    idle("kestra.ai", "Providers of language models"),
    idle("kestra.anonymous-usage-report", "Kapelle reports nothing to anybody"),
    idle("kestra.ee", "Settings of Kestra's Enterprise Edition"),
    idle("kestra.elasticsearch", "The search engine of Kestra's Enterprise Edition"),
    idle("kestra.environment", "Name and colour of the installation in the UI"),
    idle("kestra.heartbeat", "How workers of old versions say that they live"),
    idle("kestra.hidden-labels", "Labels that the UI leaves out"),
    idle("kestra.indexer", "How Kestra copies from queue to repository; Kapelle has nothing to copy"),
    idle("kestra.jdbc", "How Kestra asks its database; Kapelle waits for news instead"),
    idle("kestra.kafka", "The queue of Kestra's Enterprise Edition"),
    idle("kestra.logger", "Single loggers of Kestra"),
    idle("kestra.metrics", "Labels of metrics"),
    idle("kestra.plugins.allow", "Types that may be used"),
    idle("kestra.plugins.deny", "Types that may not be used"),
    idle("kestra.plugins.local-repository-path", "Where Kestra keeps plugins; those of Kapelle are built in"),
    idle("kestra.plugins.management", "How Kestra manages plugins; those of Kapelle are built in"),
    idle("kestra.plugins.path", "Where Kestra looks for plugins; those of Kapelle are built in"),
    idle("kestra.plugins.repositories", "Where Kestra gets plugins from; those of Kapelle are built in"),
    idle("kestra.plugins.security", "Types that may be used"),
    idle("kestra.retries", "How often Kestra asks its storage again"),
    idle("kestra.secret", "The secret manager of Kestra's Enterprise Edition"),
    idle("kestra.security", "Accounts of Kestra's Enterprise Edition"),
    idle("kestra.server-type", "Set by Kestra's own commands"),
    idle("kestra.server.access-log.fields", "What is in the log of requests"),
    idle("kestra.server.access-log.filters", "Which requests are in the log of requests"),
    idle("kestra.server.access-log.format", "How lines of the log of requests look"),
    idle("kestra.server.access-log.name", "The logger of requests"),
    idle("kestra.server.liveness", "How servers of a cluster watch each other"),
    idle("kestra.server.preview", "How many rows of a file the UI shows"),
    idle("kestra.server.service", "How servers of a cluster clean up after each other"),
    idle("kestra.server.standalone", "How long the parts of Kestra may take to start"),
    idle("kestra.server.worker", "How workers of a cluster work"),
    idle("kestra.storage.azure", "Files in Azure"),
    idle("kestra.storage.gcs", "Files in Google Cloud"),
    idle("kestra.storage.minio", "Files in MinIO"),
    idle("kestra.storage.s3", "Files in S3"),
    idle("kestra.system-flows", "The namespace of the system's own flows"),
    idle("kestra.tasks.scripts", "Whether containers may mount folders, in old versions"),
    idle("kestra.traces", "Tracing"),
    idle("kestra.tutorial-flows.dir", "Where Kestra keeps the flows of its tutorial"),
    idle("kestra.ui", "What the UI shows first"),
    idle("kestra.ui-anonymous-usage-report", "Kapelle reports nothing to anybody"),
    idle("kestra.variables.cache-enabled", "Whether templates are kept; they are"),
    idle("kestra.variables.cache-size", "How many templates are kept"),
    idle(
        "kestra.variables.redacted-env-vars",
        "Variables that flows never see; see `kapelle.variables.env-names`",
    ),
    idle("kestra.webserver", "What Kestra adds to its pages"),
    idle("micronaut.server.ssl.build-self-signed", "Certificates of Kestra's own; Kapelle wants a file"),
    idle("micronaut.server.ssl.key", "The key within a key store of Java"),
    idle("micronaut.server.ssl.key-store.password", "Passwords of key stores of Java"),
    idle("micronaut.ssl.key-store.password", "Passwords of key stores of Java"),
    idle("logger.levels", "Levels of Kestra's loggers; see `kapelle.log.level`"),
];

/// All keys, those that do something first.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    EFFECTIVE.iter().chain(IDLE)
}
