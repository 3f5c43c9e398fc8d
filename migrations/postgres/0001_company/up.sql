-- Settings of the company, in one row. Terms and limits are in seconds. Transactions that rest on rights lock this row first.
CREATE TABLE company (
    id                          BIGINT  PRIMARY KEY CHECK (id = 1),
    -- Counts saved changes of the settings.
    version                     INTEGER NOT NULL DEFAULT 1,
    name                        TEXT    NOT NULL DEFAULT '',
    groups_invitation_term      BIGINT  NOT NULL DEFAULT 86400   CHECK (groups_invitation_term BETWEEN 3600 AND 2592000),
    permissions_invitation_term BIGINT  NOT NULL DEFAULT 432000  CHECK (permissions_invitation_term BETWEEN 3600 AND 2592000),
    -- Invitations of one administrator.
    invitations_per_hour        INTEGER NOT NULL DEFAULT 1000    CHECK (invitations_per_hour BETWEEN 10 AND 10000),
    password_min                INTEGER NOT NULL DEFAULT 15      CHECK (password_min BETWEEN 8 AND 64),
    -- Users who need two-factor, and the day in the company's time zone from which they do.
    two_factor_for              TEXT    NOT NULL DEFAULT 'nobody' CHECK (two_factor_for IN ('nobody', 'admins', 'admins_and_portfolio_admins', 'everyone')),
    two_factor_from             TEXT    CHECK (length(two_factor_from) = 10),
    session_idle                BIGINT  NOT NULL DEFAULT 3600    CHECK (session_idle > 0),
    session_absolute            BIGINT  NOT NULL DEFAULT 43200   CHECK (session_absolute > 0),
    -- Sessions of one user; the oldest ends.
    sessions_per_user           INTEGER NOT NULL DEFAULT 20      CHECK (sessions_per_user BETWEEN 1 AND 100),
    deleted_kept                BIGINT  NOT NULL DEFAULT 2592000 CHECK (deleted_kept BETWEEN 0 AND 31536000),
    -- Daily mail of the newest hash of the audit log to all Admins.
    mails_audit_head            BOOLEAN NOT NULL DEFAULT FALSE,
    -- Name of the IANA database.
    time_zone                   TEXT    NOT NULL DEFAULT 'UTC',
    -- Fingerprint by which the instance's key is recognised; it reveals nothing of the key.
    key_check                   BYTEA,
    CHECK ((two_factor_for = 'nobody') = (two_factor_from IS NULL))
);
INSERT INTO company (id) VALUES (1);
