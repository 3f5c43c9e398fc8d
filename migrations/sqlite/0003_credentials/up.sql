-- Single-use links, each with the SHA-256 of its token. A link outlives its user, so that its page can say how it ended. Sign-ins that wait for
-- a code are tokens too; a user may have several of these, and of links that undo a change of address.
CREATE TABLE tokens (
    id         INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    purpose    TEXT      NOT NULL CHECK (purpose IN ('setup', 'invitation', 'password_reset', 'recovery', 'email_change', 'email_change_stop', 'email_change_undo', 'second_step')),
    hash       BLOB      NOT NULL UNIQUE CHECK (length(hash) = 32),
    user_id    BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    -- Address to which the link was sent.
    email      TEXT,
    -- User who sent the link. NULL for a new password that was requested at the sign-in page.
    asked_by   BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    -- Of a link that undoes a change of address: the password hash at the time of the change.
    password_hash TEXT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at   TIMESTAMP,
    ended_as   TEXT      CHECK (ended_as IN ('used', 'replaced', 'revoked')),
    CHECK ((ended_at IS NULL) = (ended_as IS NULL))
);
CREATE UNIQUE INDEX tokens_one_open ON tokens (user_id, purpose) WHERE ended_at IS NULL AND user_id IS NOT NULL 
    AND purpose NOT IN ('second_step', 'email_change_undo');
CREATE INDEX tokens_of_user ON tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX tokens_asked_by ON tokens (asked_by) WHERE asked_by IS NOT NULL;
-- Second steps by their end: the sweep removes those that are over.
CREATE INDEX tokens_second_steps ON tokens (expires_at) WHERE purpose = 'second_step';
CREATE UNIQUE INDEX tokens_one_setup ON tokens (purpose) WHERE ended_at IS NULL AND purpose = 'setup';

-- Requests for new passwords from the sign-in page, until their addresses are looked up.
CREATE TABLE reset_requests (
    id         INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    email      TEXT      NOT NULL,
    client_ip  TEXT      NOT NULL,
    -- Widest network of the client by which requests are counted.
    network    TEXT      NOT NULL,
    asked_at   TIMESTAMP NOT NULL
);

-- Recovery links made at the command line that no other Admin has acknowledged; of one user, the latest.
CREATE TABLE recoveries (
    id      INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT    NOT NULL UNIQUE REFERENCES user_rows (id) ON DELETE CASCADE,
    -- Names at that time: of the user, who may be deleted since, and of who made the link.
    name    TEXT      NOT NULL,
    made_by TEXT      NOT NULL,
    made_at TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB      NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id      BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    created_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    -- Last time at which the user proved who they are: at sign-in, or since.
    proved_at    TIMESTAMP NOT NULL,
    client_ip    TEXT      NOT NULL,
    browser      TEXT      NOT NULL,
    -- Message for the next page, as JSON; empty for none.
    state        TEXT      NOT NULL DEFAULT ''
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_age ON sessions (created_at);

-- Keys of forms that made something: a form that is sent twice makes it once.
CREATE TABLE idempotency_keys (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    key_hash  BLOB   NOT NULL CHECK (length(key_hash) = 32),
    PRIMARY KEY (session_id, key_hash)
) WITHOUT ROWID;

-- Forms that wait until their user has signed in again or proved who they are: address and fields, sealed with the instance key for their user and browser.
CREATE TABLE held_forms (
    id         INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id    BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    -- True for a form that came after the end of its session, and is offered after the next sign-in.
    is_unsent  BOOLEAN   NOT NULL,
    sealed     BLOB      NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX held_forms_of_user ON held_forms (user_id);
CREATE INDEX held_forms_by_age ON held_forms (created_at);

-- Browsers in which a user has signed in before: from these, a right password is not held up by the wrong ones of strangers.
CREATE TABLE known_browsers (
    user_id      BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    browser_hash BLOB      NOT NULL CHECK (length(browser_hash) = 32),
    last_used_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, browser_hash)
) WITHOUT ROWID;

-- Authenticator apps: the secret, sealed with the instance key for its user, and the half minute of the last accepted code, so that a code works
-- once. Recovery codes are hashed with Argon2id and the salt of their user; a used one is deleted.
CREATE TABLE authenticator_apps (
    user_id       BIGINT    NOT NULL PRIMARY KEY REFERENCES user_rows (id) ON DELETE CASCADE,
    sealed_secret BLOB      NOT NULL,
    last_step     BIGINT    NOT NULL,
    last_used_at  TIMESTAMP,
    recovery_salt BLOB      NOT NULL CHECK (length(recovery_salt) = 16)
);
CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES authenticator_apps (user_id) ON DELETE CASCADE,
    hash    TEXT   NOT NULL,
    PRIMARY KEY (user_id, hash)
) WITHOUT ROWID;

-- Passkeys: the public key and what belongs to it, as the library stores it. The handle is random and the same for all passkeys of a user; it
-- is what an authenticator knows of the user. A counter of signatures that goes back is the sign of a copy.
CREATE TABLE passkeys (
    id            INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id       BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    user_handle   BLOB      NOT NULL CHECK (length(user_handle) = 16),
    credential_id BLOB      NOT NULL UNIQUE,
    credential    TEXT      NOT NULL,
    sign_count    BIGINT    NOT NULL,
    name          TEXT      NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    last_used_at  TIMESTAMP,
    -- First refusal because of the counter.
    suspected_at  TIMESTAMP
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);

-- Hashes of challenges that were answered, until they expire: each works once. A stranger writes none.
CREATE TABLE used_challenges (
    hash       BLOB      NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    expires_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX used_challenges_by_end ON used_challenges (expires_at);

-- Failed attempts in a row and requests for new passwords, by typed address (hashed, known or not) and by network; new passwords that were
-- tried behind a link; tries at one's current password while signed in and at codes; forms that came after the end of their session; and mails that an administrator
-- sends to a user, by both.
CREATE TABLE throttles (
    scope         TEXT      NOT NULL CHECK (scope IN ('account', 'source', 'reset_account', 'reset_source', 'link', 'link_source', 'current_password', 'code', 'code_source', 'own_code', 'late_form', 'mail_quota')),
    key           TEXT      NOT NULL,
    failed_attempts INTEGER NOT NULL,
    last_at       TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX throttles_by_age ON throttles (scope, last_at);
-- Order in which rows give way when there are too many.
CREATE INDEX throttles_by_attempts ON throttles (failed_attempts, last_at);

-- Invitations that an administrator sent in each second of the last hour.
CREATE TABLE invitation_counts (
    user_id     BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    second      TIMESTAMP NOT NULL,
    invitations INTEGER   NOT NULL,
    PRIMARY KEY (user_id, second)
) WITHOUT ROWID;

-- Refused sign-ins, apart from the audit log, so that a stranger can neither fill the chain nor hold its lock. Rows are bounded: one for each
-- minute, network and address up to a limit a minute, then one for each minute and network up to another, then one for the minute. An empty
-- text stands for several.
CREATE TABLE refused_sign_ins (
    minute    TIMESTAMP NOT NULL,
    network   TEXT      NOT NULL,
    email_key TEXT      NOT NULL,
    reason    TEXT      NOT NULL CHECK (reason IN ('wrong', 'deactivated', 'throttled', 'code', 'passkey')),
    times     BIGINT    NOT NULL,
    PRIMARY KEY (minute, network, email_key, reason)
) WITHOUT ROWID;
