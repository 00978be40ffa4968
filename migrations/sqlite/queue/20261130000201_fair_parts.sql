-- Work of one event may be split into parts that are tried apart: `key` tells them apart, and is
-- empty for work that was not split. `message` goes: a message of JetStream stands for no
-- particular row any more.
CREATE TABLE work_with_key (
    consumer        text NOT NULL,
    position        INTEGER NOT NULL,
    -- Which part of the event's work; empty: all of it.
    key             text NOT NULL DEFAULT '',
    event_id        text NOT NULL,
    organization_id text NOT NULL,
    stream_id       text NOT NULL,
    -- ready | leased | dead
    state           text NOT NULL,
    -- Attempts that failed.
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- Leases that ended without an outcome: killed workers.
    abandoned       INTEGER NOT NULL DEFAULT 0,
    -- Times in milliseconds since 1970.
    created_at      INTEGER NOT NULL,
    available_at    INTEGER NOT NULL,
    lease_until     INTEGER,
    lease_token     text,
    dispatched_at   INTEGER,
    -- Counts dispatches, so that a message sent again is not taken for a duplicate.
    dispatches      INTEGER NOT NULL DEFAULT 0,
    progress        REAL,
    -- JSON: what happened at each attempt.
    history         text NOT NULL DEFAULT '[]',
    PRIMARY KEY (consumer, position, key)
);
INSERT INTO work_with_key (consumer, position, event_id, organization_id, stream_id, state, attempts,
        abandoned, created_at, available_at, lease_until, lease_token, dispatched_at, dispatches,
        progress, history)
    SELECT consumer, position, event_id, organization_id, stream_id, state, attempts,
        abandoned, created_at, available_at, lease_until, lease_token, dispatched_at, dispatches,
        progress, history
    FROM work;
DROP TABLE work;
ALTER TABLE work_with_key RENAME TO work;

-- A claim goes from organization to organization, and takes each one's oldest.
CREATE INDEX work_fair ON work (consumer, state, organization_id, available_at, position, key);
CREATE INDEX work_leases ON work (lease_until) WHERE state = 'leased';
CREATE INDEX work_undispatched ON work (position) WHERE dispatched_at IS NULL;
CREATE INDEX work_stream ON work (stream_id);
