-- Work that one process does at a time, and for how long it may be sure of that.
CREATE TABLE leases (
    name        text PRIMARY KEY,
    holder      text NOT NULL,
    -- Milliseconds since 1970.
    until       INTEGER NOT NULL
);
