-- Single-use links. Only the SHA-256 of a token is here. A link outlives its person, so that its page can say how it ended.
CREATE TABLE tokens (
    id         INTEGER   PRIMARY KEY AUTOINCREMENT,
    purpose    TEXT      NOT NULL CHECK (purpose IN ('setup', 'invitation', 'password_reset', 'email_change', 'email_change_stop')),
    hash       BLOB      NOT NULL UNIQUE CHECK (length(hash) = 32),
    user_id    BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    -- The address it was sent to.
    email      TEXT,
    -- Who sent it, or asked for it; nobody signed in for a new password that was asked for at the sign-in page.
    asked_by   BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at   TIMESTAMP,
    ended_as   TEXT      CHECK (ended_as IN ('used', 'replaced', 'revoked')),
    CHECK ((ended_at IS NULL) = (ended_as IS NULL))
);
CREATE UNIQUE INDEX tokens_one_open ON tokens (user_id, purpose) WHERE ended_at IS NULL AND user_id IS NOT NULL;
CREATE INDEX tokens_of_user ON tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX tokens_asked_by ON tokens (asked_by) WHERE asked_by IS NOT NULL;
CREATE UNIQUE INDEX tokens_one_setup ON tokens (purpose) WHERE ended_at IS NULL AND purpose = 'setup';

-- Addresses for which somebody who forgot a password asked for a link, until it is looked up whom they belong to.
CREATE TABLE reset_requests (
    id         INTEGER   PRIMARY KEY AUTOINCREMENT,
    email      TEXT      NOT NULL,
    source     TEXT      NOT NULL,
    -- The widest network of the source that requests are counted by.
    network    TEXT      NOT NULL,
    asked_at   TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
    id           INTEGER   PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB      NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id      BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    source       TEXT      NOT NULL,
    browser      TEXT      NOT NULL,
    -- What the next page has to say, as JSON; empty for nothing.
    state        TEXT      NOT NULL DEFAULT ''
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_age ON sessions (created_at);

-- Forms that made something: one that is sent twice makes it once.
CREATE TABLE sent_forms (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    form_hash  BLOB   NOT NULL CHECK (length(form_hash) = 32),
    PRIMARY KEY (session_id, form_hash)
) WITHOUT ROWID;

-- Browsers in which a person has signed in before: a right password from one of them is not held up by strangers' wrong ones.
CREATE TABLE known_browsers (
    user_id      BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser_hash BLOB      NOT NULL CHECK (length(browser_hash) = 32),
    last_used_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, browser_hash)
) WITHOUT ROWID;

-- Wrong attempts in a row, and requests for new passwords, by typed address (hashed, known or not) and by network; new passwords that were tried
-- behind a link; and mails that an administrator sends somebody, by both.
CREATE TABLE throttles (
    scope         TEXT      NOT NULL CHECK (scope IN ('account', 'source', 'reset_account', 'reset_source', 'link', 'link_source', 'mail_quota')),
    key           TEXT      NOT NULL,
    wrong_in_a_row INTEGER  NOT NULL,
    last_at       TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX throttles_by_age ON throttles (scope, last_at);
-- The order in which rows give way when there are too many.
CREATE INDEX throttles_by_attempts ON throttles (wrong_in_a_row, last_at);
