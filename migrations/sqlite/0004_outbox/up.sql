-- Mails, written in the transaction of the change that they announce and sent afterwards.
CREATE TABLE outbox (
    id              INTEGER   PRIMARY KEY AUTOINCREMENT,
    message_id      TEXT      NOT NULL UNIQUE,
    kind            TEXT      NOT NULL,
    user_id         BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    -- The link in it, whose end is the mail's end too.
    token_id        BIGINT    REFERENCES tokens (id) ON DELETE SET NULL,
    recipient       TEXT      NOT NULL,
    -- What the mail says, sealed with the instance's key; wiped once it is handed over or pointless, or has failed for long.
    sealed          BLOB,
    state           TEXT      NOT NULL CHECK (state IN ('queued', 'retrying', 'handed_over', 'failed', 'cancelled')),
    attempts        INTEGER   NOT NULL DEFAULT 0,
    -- How many of the attempts the mail server refused for reasons of its own, and whose trouble the last one met.
    server_refusals INTEGER   NOT NULL DEFAULT 0,
    trouble         TEXT      CHECK (trouble IN ('mail', 'server', 'key')),
    next_attempt_at TIMESTAMP NOT NULL,
    leased_until    TIMESTAMP,
    -- The server's last words.
    reply           TEXT,
    created_at      TIMESTAMP NOT NULL,
    done_at         TIMESTAMP,
    CHECK (state NOT IN ('queued', 'retrying') OR sealed IS NOT NULL)
);
CREATE INDEX outbox_due ON outbox ((token_id IS NULL), next_attempt_at, id) WHERE state IN ('queued', 'retrying');
-- How many there are of each, and since when, for whoever watches the server.
CREATE INDEX outbox_by_state ON outbox (state, created_at) WHERE state IN ('queued', 'retrying', 'failed');
CREATE INDEX outbox_of_user ON outbox (user_id, id);
CREATE INDEX outbox_of_token ON outbox (token_id) WHERE token_id IS NOT NULL;
CREATE INDEX outbox_sealed ON outbox (token_id) WHERE sealed IS NOT NULL;
-- Mails that wait until the mail server takes them, or for an instance that can read them, and those that failed and can be sent again.
CREATE INDEX outbox_refused ON outbox (next_attempt_at, id) WHERE state = 'retrying' AND trouble = 'server';
CREATE INDEX outbox_unreadable ON outbox (id) WHERE state IN ('queued', 'retrying') AND trouble = 'key';
CREATE INDEX outbox_failed ON outbox (done_at, id) WHERE state = 'failed' AND sealed IS NOT NULL;
