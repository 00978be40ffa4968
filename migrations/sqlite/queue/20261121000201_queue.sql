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
    progress        REAL,
    -- JSON: what happened at each attempt.
    history         text NOT NULL DEFAULT '[]',
    PRIMARY KEY (consumer, position)
);
CREATE INDEX work_due ON work (consumer, state, available_at);
CREATE INDEX work_stream ON work (stream_id);
CREATE INDEX work_state ON work (state, created_at);

-- How far the relay has turned events into work.
CREATE TABLE relay_checkpoint (
    singleton   INTEGER PRIMARY KEY DEFAULT 1 CHECK (singleton = 1),
    position    INTEGER NOT NULL
);
INSERT INTO relay_checkpoint (position) VALUES (0);
