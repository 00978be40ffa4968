-- What finished steps of a job that is not done came to, so that its next attempt need not take
-- them again. They go with the job.
CREATE TABLE work_steps (
    consumer    text NOT NULL,
    position    bigint NOT NULL,
    key         text NOT NULL,
    step        text NOT NULL,
    -- Sealed under a data key where it may hold a person's words.
    result      bytea NOT NULL,
    PRIMARY KEY (consumer, position, key, step),
    FOREIGN KEY (consumer, position, key) REFERENCES work ON DELETE CASCADE
);
