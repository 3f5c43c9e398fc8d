-- Tables and indexes that lists of users read. Triggers keep the tables. PostgreSQL fires them in the order of their names, which is also the
-- order in which they lock rows.

-- Numbers of users: to count a million rows takes too long for a page.
CREATE TABLE user_counts (
    state           TEXT    NOT NULL CHECK (state IN ('active', 'deactivated', 'pending')),
    default_role    TEXT    NOT NULL CHECK (default_role IN ('user', 'portfolio_admin')),
    has_assignments BOOLEAN NOT NULL,
    has_two_factor  BOOLEAN NOT NULL,
    users           BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (state, default_role, has_assignments, has_two_factor)
);
INSERT INTO user_counts (state, default_role, has_assignments, has_two_factor)
SELECT states.column1, roles.column1, assigned.column1, secured.column1
FROM (VALUES ('active'), ('deactivated'), ('pending')) AS states, (VALUES ('user'), ('portfolio_admin')) AS roles, (VALUES (FALSE), (TRUE)) AS assigned,
    (VALUES (FALSE), (TRUE)) AS secured;

CREATE FUNCTION lock_user_counts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- One order whatever the direction of the change, so that two changes cannot wait for each other.
    PERFORM 1 FROM user_counts ORDER BY state, default_role, has_assignments, has_two_factor FOR UPDATE;
END;
$$;
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_user_counts();
    IF TG_OP = 'INSERT' THEN
        UPDATE user_counts SET users = user_counts.users + added.users
        FROM (SELECT state, default_role, has_assignments, has_two_factor, count(*) AS users FROM new_rows GROUP BY 1, 2, 3, 4) AS added
        WHERE (user_counts.state, user_counts.default_role, user_counts.has_assignments, user_counts.has_two_factor)
            = (added.state, added.default_role, added.has_assignments, added.has_two_factor);
    ELSE
        UPDATE user_counts SET users = user_counts.users - removed.users
        FROM (SELECT state, default_role, has_assignments, has_two_factor, count(*) AS users FROM old_rows GROUP BY 1, 2, 3, 4) AS removed
        WHERE (user_counts.state, user_counts.default_role, user_counts.has_assignments, user_counts.has_two_factor)
            = (removed.state, removed.default_role, removed.has_assignments, removed.has_two_factor);
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION count_changed_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_user_counts();
    UPDATE user_counts SET users = users - 1
    WHERE state = OLD.state AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments
        AND has_two_factor = OLD.has_two_factor;
    UPDATE user_counts SET users = users + 1
    WHERE state = NEW.state AND default_role = NEW.default_role AND has_assignments = NEW.has_assignments
        AND has_two_factor = NEW.has_two_factor;
    RETURN NULL;
END;
$$;
CREATE TRIGGER users_counted_insert AFTER INSERT ON user_rows REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER users_counted_delete AFTER DELETE ON user_rows REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER users_counted_update AFTER UPDATE ON user_rows FOR EACH ROW
WHEN ((OLD.state, OLD.default_role, OLD.has_assignments, OLD.has_two_factor)
    IS DISTINCT FROM (NEW.state, NEW.default_role, NEW.has_assignments, NEW.has_two_factor))
EXECUTE FUNCTION count_changed_user();

-- Numbers of pending invitations by the hour in which they expire: those still open are the sum of the hours to come, and a count within the
-- present one.
CREATE TABLE invitation_expiry_counts (
    -- "2026-11-22 09"
    hour            TEXT    COLLATE "C" NOT NULL,
    default_role    TEXT    NOT NULL,
    has_assignments BOOLEAN NOT NULL,
    users           BIGINT  NOT NULL,
    PRIMARY KEY (hour, default_role, has_assignments)
);
CREATE FUNCTION count_invitation_expiry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Updates have locked these already; an insert and a delete would lock them afterwards, and wait for each other.
    IF TG_OP <> 'UPDATE' THEN
        PERFORM lock_user_counts();
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.state = 'pending' THEN
        UPDATE invitation_expiry_counts SET users = users - 1
        WHERE hour = to_char(OLD.invitation_expires_at, 'YYYY-MM-DD HH24')
            AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'pending' THEN
        INSERT INTO invitation_expiry_counts AS kept
        VALUES (to_char(NEW.invitation_expires_at, 'YYYY-MM-DD HH24'), NEW.default_role, NEW.has_assignments, 1)
        ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET users = kept.users + 1;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER users_expiry_counted_insert AFTER INSERT ON user_rows FOR EACH ROW WHEN (NEW.state = 'pending') EXECUTE FUNCTION count_invitation_expiry();
CREATE TRIGGER users_expiry_counted_delete AFTER DELETE ON user_rows FOR EACH ROW WHEN (OLD.state = 'pending') EXECUTE FUNCTION count_invitation_expiry();
CREATE TRIGGER users_expiry_counted_update
AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at, default_role, has_assignments ON user_rows
FOR EACH ROW WHEN (OLD.state = 'pending' OR NEW.state = 'pending') EXECUTE FUNCTION count_invitation_expiry();

-- Trigrams of names and addresses. Where the extension may not be created, searches read every row instead, and the server says so at its start.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX user_search ON user_rows USING gin (search gin_trgm_ops) WHERE state IS NOT NULL;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR undefined_object OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm is not available: searches read every row';
END;
$$;

