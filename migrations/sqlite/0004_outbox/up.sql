-- Mails, each written in the transaction of the change that it announces and sent afterwards.
CREATE TABLE outbox (
    id              INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id      TEXT      NOT NULL UNIQUE,
    kind            TEXT      NOT NULL,
    user_id         BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    -- Link in the mail. Its end cancels the mail.
    token_id        BIGINT    REFERENCES tokens (id) ON DELETE SET NULL,
    recipient       TEXT      NOT NULL,
    -- Content, sealed with the instance's key; wiped once the mail is handed over or cancelled, or has failed for long.
    sealed          BLOB,
    state           TEXT      NOT NULL CHECK (state IN ('queued', 'retrying', 'handed_over', 'failed', 'cancelled')),
    attempts        INTEGER   NOT NULL DEFAULT 0,
    -- Attempts that the mail server refused for reasons of its own, and the cause of the last failure.
    server_refusals INTEGER   NOT NULL DEFAULT 0,
    trouble         TEXT      CHECK (trouble IN ('mail', 'server', 'key')),
    next_attempt_at TIMESTAMP NOT NULL,
    leased_until    TIMESTAMP,
    -- Last reply of the mail server.
    reply           TEXT,
    created_at      TIMESTAMP NOT NULL,
    done_at         TIMESTAMP,
    CHECK (state NOT IN ('queued', 'retrying') OR sealed IS NOT NULL)
);
CREATE INDEX outbox_due ON outbox ((token_id IS NULL), next_attempt_at, id) WHERE state IN ('queued', 'retrying');
-- Number and age of mails by state, for monitoring.
CREATE INDEX outbox_by_state ON outbox (state, created_at) WHERE state IN ('queued', 'retrying', 'failed');
CREATE INDEX outbox_of_user ON outbox (user_id, id);
CREATE INDEX outbox_of_token ON outbox (token_id) WHERE token_id IS NOT NULL;
CREATE INDEX outbox_sealed ON outbox (token_id) WHERE sealed IS NOT NULL;
-- Mails that wait for the mail server, mails that wait for the key that they were sealed with, and failed mails that can be sent again.
CREATE INDEX outbox_refused ON outbox (next_attempt_at, id) WHERE state = 'retrying' AND trouble = 'server';
CREATE INDEX outbox_unreadable ON outbox (id) WHERE state IN ('queued', 'retrying') AND trouble = 'key';
CREATE INDEX outbox_failed ON outbox (done_at, id) WHERE state = 'failed' AND sealed IS NOT NULL;
