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
    version      INTEGER   NOT NULL DEFAULT 1,
    -- Within the portfolio: a name taken elsewhere must not tell that there is an elsewhere.
    UNIQUE (portfolio_id, name_key)
);
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
-- with every list and every act.
CREATE TABLE portfolio_people (
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    portfolio_id BIGINT NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    assignments  BIGINT NOT NULL,
    PRIMARY KEY (user_id, portfolio_id)
) WITHOUT ROWID;
CREATE INDEX portfolio_people_of_portfolio ON portfolio_people (portfolio_id, user_id);

CREATE TRIGGER portfolio_assignments_counted_insert AFTER INSERT ON portfolio_assignments BEGIN
    INSERT INTO portfolio_people (user_id, portfolio_id, assignments) VALUES (NEW.user_id, NEW.portfolio_id, 1)
    ON CONFLICT (user_id, portfolio_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER portfolio_assignments_counted_delete AFTER DELETE ON portfolio_assignments BEGIN
    UPDATE portfolio_people SET assignments = assignments - 1 WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id;
    DELETE FROM portfolio_people WHERE user_id = OLD.user_id AND portfolio_id = OLD.portfolio_id AND assignments = 0;
END;
CREATE TRIGGER account_assignments_counted_insert AFTER INSERT ON account_assignments BEGIN
    INSERT INTO portfolio_people (user_id, portfolio_id, assignments)
    SELECT NEW.user_id, portfolio_id, 1 FROM accounts WHERE id = NEW.account_id
    ON CONFLICT (user_id, portfolio_id) DO UPDATE SET assignments = assignments + 1;
END;
CREATE TRIGGER account_assignments_counted_delete AFTER DELETE ON account_assignments BEGIN
    UPDATE portfolio_people SET assignments = assignments - 1
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id);
    DELETE FROM portfolio_people
    WHERE user_id = OLD.user_id AND portfolio_id = (SELECT portfolio_id FROM accounts WHERE id = OLD.account_id) AND assignments = 0;
END;
CREATE TRIGGER accounts_moved AFTER UPDATE OF portfolio_id ON accounts WHEN OLD.portfolio_id <> NEW.portfolio_id BEGIN
    UPDATE portfolio_people SET assignments = assignments - 1
    WHERE portfolio_id = OLD.portfolio_id AND user_id IN (SELECT user_id FROM account_assignments WHERE account_id = NEW.id);
    DELETE FROM portfolio_people WHERE portfolio_id = OLD.portfolio_id AND assignments = 0;
    INSERT INTO portfolio_people (user_id, portfolio_id, assignments)
    SELECT user_id, NEW.portfolio_id, 1 FROM account_assignments WHERE account_id = NEW.id
    ON CONFLICT (user_id, portfolio_id) DO UPDATE SET assignments = assignments + 1;
END;
