-- The event log: one total order without gaps, append only.

CREATE TABLE log_head (
    -- One row. Whoever appends holds it until the commit, so positions follow commit order.
    singleton   bigint PRIMARY KEY DEFAULT 1 CHECK (singleton = 1),
    position    bigint NOT NULL,
    -- Identifies this log; another value means another history.
    epoch       text NOT NULL
);
INSERT INTO log_head (position, epoch) VALUES (0, replace(gen_random_uuid()::text, '-', ''));

CREATE TABLE events (
    position        bigint PRIMARY KEY,
    id              uuid NOT NULL UNIQUE,
    organization_id uuid NOT NULL,
    stream_type     text NOT NULL,
    stream_id       uuid NOT NULL,
    version         bigint NOT NULL,
    type            text NOT NULL,
    schema_version  integer NOT NULL,
    payload         jsonb NOT NULL,
    metadata        jsonb NOT NULL,
    -- When the appending node took it in.
    recorded_at     timestamptz NOT NULL,
    UNIQUE (stream_type, stream_id, version)
);

-- Answers to commands, so that a command sent again gets its first answer.
CREATE TABLE command_keys (
    organization_id text NOT NULL,
    key             text NOT NULL,
    -- SHA-256 of the command's content: the same key with another content is refused.
    fingerprint     bytea NOT NULL,
    answer          text NOT NULL,
    position        bigint NOT NULL,
    version         bigint NOT NULL,
    PRIMARY KEY (organization_id, key)
);

-- Keys of persons and transcripts, wrapped. Not part of the log: deleting one erases.
CREATE TABLE data_keys (
    id              text PRIMARY KEY,
    organization_id text NOT NULL,
    parent_id       text,
    wrapped         bytea NOT NULL
);
CREATE INDEX data_keys_parent ON data_keys (parent_id) WHERE parent_id IS NOT NULL;

CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append only';
END
$$;
CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- Takes the log's lock, then reads what an append has to know: the head (kind 0), the version of
-- each stream (kind 1) and the stored answers to each key (kind 2). One round trip, so that other
-- nodes wait for as little as possible; VOLATILE, so that what is read was committed before the
-- lock was had. Scans are ruled out: the cached plan must still fit when the tables have grown.
-- What is ruled out has a price so high that it would be compiled every time: no JIT.
CREATE FUNCTION log_lock_and_read(types text[], ids uuid[], organizations text[], keys text[])
RETURNS TABLE (kind integer, ordinal bigint, at_position bigint, at_version bigint,
               key_fingerprint bytea, key_answer text)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    head bigint;
BEGIN
    SELECT h.position INTO STRICT head FROM log_head h WHERE h.singleton = 1 FOR UPDATE;
    RETURN QUERY SELECT 0, 0::bigint, head, 0::bigint, NULL::bytea, NULL::text;
    RETURN QUERY
        SELECT 1, s.ordinal, 0::bigint,
               (SELECT e.version FROM events e
                WHERE e.stream_type = s.type AND e.stream_id = s.id
                ORDER BY e.version DESC LIMIT 1),
               NULL::bytea, NULL::text
        FROM unnest(types, ids) WITH ORDINALITY AS s(type, id, ordinal);
    RETURN QUERY
        SELECT 2, k.ordinal, c.position, c.version, c.fingerprint, c.answer
        FROM unnest(organizations, keys) WITH ORDINALITY AS k(organization, key, ordinal)
        JOIN command_keys c ON c.organization_id = k.organization AND c.key = k.key;
END
$$;
