-- The event log: one total order without gaps, append only.

CREATE TABLE log_head (
    -- One row. Whoever appends holds it until the commit, so positions follow commit order.
    singleton   INTEGER PRIMARY KEY DEFAULT 1 CHECK (singleton = 1),
    position    INTEGER NOT NULL,
    -- Identifies this log; another value means another history.
    epoch       text NOT NULL
);
INSERT INTO log_head (position, epoch) VALUES (0, lower(hex(randomblob(16))));

CREATE TABLE events (
    position        INTEGER PRIMARY KEY,
    id              text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    stream_type     text NOT NULL,
    stream_id       text NOT NULL,
    version         INTEGER NOT NULL,
    type            text NOT NULL,
    schema_version  integer NOT NULL,
    payload         TEXT NOT NULL,
    metadata        TEXT NOT NULL,
    -- Microseconds since 1970.
    recorded_at     INTEGER NOT NULL,
    UNIQUE (stream_type, stream_id, version)
);

-- Answers to commands, so that a command sent again gets its first answer.
CREATE TABLE command_keys (
    organization_id text NOT NULL,
    key             text NOT NULL,
    -- SHA-256 of the command's content: the same key with another content is refused.
    fingerprint     BLOB NOT NULL,
    answer          text NOT NULL,
    position        INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key)
);

-- Keys of persons and transcripts, wrapped. Not part of the log: deleting one erases.
CREATE TABLE data_keys (
    id              text PRIMARY KEY,
    organization_id text NOT NULL,
    parent_id       text,
    wrapped         BLOB NOT NULL
);
CREATE INDEX data_keys_parent ON data_keys (parent_id) WHERE parent_id IS NOT NULL;

CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append only'); END;
CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append only'); END;
