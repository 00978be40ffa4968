-- What each key asked, to be suggested to it again. No fact of the log: a convenience, bounded,
-- which its holder can delete.
CREATE TABLE asked_questions (
    organization_id text NOT NULL,
    key_id          text NOT NULL,
    -- The question without what does not matter to the eye: one line for each.
    folded          text NOT NULL,
    question        text NOT NULL,
    -- Milliseconds since 1970.
    asked_at        INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key_id, folded)
);
