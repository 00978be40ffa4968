-- The event at a checkpoint: a log that was restored from a backup and has grown since has another one
-- there. NULL until the checkpoint moves for the first time after this.
ALTER TABLE relay_checkpoints ADD COLUMN event_id text;
