-- All users, the deleted among them. Reads go through the view `users`.
CREATE TABLE user_rows (
    id                    INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
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
    invited_by            BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    created_at            TIMESTAMP NOT NULL,
    last_sign_in_at       TIMESTAMP,
    deleted_at            TIMESTAMP,
    deleted_by            BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    -- Time since when sign-ins by password need a second step; NULL while two-factor is off.
    two_factor_since      TIMESTAMP,
    appearance            TEXT      NOT NULL DEFAULT 'system' CHECK (appearance IN ('system', 'light', 'dark')),
    -- Both are made in Rust and compared byte by byte.
    sort_key              TEXT      NOT NULL,
    search                TEXT      NOT NULL,
    -- Set while the user has a row in portfolio_users, by its triggers.
    has_assignments       BOOLEAN   NOT NULL DEFAULT FALSE,
    version               INTEGER   NOT NULL DEFAULT 1,
    -- Part of the status that does not depend on the time: a pending user is Invited or Expired, a deleted one has no state.
    state                 TEXT      GENERATED ALWAYS AS (CASE
                                        WHEN deleted_at IS NOT NULL THEN NULL
                                        WHEN blocked_at IS NOT NULL THEN 'deactivated'
                                        WHEN credentials_set_at IS NOT NULL THEN 'active'
                                        ELSE 'pending' END) STORED,
    has_two_factor        BOOLEAN   NOT NULL GENERATED ALWAYS AS (two_factor_since IS NOT NULL) STORED,
    -- Users have credentials or an invitation.
    CHECK (credentials_set_at IS NOT NULL OR (invitation_expires_at IS NOT NULL AND invitation_origin IS NOT NULL)),
    CHECK (password_hash IS NULL OR credentials_set_at IS NOT NULL),
    CHECK (deleted_by IS NULL OR deleted_at IS NOT NULL)
);
CREATE UNIQUE INDEX users_email_key ON user_rows (email_key) WHERE state IS NOT NULL;
CREATE INDEX users_deleted ON user_rows (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_deleted_by ON user_rows (deleted_by) WHERE deleted_by IS NOT NULL;
CREATE INDEX users_invited_by ON user_rows (invited_by) WHERE invited_by IS NOT NULL;

CREATE TABLE user_groups (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind         TEXT      NOT NULL CHECK (kind IN ('admins', 'custom')),
    name         TEXT      NOT NULL,
    -- Both are made in Rust: names that look alike share a key, and the other one sorts.
    name_key     TEXT      NOT NULL UNIQUE,
    sort_key     TEXT      NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    -- Kept by the triggers of memberships.
    member_count BIGINT    NOT NULL DEFAULT 0
);
INSERT INTO user_groups (id, kind, name, name_key, sort_key, created_at) VALUES (1, 'admins', 'Admins', 'adrnins', 'admins', '1970-01-01 00:00:00');
CREATE UNIQUE INDEX user_groups_one_admins ON user_groups (kind) WHERE kind = 'admins';

CREATE TABLE memberships (
    group_id BIGINT    NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id  BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    added_at TIMESTAMP NOT NULL,
    PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX memberships_of_user ON memberships (user_id);

CREATE TRIGGER memberships_counted_insert AFTER INSERT ON memberships BEGIN
    UPDATE user_groups SET member_count = member_count + 1 WHERE id = NEW.group_id;
END;
CREATE TRIGGER memberships_counted_delete AFTER DELETE ON memberships BEGIN
    UPDATE user_groups SET member_count = member_count - 1 WHERE id = OLD.group_id;
END;

-- Users who are not deleted. The condition is the one of the indexes, which therefore cover it.
CREATE VIEW users AS
SELECT user_rows.*, EXISTS (SELECT 1 FROM memberships WHERE memberships.group_id = 1 AND memberships.user_id = user_rows.id) AS is_admin
FROM user_rows
WHERE user_rows.state IS NOT NULL;
