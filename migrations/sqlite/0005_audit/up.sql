-- Audit log: who did what, when and from where. Each entry carries the hash of the one before, so that a later change shows.
-- Entries have no foreign keys: they stay as they were written, whatever becomes of the users in them.
CREATE TABLE audit_entries (
    sequence      INTEGER   NOT NULL PRIMARY KEY CHECK (sequence > 0),
    at            TIMESTAMP NOT NULL,
    actor_id      BIGINT,
    actor_name    TEXT      NOT NULL,
    channel       TEXT      NOT NULL,
    -- Only changes from a page have one.
    client_ip     TEXT,
    action        TEXT      NOT NULL,
    subject_kind  TEXT      NOT NULL,
    subject_id    BIGINT    NOT NULL,
    subject_name  TEXT      NOT NULL,
    -- Portfolio, account or group in which the act was done, where that is not the subject.
    place_kind    TEXT,
    place_id      BIGINT,
    place_name    TEXT,
    details       TEXT      NOT NULL,
    previous_hash BLOB      NOT NULL CHECK (length(previous_hash) = 32),
    hash          BLOB      NOT NULL CHECK (length(hash) = 32)
);
-- Each filter of the log is read newest first along one of these. A thing is two ranges, as subject and as place.
CREATE INDEX audit_entries_by_time ON audit_entries (at, sequence);
CREATE INDEX audit_entries_of_actor ON audit_entries (actor_id, at, sequence) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_entries_of_subject ON audit_entries (subject_kind, subject_id, at, sequence);
CREATE INDEX audit_entries_of_action ON audit_entries (action, at, sequence);
CREATE INDEX audit_entries_of_place ON audit_entries (place_kind, place_id, at, sequence) WHERE place_id IS NOT NULL;

CREATE TRIGGER audit_entries_stay AFTER UPDATE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'audit entries are not changed');
END;
-- `INSERT OR REPLACE` deletes without the trigger below, unless the connection has recursive triggers.
CREATE TRIGGER audit_entries_are_not_replaced BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE sequence = NEW.sequence) BEGIN
    SELECT RAISE(ABORT, 'audit entries are not replaced');
END;
CREATE TRIGGER audit_entries_are_kept BEFORE DELETE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'audit entries are not deleted');
END;

-- Sign-ins and invitations of each day, counted as their entries are written.
CREATE TABLE daily_counts (
    -- "2026-11-22"
    day     TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    entries BIGINT NOT NULL,
    PRIMARY KEY (day, action)
) WITHOUT ROWID;
CREATE TRIGGER audit_entries_counted AFTER INSERT ON audit_entries WHEN NEW.action IN ('session.signed_in', 'user.invited') BEGIN
    INSERT INTO daily_counts VALUES (substr(NEW.at, 1, 10), NEW.action, 1) ON CONFLICT (day, action) DO UPDATE SET entries = entries + 1;
END;

-- End of the chain. Transactions lock it last of all rows, to append to it.
CREATE TABLE audit_head (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT  NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, zeroblob(32));

-- Verification of the chain by the server, in one row: its last result, and the next one that is asked for.
CREATE TABLE audit_verification (
    id           INTEGER   NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Begin of the last verification that came to an end.
    verified_at  TIMESTAMP,
    -- Newest entry of the last chain that was whole. The next verification looks for it.
    sequence     BIGINT    NOT NULL,
    hash         BLOB      NOT NULL CHECK (length(hash) = 32),
    -- First entry that was changed or is missing.
    broken_at    BIGINT,
    requested_at TIMESTAMP,
    leased_until TIMESTAMP
);
INSERT INTO audit_verification (id, sequence, hash) VALUES (1, 0, zeroblob(32));
