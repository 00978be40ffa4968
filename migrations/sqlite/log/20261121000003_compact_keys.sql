-- Keys are found by their primary key alone: without a rowid each is one entry in one tree instead
-- of two in two, which is half of what a commit writes for it.

CREATE TABLE command_keys_compact (
    organization_id text NOT NULL,
    key             text NOT NULL,
    fingerprint     BLOB NOT NULL,
    answer          text NOT NULL,
    position        INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key)
) WITHOUT ROWID;
INSERT INTO command_keys_compact
    SELECT organization_id, key, fingerprint, answer, position, version FROM command_keys;
DROP TABLE command_keys;
ALTER TABLE command_keys_compact RENAME TO command_keys;

CREATE TABLE data_keys_compact (
    id              text PRIMARY KEY,
    organization_id text NOT NULL,
    parent_id       text,
    wrapped         BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO data_keys_compact SELECT id, organization_id, parent_id, wrapped FROM data_keys;
DROP TABLE data_keys;
ALTER TABLE data_keys_compact RENAME TO data_keys;
CREATE INDEX data_keys_parent ON data_keys (parent_id) WHERE parent_id IS NOT NULL;