-- Users with assignments in a portfolio, and the number of these. Copies of the columns that lists read lie beside it, so that the users of a
-- portfolio are read in one go.
CREATE TABLE portfolio_users (
    portfolio_id          BIGINT    NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    user_id               BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    assignments           BIGINT    NOT NULL,
    -- Copied from user_rows.
    state                 TEXT,
    default_role          TEXT      NOT NULL,
    sort_key              TEXT      COLLATE "C" NOT NULL,
    email_key             TEXT      COLLATE "C" NOT NULL,
    search                TEXT      COLLATE "C" NOT NULL,
    created_at            TIMESTAMP NOT NULL,
    last_sign_in_at       TIMESTAMP,
    invitation_expires_at TIMESTAMP,
    PRIMARY KEY (portfolio_id, user_id)
);
CREATE INDEX portfolio_users_of_user ON portfolio_users (user_id);

CREATE FUNCTION count_assignment(of_user BIGINT, in_portfolio BIGINT, step BIGINT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF step > 0 THEN
        -- The user is locked: a change made at the same time is either read here, or finds the new row.
        INSERT INTO portfolio_users AS kept
        SELECT in_portfolio, id, step, state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
        FROM user_rows WHERE id = of_user FOR NO KEY UPDATE
        ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = kept.assignments + step;
    ELSE
        UPDATE portfolio_users SET assignments = assignments + step WHERE user_id = of_user AND portfolio_id = in_portfolio;
        DELETE FROM portfolio_users WHERE user_id = of_user AND portfolio_id = in_portfolio AND assignments <= 0;
    END IF;
END;
$$;
CREATE FUNCTION count_portfolio_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM count_assignment(NEW.user_id, NEW.portfolio_id, 1);
    ELSE
        PERFORM count_assignment(OLD.user_id, OLD.portfolio_id, -1);
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION count_account_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM count_assignment(NEW.user_id, accounts.portfolio_id, 1) FROM accounts WHERE accounts.id = NEW.account_id;
    ELSE
        PERFORM count_assignment(OLD.user_id, accounts.portfolio_id, -1) FROM accounts WHERE accounts.id = OLD.account_id;
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION count_moved_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The new portfolio comes first: that locks the user before anything else, as signing in does.
    PERFORM count_assignment(user_id, NEW.portfolio_id, 1), count_assignment(user_id, OLD.portfolio_id, -1)
    FROM account_assignments WHERE account_id = NEW.id ORDER BY user_id;
    RETURN NULL;
END;
$$;
CREATE TRIGGER portfolio_assignments_counted AFTER INSERT OR DELETE ON portfolio_assignments FOR EACH ROW EXECUTE FUNCTION count_portfolio_assignment();
CREATE TRIGGER account_assignments_counted AFTER INSERT OR DELETE ON account_assignments FOR EACH ROW EXECUTE FUNCTION count_account_assignment();
CREATE TRIGGER accounts_moved AFTER UPDATE OF portfolio_id ON accounts FOR EACH ROW WHEN (OLD.portfolio_id <> NEW.portfolio_id) EXECUTE FUNCTION count_moved_account();

CREATE FUNCTION note_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE user_rows SET has_assignments = TRUE WHERE id = NEW.user_id AND NOT has_assignments;
    ELSE
        UPDATE user_rows SET has_assignments = FALSE
        WHERE id = OLD.user_id AND NOT EXISTS (SELECT 1 FROM portfolio_users WHERE portfolio_users.user_id = user_rows.id);
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION copy_user_to_portfolios() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE portfolio_users SET state = NEW.state, default_role = NEW.default_role, sort_key = NEW.sort_key, email_key = NEW.email_key,
        search = NEW.search, last_sign_in_at = NEW.last_sign_in_at, invitation_expires_at = NEW.invitation_expires_at
    WHERE user_id = NEW.id;
    RETURN NULL;
END;
$$;
CREATE TRIGGER portfolio_users_noted AFTER INSERT OR DELETE ON portfolio_users FOR EACH ROW EXECUTE FUNCTION note_assignments();
CREATE TRIGGER users_in_portfolios AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, default_role, sort_key, email_key, search,
    last_sign_in_at, invitation_expires_at ON user_rows FOR EACH ROW WHEN (NEW.has_assignments) EXECUTE FUNCTION copy_user_to_portfolios();

-- Order by name.
CREATE INDEX users_by_name ON user_rows (sort_key, id) WHERE state IS NOT NULL;
-- Orders of lists within each state: a status is a range of one index, and a list of all is three ranges side by side, so that no list walks
-- past users whom it does not hold. The last columns are compared by lists and their counts, which therefore read no rows.
CREATE INDEX users_state_by_name ON user_rows (state, sort_key, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_email ON user_rows (state, email_key, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_creation ON user_rows (state, created_at, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
CREATE INDEX users_state_by_sign_in ON user_rows (state, last_sign_in_at, id, invitation_expires_at, default_role, has_assignments, has_two_factor) WHERE state IS NOT NULL;
-- Users of a role that few have, and users without assignments.
CREATE INDEX users_portfolio_admins ON user_rows (id) WHERE default_role = 'portfolio_admin';
CREATE INDEX users_unassigned ON user_rows (id, default_role) WHERE NOT has_assignments;
-- Users with or without two-factor, where these are few.
CREATE INDEX users_by_two_factor ON user_rows (has_two_factor, id) WHERE state IS NOT NULL;
-- Invitations by their end.
CREATE INDEX users_invitation_expiry ON user_rows (state, invitation_expires_at, default_role, has_assignments) WHERE state = 'pending';
