-- The company's policy, in one row. Terms and limits are in seconds. Writers that must not meet lock this row first.
CREATE TABLE company (
    id                         INTEGER PRIMARY KEY CHECK (id = 1),
    name                       TEXT    NOT NULL DEFAULT '',
    groups_invitation_term     BIGINT  NOT NULL DEFAULT 86400  CHECK (groups_invitation_term BETWEEN 3600 AND 2592000),
    permissions_invitation_term BIGINT NOT NULL DEFAULT 432000 CHECK (permissions_invitation_term BETWEEN 3600 AND 2592000),
    password_min               INTEGER NOT NULL DEFAULT 15     CHECK (password_min BETWEEN 8 AND 64),
    session_idle               BIGINT  NOT NULL DEFAULT 3600   CHECK (session_idle > 0),
    session_absolute           BIGINT  NOT NULL DEFAULT 43200  CHECK (session_absolute > 0),
    deleted_kept               BIGINT  NOT NULL DEFAULT 2592000 CHECK (deleted_kept >= 0),
    -- Tells the instance's key from any other, and nothing about it.
    key_check                  BLOB
);
INSERT INTO company (id) VALUES (1);

CREATE TABLE users (
    id                    INTEGER   PRIMARY KEY AUTOINCREMENT,
    first_name            TEXT      NOT NULL,
    last_name             TEXT      NOT NULL,
    email                 TEXT      NOT NULL,
    email_key             TEXT      NOT NULL,
    email_key_version     SMALLINT  NOT NULL,
    default_role          TEXT      NOT NULL CHECK (default_role IN ('user', 'portfolio_admin')),
    password_hash         TEXT,
    credentials_set_at    TIMESTAMP,
    blocked_at            TIMESTAMP,
    invitation_expires_at TIMESTAMP,
    invitation_origin     TEXT      CHECK (invitation_origin IN ('users_and_groups', 'users_and_permissions')),
    invited_by            BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    created_at            TIMESTAMP NOT NULL,
    last_sign_in_at       TIMESTAMP,
    deleted_at            TIMESTAMP,
    -- Both made in Rust and compared byte by byte.
    sort_key              TEXT      NOT NULL,
    search                TEXT      NOT NULL,
    -- Whether anything is assigned, in whichever portfolio: kept by the triggers of portfolio_people.
    has_assignments       BOOLEAN   NOT NULL DEFAULT FALSE,
    version               INTEGER   NOT NULL DEFAULT 1,
    -- What of the status does not depend on the time. NULL for somebody deleted.
    standing              TEXT      GENERATED ALWAYS AS (CASE
                                        WHEN deleted_at IS NOT NULL THEN NULL
                                        WHEN blocked_at IS NOT NULL THEN 'deactivated'
                                        WHEN credentials_set_at IS NOT NULL THEN 'active'
                                        ELSE 'open' END) STORED,
    -- A person without credentials and without an open invitation does not exist.
    CHECK (credentials_set_at IS NOT NULL OR (invitation_expires_at IS NOT NULL AND invitation_origin IS NOT NULL)),
    CHECK (password_hash IS NULL OR credentials_set_at IS NOT NULL)
);
CREATE UNIQUE INDEX users_email_key ON users (email_key) WHERE deleted_at IS NULL;
-- With what searches ask of each person as they walk the order, so that they need not look at the rows.
CREATE INDEX users_by_name ON users (sort_key, id, search, standing) WHERE deleted_at IS NULL;
CREATE INDEX users_active_by_name ON users (sort_key, id) WHERE standing = 'active';
-- The place in the order of people found otherwise.
CREATE INDEX users_found ON users (id, sort_key, standing);
CREATE INDEX users_invitation_expiry ON users (standing, invitation_expires_at, default_role, has_assignments, search) WHERE standing = 'open';
CREATE INDEX users_deleted ON users (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_invited_by ON users (invited_by) WHERE invited_by IS NOT NULL;

-- How many people there are, kept by the triggers below: counting a million rows takes too long for a page.
CREATE TABLE people_counts (
    standing        TEXT    NOT NULL CHECK (standing IN ('active', 'deactivated', 'open')),
    default_role    TEXT    NOT NULL CHECK (default_role IN ('user', 'portfolio_admin')),
    has_assignments BOOLEAN NOT NULL,
    people          BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (standing, default_role, has_assignments)
) WITHOUT ROWID;
INSERT INTO people_counts (standing, default_role, has_assignments)
SELECT standings.column1, roles.column1, either.column1
FROM (VALUES ('active'), ('deactivated'), ('open')) AS standings, (VALUES ('user'), ('portfolio_admin')) AS roles, (VALUES (FALSE), (TRUE)) AS either;

CREATE TRIGGER users_counted_insert AFTER INSERT ON users BEGIN
    UPDATE people_counts SET people = people + 1
    WHERE standing = NEW.standing AND default_role = NEW.default_role AND has_assignments = NEW.has_assignments;
END;
CREATE TRIGGER users_counted_delete AFTER DELETE ON users BEGIN
    UPDATE people_counts SET people = people - 1
    WHERE standing = OLD.standing AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
END;
CREATE TRIGGER users_counted_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, default_role, has_assignments ON users
WHEN OLD.standing IS NOT NEW.standing OR OLD.default_role <> NEW.default_role OR OLD.has_assignments <> NEW.has_assignments BEGIN
    UPDATE people_counts SET people = people - 1
    WHERE standing = OLD.standing AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
    UPDATE people_counts SET people = people + 1
    WHERE standing = NEW.standing AND default_role = NEW.default_role AND has_assignments = NEW.has_assignments;
END;

-- Fragments of names and addresses of everybody who is not deleted.
CREATE VIRTUAL TABLE people_search USING fts5 (search, content = 'users', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', columnsize = 0);
CREATE TRIGGER users_searched_insert AFTER INSERT ON users WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO people_search (rowid, search) VALUES (NEW.id, NEW.search);
END;
CREATE TRIGGER users_searched_delete AFTER DELETE ON users WHEN OLD.deleted_at IS NULL BEGIN
    INSERT INTO people_search (people_search, rowid, search) VALUES ('delete', OLD.id, OLD.search);
END;
CREATE TRIGGER users_searched_update AFTER UPDATE OF search, deleted_at ON users
WHEN OLD.search <> NEW.search OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO people_search (people_search, rowid, search) SELECT 'delete', OLD.id, OLD.search WHERE OLD.deleted_at IS NULL;
    INSERT INTO people_search (rowid, search) SELECT NEW.id, NEW.search WHERE NEW.deleted_at IS NULL;
END;
