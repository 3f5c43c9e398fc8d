-- Tables and indexes that lists of users read. Triggers keep the tables.

-- Numbers of users: to count a million rows takes too long for a page.
CREATE TABLE user_counts (
    state           TEXT    NOT NULL CHECK (state IN ('active', 'deactivated', 'pending')),
    default_role    TEXT    NOT NULL CHECK (default_role IN ('user', 'portfolio_admin')),
    has_assignments BOOLEAN NOT NULL,
    has_two_factor  BOOLEAN NOT NULL,
    users           BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (state, default_role, has_assignments, has_two_factor)
) WITHOUT ROWID;
INSERT INTO user_counts (state, default_role, has_assignments, has_two_factor)
SELECT states.column1, roles.column1, assigned.column1, secured.column1
FROM (VALUES ('active'), ('deactivated'), ('pending')) AS states, (VALUES ('user'), ('portfolio_admin')) AS roles, (VALUES (FALSE), (TRUE)) AS assigned,
    (VALUES (FALSE), (TRUE)) AS secured;

CREATE TRIGGER users_counted_insert AFTER INSERT ON user_rows BEGIN
    UPDATE user_counts SET users = users + 1
    WHERE state = NEW.state AND default_role = NEW.default_role AND has_assignments = NEW.has_assignments
        AND has_two_factor = NEW.has_two_factor;
END;
CREATE TRIGGER users_counted_delete AFTER DELETE ON user_rows BEGIN
    UPDATE user_counts SET users = users - 1
    WHERE state = OLD.state AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments
        AND has_two_factor = OLD.has_two_factor;
END;
CREATE TRIGGER users_counted_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, default_role, has_assignments, two_factor_since ON user_rows
WHEN OLD.state IS NOT NEW.state OR OLD.default_role <> NEW.default_role OR OLD.has_assignments <> NEW.has_assignments
    OR OLD.has_two_factor <> NEW.has_two_factor BEGIN
    UPDATE user_counts SET users = users - 1
    WHERE state = OLD.state AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments
        AND has_two_factor = OLD.has_two_factor;
    UPDATE user_counts SET users = users + 1
    WHERE state = NEW.state AND default_role = NEW.default_role AND has_assignments = NEW.has_assignments
        AND has_two_factor = NEW.has_two_factor;
END;

-- Numbers of pending invitations by the hour in which they expire: those still open are the sum of the hours to come, and a count within the
-- present one.
CREATE TABLE invitation_expiry_counts (
    -- "2026-11-22 09"
    hour            TEXT    NOT NULL,
    default_role    TEXT    NOT NULL,
    has_assignments BOOLEAN NOT NULL,
    users           BIGINT  NOT NULL,
    PRIMARY KEY (hour, default_role, has_assignments)
) WITHOUT ROWID;
CREATE TRIGGER users_expiry_counted_insert AFTER INSERT ON user_rows WHEN NEW.state = 'pending' BEGIN
    INSERT INTO invitation_expiry_counts VALUES (substr(NEW.invitation_expires_at, 1, 13), NEW.default_role, NEW.has_assignments, 1)
    ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET users = users + 1;
END;
CREATE TRIGGER users_expiry_counted_delete AFTER DELETE ON user_rows WHEN OLD.state = 'pending' BEGIN
    UPDATE invitation_expiry_counts SET users = users - 1
    WHERE hour = substr(OLD.invitation_expires_at, 1, 13) AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
END;
CREATE TRIGGER users_expiry_counted_update
AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at, default_role, has_assignments ON user_rows
WHEN OLD.state = 'pending' OR NEW.state = 'pending' BEGIN
    UPDATE invitation_expiry_counts SET users = users - 1
    WHERE OLD.state = 'pending' AND hour = substr(OLD.invitation_expires_at, 1, 13)
        AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
    INSERT INTO invitation_expiry_counts
    SELECT substr(NEW.invitation_expires_at, 1, 13), NEW.default_role, NEW.has_assignments, 1 WHERE NEW.state = 'pending'
    ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET users = users + 1;
END;

