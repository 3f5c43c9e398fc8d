CREATE TABLE user_groups (
    id           INTEGER   PRIMARY KEY AUTOINCREMENT,
    kind         TEXT      NOT NULL CHECK (kind IN ('admins', 'custom')),
    name         TEXT      NOT NULL,
    -- Both made in Rust: what the name looks like, by which names are told apart, and its place in lists.
    name_key     TEXT      NOT NULL UNIQUE,
    sort_key     TEXT      NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    -- Kept by the triggers below.
    member_count BIGINT    NOT NULL DEFAULT 0
);
INSERT INTO user_groups (id, kind, name, name_key, sort_key, created_at) VALUES (1, 'admins', 'Admins', 'adrnins', 'admins', '1970-01-01 00:00:00');
CREATE UNIQUE INDEX user_groups_one_admins ON user_groups (kind) WHERE kind = 'admins';

CREATE TABLE memberships (
    group_id BIGINT    NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id  BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
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

-- Everybody who is not deleted. Whoever reads people reads this view, so that no query can forget the deleted ones.
CREATE VIEW people AS
SELECT users.*, EXISTS (SELECT 1 FROM memberships WHERE memberships.group_id = 1 AND memberships.user_id = users.id) AS is_admin
FROM users
WHERE users.deleted_at IS NULL;
