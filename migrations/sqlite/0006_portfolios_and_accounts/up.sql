-- Portfolios group accounts. What lies in a deactivated one gives nobody but Admins access.
CREATE TABLE portfolios (
    id             INTEGER   PRIMARY KEY AUTOINCREMENT,
    name           TEXT      NOT NULL,
    name_key       TEXT      NOT NULL UNIQUE,
    notes          TEXT      NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    deactivated_at TIMESTAMP,
    -- Made in Rust and compared byte by byte.
    sort_key       TEXT      NOT NULL,
    search         TEXT      NOT NULL,
    version        INTEGER   NOT NULL DEFAULT 1
);
CREATE INDEX portfolios_by_name ON portfolios (sort_key, id);

CREATE TABLE accounts (
    id           INTEGER   PRIMARY KEY AUTOINCREMENT,
    portfolio_id BIGINT    NOT NULL REFERENCES portfolios (id),
    name         TEXT      NOT NULL,
    name_key     TEXT      NOT NULL,
    website      TEXT      NOT NULL,
    notes        TEXT      NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    sort_key     TEXT      NOT NULL,
    search       TEXT      NOT NULL,
    version      INTEGER   NOT NULL DEFAULT 1
);
-- Not unique: whoever sees the portfolio gives no name twice, and whoever sees an account alone must not be told that there is another.
CREATE INDEX accounts_by_key ON accounts (portfolio_id, name_key);
CREATE INDEX accounts_by_name ON accounts (sort_key, id);
CREATE INDEX accounts_of_portfolio ON accounts (portfolio_id, sort_key, id);

-- Where an account's bills go. Without a row nobody has said so yet.
CREATE TABLE billing (
    account_id     INTEGER   PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    legal_name     TEXT      NOT NULL,
    email          TEXT      NOT NULL,
    address_line_1 TEXT      NOT NULL,
    address_line_2 TEXT      NOT NULL,
    city           TEXT      NOT NULL,
    postal_code    TEXT      NOT NULL,
    -- ISO 3166-1 alpha-2.
    country        TEXT      NOT NULL CHECK (length(country) = 2),
    tax_id         TEXT      NOT NULL,
    purchase_order TEXT      NOT NULL,
    updated_at     TIMESTAMP NOT NULL,
    version        INTEGER   NOT NULL DEFAULT 1
);

-- Who looks after a whole portfolio. Each assignment remembers who gave it: it is judged again when an invitation is accepted.
CREATE TABLE portfolio_assignments (
    user_id      BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    portfolio_id BIGINT    NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    assigned_by  BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    assigned_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, portfolio_id)
) WITHOUT ROWID;
CREATE INDEX portfolio_assignments_of_portfolio ON portfolio_assignments (portfolio_id, user_id);
CREATE INDEX portfolio_assignments_by_giver ON portfolio_assignments (assigned_by) WHERE assigned_by IS NOT NULL;

-- Who works on an account, and what they may do there beyond seeing it.
CREATE TABLE account_assignments (
    user_id       BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id    BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    edits_details BOOLEAN   NOT NULL DEFAULT TRUE,
    sees_billing  BOOLEAN   NOT NULL DEFAULT FALSE,
    assigned_by   BIGINT    REFERENCES users (id) ON DELETE SET NULL,
    assigned_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, account_id)
) WITHOUT ROWID;
CREATE INDEX account_assignments_of_account ON account_assignments (account_id, user_id);
CREATE INDEX account_assignments_by_giver ON account_assignments (assigned_by) WHERE assigned_by IS NOT NULL;

-- In which portfolios somebody has anything assigned, and by how many assignments: kept by the triggers below, for scopes are asked about it
-- with every list and every act. With what lists ask of people, so that those of a portfolio lie together and are read in one go.
CREATE TABLE portfolio_people (
    portfolio_id          BIGINT    NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    user_id               BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    assignments           BIGINT    NOT NULL,
    -- As in users.
    standing              TEXT,
    default_role          TEXT      NOT NULL,
    sort_key              TEXT      NOT NULL,
    email_key             TEXT      NOT NULL,
    search                TEXT      NOT NULL,
    created_at            TIMESTAMP NOT NULL,
    last_sign_in_at       TIMESTAMP,
    invitation_expires_at TIMESTAMP,
    PRIMARY KEY (portfolio_id, user_id)
) WITHOUT ROWID;
CREATE INDEX portfolio_people_of_user ON portfolio_people (user_id);

-- An assignment more, whose person is read but from here; the same person has one row.
CREATE TRIGGER portfolio_assignments_counted_insert AFTER INSERT ON portfolio_assignments BEGIN
    INSERT INTO portfolio_people
    SELECT NEW.portfolio_id, id, 1, standing, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM users WHERE id = NEW.user_id
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER portfolio_assignments_counted_delete AFTER DELETE ON portfolio_assignments BEGIN
    UPDATE portfolio_people SET assignments = assignments - 1 WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id;
    DELETE FROM portfolio_people WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id AND assignments = 0;
END;
CREATE TRIGGER account_assignments_counted_insert AFTER INSERT ON account_assignments BEGIN
    INSERT INTO portfolio_people
    SELECT (SELECT portfolio_id FROM accounts WHERE id = NEW.account_id), id, 1,
        standing, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM users WHERE id = NEW.user_id
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER account_assignments_counted_delete AFTER DELETE ON account_assignments BEGIN
    UPDATE portfolio_people SET assignments = assignments - 1
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id);
    DELETE FROM portfolio_people
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id) AND assignments = 0;
END;
CREATE TRIGGER accounts_moved AFTER UPDATE OF portfolio_id ON accounts WHEN OLD.portfolio_id <> NEW.portfolio_id BEGIN
    INSERT INTO portfolio_people
    SELECT NEW.portfolio_id, id, 1, standing, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at
    FROM users WHERE id IN (SELECT user_id FROM account_assignments WHERE account_id = NEW.id)
    ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = assignments + 1;
    UPDATE portfolio_people SET assignments = assignments - 1
    WHERE portfolio_id = OLD.portfolio_id AND user_id IN (SELECT user_id FROM account_assignments WHERE account_id = NEW.id);
    DELETE FROM portfolio_people WHERE portfolio_id = OLD.portfolio_id AND assignments = 0;
END;

CREATE TRIGGER portfolio_people_first AFTER INSERT ON portfolio_people BEGIN
    UPDATE users SET has_assignments = TRUE WHERE id = NEW.user_id AND NOT has_assignments;
END;
CREATE TRIGGER portfolio_people_last AFTER DELETE ON portfolio_people BEGIN
    UPDATE users SET has_assignments = FALSE
    WHERE id = OLD.user_id AND NOT EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id);
END;
CREATE TRIGGER users_in_portfolios AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, default_role, sort_key, email_key, search,
    last_sign_in_at, invitation_expires_at ON users WHEN NEW.has_assignments BEGIN
    UPDATE portfolio_people SET standing = NEW.standing, default_role = NEW.default_role, sort_key = NEW.sort_key, email_key = NEW.email_key,
        search = NEW.search, last_sign_in_at = NEW.last_sign_in_at, invitation_expires_at = NEW.invitation_expires_at
    WHERE user_id = NEW.id;
END;
