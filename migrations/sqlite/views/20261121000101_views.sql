-- How far each projection has come. The tables of the read models themselves are made by the
-- projections, as a rebuild makes them again beside the old ones.
CREATE TABLE projection_checkpoints (
    -- The projection's name; "<name>/rebuild" while a new version is built beside it.
    name        text PRIMARY KEY,
    -- Version of the projection's code that filled the tables.
    version     INTEGER NOT NULL,
    -- Counts rebuilds.
    generation  INTEGER NOT NULL,
    -- Last event that is in the tables.
    position    INTEGER NOT NULL,
    -- Milliseconds since 1970.
    updated_at  INTEGER NOT NULL
);
