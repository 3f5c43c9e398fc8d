-- Folders, processes and integrations, in a tree of folders. A deletion keeps its root, by which everything deleted with it is restored.
CREATE TABLE assets (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind         TEXT      NOT NULL CHECK (kind IN ('folder', 'process', 'integration')),
    name         TEXT      NOT NULL,
    description  TEXT      NOT NULL,
    owner_id     BIGINT    NOT NULL REFERENCES user_rows (id) ON DELETE RESTRICT,
    folder_id    BIGINT    REFERENCES assets (id) ON DELETE SET NULL,
    account_id   BIGINT    REFERENCES accounts (id) ON DELETE SET NULL,
    created_at   TIMESTAMP NOT NULL,
    changed_at   TIMESTAMP NOT NULL,
    -- Id of a user, kept when they are purged. A reference would cost one more index on each change.
    changed_by   BIGINT,
    deleted_at   TIMESTAMP,
    deleted_by   BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    deleted_root BIGINT,
    -- Both are made in Rust and compared byte by byte.
    sort_key     TEXT      NOT NULL,
    search       TEXT      NOT NULL,
    version      INTEGER   NOT NULL DEFAULT 1
);
-- Orders of lists, by name and by the time of the change. The first has the columns that searches compare on the way.
CREATE INDEX assets_by_name ON assets (sort_key, id, search, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX assets_by_change ON assets (changed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_owner ON assets (owner_id, sort_key, id, deleted_at);
CREATE INDEX assets_of_owner_by_change ON assets (owner_id, changed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_kind ON assets (kind, sort_key, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_kind_by_change ON assets (kind, changed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_account ON assets (account_id, sort_key, id, deleted_at) WHERE account_id IS NOT NULL;
CREATE INDEX assets_of_account_by_change ON assets (account_id, changed_at, id) WHERE account_id IS NOT NULL;
CREATE INDEX assets_of_folder ON assets (folder_id, sort_key, id, deleted_at);
-- Folders of the tree beside the lists.
CREATE INDEX assets_subfolders ON assets (folder_id, sort_key, id) WHERE kind = 'folder' AND deleted_at IS NULL;
CREATE INDEX assets_top_folders ON assets (owner_id, sort_key, id) WHERE kind = 'folder' AND folder_id IS NULL AND deleted_at IS NULL;
CREATE INDEX assets_nested_folders ON assets (owner_id, sort_key, id) WHERE kind = 'folder' AND folder_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX assets_deleted ON assets (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX assets_deleted_of_owner ON assets (owner_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX assets_of_deletion ON assets (deleted_root) WHERE deleted_root IS NOT NULL;
CREATE INDEX assets_by_deleter ON assets (deleted_by) WHERE deleted_by IS NOT NULL;

-- Trigrams of names, without deleted assets.
CREATE VIEW asset_search_source AS SELECT id, search FROM assets WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE asset_search USING fts5 (search, content = 'asset_search_source', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', columnsize = 0);
CREATE TRIGGER assets_searched_insert AFTER INSERT ON assets WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO asset_search (rowid, search) VALUES (NEW.id, NEW.search);
END;
CREATE TRIGGER assets_searched_delete AFTER DELETE ON assets WHEN OLD.deleted_at IS NULL BEGIN
    INSERT INTO asset_search (asset_search, rowid, search) VALUES ('delete', OLD.id, OLD.search);
END;
CREATE TRIGGER assets_searched_update AFTER UPDATE OF search, deleted_at ON assets
WHEN OLD.search <> NEW.search OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO asset_search (asset_search, rowid, search) SELECT 'delete', OLD.id, OLD.search WHERE OLD.deleted_at IS NULL;
    INSERT INTO asset_search (rowid, search) SELECT NEW.id, NEW.search WHERE NEW.deleted_at IS NULL;
END;

-- Each asset with itself, at depth 0, and with all folders above it.
CREATE TABLE asset_ancestors (
    asset_id    BIGINT  NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    ancestor_id BIGINT  NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    depth       INTEGER NOT NULL,
    PRIMARY KEY (asset_id, ancestor_id)
) WITHOUT ROWID;
CREATE INDEX asset_ancestors_of_ancestor ON asset_ancestors (ancestor_id, asset_id);

-- Access to an asset, and to everything in a folder, for one user or one group.
CREATE TABLE asset_shares (
    id        INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    asset_id  BIGINT    NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    user_id   BIGINT    REFERENCES user_rows (id) ON DELETE CASCADE,
    group_id  BIGINT    REFERENCES user_groups (id) ON DELETE CASCADE,
    level     TEXT      NOT NULL CHECK (level IN ('view', 'edit')),
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
);
CREATE INDEX asset_shares_of_asset ON asset_shares (asset_id);
CREATE UNIQUE INDEX asset_shares_of_user ON asset_shares (user_id, asset_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX asset_shares_of_group ON asset_shares (group_id, asset_id) WHERE group_id IS NOT NULL;

-- Shares that deleted users had, until they are restored or purged.
CREATE TABLE deleted_shares (
    user_id  BIGINT NOT NULL REFERENCES user_rows (id) ON DELETE CASCADE,
    asset_id BIGINT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    level    TEXT   NOT NULL CHECK (level IN ('view', 'edit')),
    PRIMARY KEY (user_id, asset_id)
) WITHOUT ROWID;
CREATE INDEX deleted_shares_of_asset ON deleted_shares (asset_id);

-- Versions of the definitions of processes, counted from 1. The text is last, so that lists do not read past it.
CREATE TABLE process_versions (
    asset_id      BIGINT    NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    number        BIGINT    NOT NULL,
    saved_by      BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    saved_at      TIMESTAMP NOT NULL,
    restored_from BIGINT,
    text          TEXT      NOT NULL,
    PRIMARY KEY (asset_id, number)
);
CREATE INDEX process_versions_by_saver ON process_versions (saved_by) WHERE saved_by IS NOT NULL;

-- Connections of integrations. The secret is sealed with the instance key, for its asset alone.
CREATE TABLE integrations (
    asset_id      BIGINT    NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    kind          TEXT      NOT NULL CHECK (kind IN ('rest', 'graphql', 'soap', 'sftp', 'webhook', 'database', 'other')),
    base_address  TEXT      NOT NULL,
    sealed_secret BLOB,
    secret_set_at TIMESTAMP,
    secret_set_by BIGINT    REFERENCES user_rows (id) ON DELETE SET NULL,
    version       INTEGER   NOT NULL DEFAULT 1,
    CHECK ((sealed_secret IS NULL) = (secret_set_at IS NULL))
);
CREATE INDEX integrations_by_setter ON integrations (secret_set_by) WHERE secret_set_by IS NOT NULL;
