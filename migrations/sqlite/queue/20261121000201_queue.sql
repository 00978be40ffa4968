-- The work that is not done yet: the truth behind every queue.
CREATE TABLE work (
    consumer        text NOT NULL,
    position        INTEGER NOT NULL,
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
    -- Where in JetStream's stream its message lies.
    message         INTEGER,
    progress        REAL,
    -- JSON: what happened at each attempt.
    history         text NOT NULL DEFAULT '[]',
    PRIMARY KEY (consumer, position)
);
CREATE INDEX work_due ON work (consumer, state, available_at, position);
CREATE INDEX work_leases ON work (lease_until) WHERE state = 'leased';
CREATE INDEX work_undispatched ON work (position) WHERE dispatched_at IS NULL;
CREATE INDEX work_stream ON work (stream_id);

-- How far the relay has turned events into work, for each consumer.
CREATE TABLE relay_checkpoints (
    consumer    text PRIMARY KEY,
    position    INTEGER NOT NULL
);
