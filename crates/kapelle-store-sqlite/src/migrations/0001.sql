-- Names, kept in memory while the store is open. A namespace without a name stands for its tenant.
CREATE TABLE ns (
    id     INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    UNIQUE (tenant, name)
);
CREATE TABLE flow_key (
    id   INTEGER PRIMARY KEY,
    ns   INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (ns, name)
);

-- Changes of executions, moments and orders that are not in their tables yet, by the number of the last commit of each
-- row. Only the one who writes reads it.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    data   BLOB NOT NULL
);

-- What lists look at. The id is the upper half of the public one, so that the order of keys is that of time.
CREATE TABLE exec (
    id      INTEGER PRIMARY KEY,
    check64 INTEGER NOT NULL,
    flow    INTEGER NOT NULL,
    ns      INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    class   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended   INTEGER,
    rev     INTEGER NOT NULL,
    parent  INTEGER,
    cause   INTEGER,
    slot    INTEGER NOT NULL,
    rest    INTEGER NOT NULL,
    labels  INTEGER NOT NULL
);
CREATE INDEX exec_flow    ON exec (flow);
CREATE INDEX exec_ns      ON exec (ns);
-- What did not end well. 6 is SUCCESS, the majority: looking for it walks the index of the flow, or of time.
CREATE INDEX exec_state   ON exec (state)       WHERE ended IS NOT NULL AND state <> 6;
CREATE INDEX exec_fstate  ON exec (flow, state) WHERE ended IS NOT NULL AND state <> 6;
CREATE INDEX exec_nstate  ON exec (ns, state)   WHERE ended IS NOT NULL AND state <> 6;
-- What is open has a short life in this index, and in no other one of states.
CREATE INDEX exec_open    ON exec (state)       WHERE rest = 0;
CREATE INDEX exec_parent  ON exec (parent)      WHERE parent IS NOT NULL;
CREATE INDEX exec_cause   ON exec (cause)       WHERE cause IS NOT NULL;
CREATE INDEX exec_slot    ON exec (id, slot)    WHERE slot <> 0;

CREATE TABLE exec_body (
    id    INTEGER PRIMARY KEY,
    birth BLOB NOT NULL,
    head  BLOB NOT NULL
);
CREATE TABLE task_run (
    exec INTEGER NOT NULL,
    idx  INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (exec, idx)
) WITHOUT ROWID;
CREATE TABLE child (
    exec      INTEGER NOT NULL,
    idx       INTEGER NOT NULL,
    iteration INTEGER NOT NULL,
    child     INTEGER NOT NULL,
    is_open   INTEGER NOT NULL,
    data      BLOB NOT NULL,
    PRIMARY KEY (exec, idx, iteration)
) WITHOUT ROWID;
CREATE INDEX child_open ON child (child) WHERE is_open = 1;

-- The number of a label is a hash of it.
CREATE TABLE label (
    kv   INTEGER NOT NULL,
    exec INTEGER NOT NULL,
    PRIMARY KEY (kv, exec)
) WITHOUT ROWID;
CREATE TABLE label_kv (
    id    INTEGER PRIMARY KEY,
    key   TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX label_key ON label_kv (key);

-- Executions by scope (even: flow, odd: namespace), hour of their creation, and class and state.
CREATE TABLE counter (
    scope       INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    class_state INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (scope, hour, class_state)
) WITHOUT ROWID;

CREATE TABLE wake (
    at      INTEGER NOT NULL,
    exec    INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    check64 INTEGER NOT NULL,
    PRIMARY KEY (at, exec, check64, kind, number)
) WITHOUT ROWID;
CREATE INDEX wake_exec ON wake (exec);
CREATE TABLE sent (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      BLOB NOT NULL UNIQUE,
    exec    INTEGER NOT NULL,
    check64 INTEGER NOT NULL,
    data    BLOB NOT NULL
);
CREATE INDEX sent_exec ON sent (exec);

-- Without data it was removed; its version goes on.
CREATE TABLE document (
    id      INTEGER PRIMARY KEY,
    kind    INTEGER NOT NULL,
    ns      INTEGER NOT NULL,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    due     INTEGER,
    data    BLOB,
    UNIQUE (kind, ns, name)
);
CREATE INDEX document_due ON document (kind, due) WHERE due IS NOT NULL;

CREATE TABLE flow_rev (
    flow        INTEGER NOT NULL,
    rev         INTEGER NOT NULL,
    source      BLOB NOT NULL,
    description TEXT,
    labels      TEXT NOT NULL,
    is_disabled INTEGER NOT NULL,
    is_deleted  INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    UNIQUE (flow, rev)
);

CREATE TABLE once (
    kind   INTEGER NOT NULL,
    key    TEXT NOT NULL,
    until  INTEGER NOT NULL,
    result BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX once_until ON once (kind, until);

CREATE TABLE ns_file (
    ns         INTEGER NOT NULL,
    path       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    is_folder  INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    place      TEXT,
    created    INTEGER NOT NULL,
    PRIMARY KEY (ns, path, version)
) WITHOUT ROWID;

CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    tenant  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    hash    BLOB NOT NULL
);

-- Epoch, last commit, last id, key of the ids of task runs.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;