-- Trigrams of the names and addresses of users who are not deleted.
CREATE VIRTUAL TABLE user_search USING fts5 (search, content = 'users', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', columnsize = 0);
CREATE TRIGGER users_searched_insert AFTER INSERT ON user_rows WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO user_search (rowid, search) VALUES (NEW.id, NEW.search);
END;
CREATE TRIGGER users_searched_delete AFTER DELETE ON user_rows WHEN OLD.deleted_at IS NULL BEGIN
    INSERT INTO user_search (user_search, rowid, search) VALUES ('delete', OLD.id, OLD.search);
END;
CREATE TRIGGER users_searched_update AFTER UPDATE OF search, deleted_at ON user_rows
WHEN OLD.search <> NEW.search OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO user_search (user_search, rowid, search) SELECT 'delete', OLD.id, OLD.search WHERE OLD.deleted_at IS NULL;
    INSERT INTO user_search (rowid, search) SELECT NEW.id, NEW.search WHERE NEW.deleted_at IS NULL;
END;

-- Users with assignments in a portfolio, and the number of these. Copies of the columns that lists read lie beside it, so that the users of a
-- portfolio are read in one go.
CREATE TABLE portfolio_users (
    portfolio_id          BIGINT    NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    user_id               BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    assignments           BIGINT    NOT NULL,
    -- Copied from user_rows.
    state                 TEXT,
    default_role          TEXT      NOT NULL,
    sort_key              TEXT      NOT NULL,
    email_key             TEXT      NOT NULL,
    search                TEXT      NOT NULL,
    created_at            TIMESTAMP NOT NULL,
    last_sign_in_at       TIMESTAMP,
    invitation_expires_at TIMESTAMP,
    PRIMARY KEY (portfolio_id, user_id)
) WITHOUT ROWID;
CREATE INDEX portfolio_users_of_user ON portfolio_users (user_id);

CREATE TRIGGER portfolio_assignments_counted_insert AFTER INSERT ON portfolio_assignments BEGIN
    INSERT INTO portfolio_users
    SELECT NEW.portfolio_id, id, 1, state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM user_rows WHERE id = NEW.user_id
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER portfolio_assignments_counted_delete AFTER DELETE ON portfolio_assignments BEGIN
    UPDATE portfolio_users SET assignments = assignments - 1 WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id;
    DELETE FROM portfolio_users WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id AND assignments = 0;
END;
CREATE TRIGGER account_assignments_counted_insert AFTER INSERT ON account_assignments BEGIN
    INSERT INTO portfolio_users
    SELECT (SELECT portfolio_id FROM accounts WHERE id = NEW.account_id), id, 1,
        state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM user_rows WHERE id = NEW.user_id
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER account_assignments_counted_delete AFTER DELETE ON account_assignments BEGIN
    UPDATE portfolio_users SET assignments = assignments - 1
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id);
    DELETE FROM portfolio_users
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id) AND assignments = 0;
END;
CREATE TRIGGER accounts_moved AFTER UPDATE OF portfolio_id ON accounts WHEN OLD.portfolio_id <> NEW.portfolio_id BEGIN
    INSERT INTO portfolio_users
    SELECT NEW.portfolio_id, id, 1, state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM user_rows WHERE id IN (SELECT user_id FROM account_assignments WHERE account_id = NEW.id)
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
    UPDATE portfolio_users SET assignments = assignments - 1
    WHERE portfolio_id = OLD.portfolio_id AND user_id IN (SELECT user_id FROM account_assignments WHERE account_id = NEW.id);
    DELETE FROM portfolio_users WHERE portfolio_id = OLD.portfolio_id AND assignments = 0;
END;
CREATE TRIGGER portfolio_users_noted_insert AFTER INSERT ON portfolio_users BEGIN
    UPDATE user_rows SET has_assignments = TRUE WHERE id = NEW.user_id AND NOT has_assignments;
END;
CREATE TRIGGER portfolio_users_noted_delete AFTER DELETE ON portfolio_users BEGIN
    UPDATE user_rows SET has_assignments = FALSE
    WHERE id = OLD.user_id AND NOT EXISTS (SELECT 1 FROM portfolio_users WHERE portfolio_users.user_id = user_rows.id);
END;
CREATE TRIGGER users_in_portfolios AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, default_role, sort_key, email_key, search,
    last_sign_in_at, invitation_expires_at ON user_rows WHEN NEW.has_assignments BEGIN
    UPDATE portfolio_users SET state = NEW.state, default_role = NEW.default_role, sort_key = NEW.sort_key, email_key = NEW.email_key,
        search = NEW.search, last_sign_in_at = NEW.last_sign_in_at, invitation_expires_at = NEW.invitation_expires_at
    WHERE user_id = NEW.id;
END;

-- Order by name, with the columns that searches compare on the way.
CREATE INDEX users_by_name ON user_rows (sort_key, id, search, state) WHERE state IS NOT NULL;
-- Orders of lists within each state: a status is a range of one index, and a list of all is three ranges side by side, so that no list walks
-- past users whom it does not hold. The last columns are compared by lists and their counts, which therefore read no rows.
CREATE INDEX users_state_by_name ON user_rows (state, sort_key, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_email ON user_rows (state, email_key, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_creation ON user_rows (state, created_at, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_sign_in ON user_rows (state, last_sign_in_at, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
-- Positions in the order of users found otherwise: by a search, by a role that few have, or by missing assignments.
CREATE INDEX users_found ON user_rows (id, sort_key, state);
CREATE INDEX users_portfolio_admins ON user_rows (id, sort_key, state, invitation_expires_at) WHERE default_role = 'portfolio_admin';
CREATE INDEX users_unassigned ON user_rows (id, sort_key, state, invitation_expires_at, default_role) WHERE NOT has_assignments;
-- Users with or without two-factor, where these are few.
CREATE INDEX users_by_two_factor ON user_rows (has_two_factor, id, sort_key, state, invitation_expires_at) WHERE state IS NOT NULL;
-- Users who are not active: few, so that a search keeps all of them in memory. Two of these carry the text that is searched.
CREATE INDEX users_not_active ON user_rows (id, state, invitation_expires_at) WHERE state <> 'active';
CREATE INDEX users_deactivated ON user_rows (state, search) WHERE state = 'deactivated';
CREATE INDEX users_invitation_expiry ON user_rows (state, invitation_expires_at, default_role, has_assignments, search) WHERE state = 'pending';
