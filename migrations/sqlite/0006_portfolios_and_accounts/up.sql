-- Sets of accounts. A deactivated portfolio gives access to Admins only.
CREATE TABLE portfolios (
    id             INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    name           TEXT      NOT NULL,
    name_key       TEXT      NOT NULL UNIQUE,
    notes          TEXT      NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    deactivated_at TIMESTAMP,
    -- Both are made in Rust and compared byte by byte.
    sort_key       TEXT      NOT NULL,
    search         TEXT      NOT NULL,
    version        INTEGER   NOT NULL DEFAULT 1
);
CREATE INDEX portfolios_by_name ON portfolios (sort_key, id);

CREATE TABLE accounts (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    portfolio_id BIGINT    NOT NULL REFERENCES portfolios (id),
    name         TEXT      NOT NULL,
    name_key     TEXT      NOT NULL,
    website      TEXT      NOT NULL,
    notes        TEXT      NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    sort_key     TEXT      NOT NULL,
    search       TEXT      NOT NULL,
    version      INTEGER   NOT NULL DEFAULT 1,
    -- Kept by the triggers of billing.
    has_billing  BOOLEAN   NOT NULL DEFAULT FALSE
);
-- Not unique: names are told apart by those who see the whole portfolio; a refusal would tell others of accounts that they do not see.
CREATE INDEX accounts_by_key ON accounts (portfolio_id, name_key);
CREATE INDEX accounts_by_name ON accounts (sort_key, id);
CREATE INDEX accounts_of_portfolio ON accounts (portfolio_id, sort_key, id);
CREATE INDEX accounts_without_billing ON accounts (sort_key, id, portfolio_id) WHERE NOT has_billing;

-- Billing details of accounts. A missing row means that none were entered yet.
CREATE TABLE billing (
    account_id     INTEGER   NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
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
CREATE TRIGGER billing_noted_insert AFTER INSERT ON billing BEGIN
    UPDATE accounts SET has_billing = TRUE WHERE id = NEW.account_id;
END;
CREATE TRIGGER billing_noted_delete AFTER DELETE ON billing BEGIN
    UPDATE accounts SET has_billing = FALSE WHERE id = OLD.account_id;
END;

-- Portfolios of Portfolio Admins. Each assignment keeps its grantor, whose rights are judged again when an invitation is accepted.
CREATE TABLE portfolio_assignments (
    user_id      BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    portfolio_id BIGINT    NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    assigned_by  BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    assigned_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, portfolio_id)
) WITHOUT ROWID;
CREATE INDEX portfolio_assignments_of_portfolio ON portfolio_assignments (portfolio_id, user_id);
CREATE INDEX portfolio_assignments_by_grantor ON portfolio_assignments (assigned_by) WHERE assigned_by IS NOT NULL;

-- Accounts of users, with the permissions beyond View.
CREATE TABLE account_assignments (
    user_id       BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    account_id    BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    edits_details BOOLEAN   NOT NULL DEFAULT TRUE,
    sees_billing  BOOLEAN   NOT NULL DEFAULT FALSE,
    assigned_by   BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    assigned_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, account_id)
) WITHOUT ROWID;
CREATE INDEX account_assignments_of_account ON account_assignments (account_id, user_id);
CREATE INDEX account_assignments_by_grantor ON account_assignments (assigned_by) WHERE assigned_by IS NOT NULL;

-- Assignments that an accepted invitation did not give, since their grantors could no longer give them, until they are given after all.
CREATE TABLE withheld_assignments (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id      BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    portfolio_id BIGINT    REFERENCES portfolios (id) ON DELETE CASCADE,
    account_id   BIGINT    REFERENCES accounts (id) ON DELETE CASCADE,
    assigned_by  BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    withheld_at  TIMESTAMP NOT NULL,
    CHECK ((portfolio_id IS NULL) <> (account_id IS NULL))
);
CREATE INDEX withheld_assignments_of_user ON withheld_assignments (user_id);
CREATE INDEX withheld_assignments_by_grantor ON withheld_assignments (assigned_by) WHERE assigned_by IS NOT NULL;

-- Memberships, assignments and their permissions that deleted users had, until they are restored or purged.
CREATE TABLE deleted_access (
    id            INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id       BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    group_id      BIGINT    REFERENCES user_groups (id) ON DELETE CASCADE,
    portfolio_id  BIGINT    REFERENCES portfolios (id) ON DELETE CASCADE,
    account_id    BIGINT    REFERENCES accounts (id) ON DELETE CASCADE,
    -- Only accounts have permissions.
    edits_details BOOLEAN   NOT NULL,
    sees_billing  BOOLEAN   NOT NULL,
    CHECK ((group_id IS NOT NULL) + (portfolio_id IS NOT NULL) + (account_id IS NOT NULL) = 1)
);
CREATE INDEX deleted_access_of_user ON deleted_access (user_id);
