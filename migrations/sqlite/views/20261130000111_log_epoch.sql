-- Which log a checkpoint is one of; NULL until it moves for the first time after this.
ALTER TABLE projection_checkpoints ADD COLUMN epoch text;
