-- Work of one event may be split into parts that are tried apart: `key` tells them apart, and is
-- empty for work that was not split. `message` goes: a message of JetStream stands for no
-- particular row any more.
ALTER TABLE work ADD COLUMN key text NOT NULL DEFAULT '';
ALTER TABLE work DROP CONSTRAINT work_pkey, ADD PRIMARY KEY (consumer, position, key);
ALTER TABLE work DROP COLUMN message;

-- A claim goes from organization to organization, and takes each one's oldest.
CREATE INDEX work_fair ON work (consumer, state, organization_id, available_at, position, key);
DROP INDEX work_due;
