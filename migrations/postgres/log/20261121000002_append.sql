-- Appends a batch in one round trip where everything about it is plain: streams and keys that come
-- once each, every stream at the version its append expects, no key seen before. Answers the
-- position before the batch; NULL, with nothing written, where the batch is not plain and has to be
-- decided append by append.
--
-- Takes the log's lock first, in a statement of its own: VOLATILE, so what the next statements read
-- was committed before the lock was had. What is a constraint anyway is looked up before, as a
-- violation would be written, with its values, to the server's log.
CREATE FUNCTION log_append(
    -- One element for each append.
    append_types text[], append_ids uuid[], expected bigint[], last_offsets bigint[],
    new_versions bigint[], organizations text[], keys text[], fingerprints bytea[], answers text[],
    -- One for each data key.
    data_ids text[], data_organizations text[], data_parents text[], data_wrapped bytea[],
    -- One for each event, in order.
    ids uuid[], organization_ids uuid[], stream_types text[], stream_ids uuid[], versions bigint[],
    types text[], schema_versions integer[], payloads text[], metadata text[],
    recorded_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    head bigint;
BEGIN
    SELECT h.position INTO STRICT head FROM log_head h WHERE h.singleton = 1 FOR UPDATE;
    PERFORM FROM unnest(append_types, append_ids, expected) AS s(type, id, version)
        WHERE s.version <> COALESCE(
            (SELECT e.version FROM events e WHERE e.stream_type = s.type AND e.stream_id = s.id
             ORDER BY e.version DESC LIMIT 1), 0);
    IF NOT FOUND THEN
        PERFORM FROM unnest(organizations, keys) AS k(organization, key)
            JOIN command_keys c ON c.organization_id = k.organization AND c.key = k.key;
    END IF;
    IF FOUND THEN
        -- Nothing was written: its commit need not wait for the disk.
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN NULL;
    END IF;
    UPDATE log_head h SET position = head + cardinality(ids) WHERE h.singleton = 1;
    INSERT INTO command_keys
        SELECT k.organization, k.key, k.fingerprint, k.answer, head + k.last_offset, k.version
        FROM unnest(organizations, keys, fingerprints, answers, last_offsets, new_versions)
            AS k(organization, key, fingerprint, answer, last_offset, version);
    IF cardinality(data_ids) > 0 THEN
        INSERT INTO data_keys
            SELECT * FROM unnest(data_ids, data_organizations, data_parents, data_wrapped)
            ON CONFLICT (id) DO UPDATE
            SET parent_id = excluded.parent_id, wrapped = excluded.wrapped;
    END IF;
    INSERT INTO events
        SELECT head + e.place, e.id, e.organization_id, e.stream_type, e.stream_id, e.version,
               e.type, e.schema_version, e.payload::jsonb, e.metadata::jsonb, recorded_at
        FROM unnest(ids, organization_ids, stream_types, stream_ids, versions, types,
                    schema_versions, payloads, metadata)
            WITH ORDINALITY AS e(id, organization_id, stream_type, stream_id, version, type,
                                 schema_version, payload, metadata, place);
    RETURN head;
END
$$;
