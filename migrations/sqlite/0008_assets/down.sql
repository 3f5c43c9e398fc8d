DROP TABLE integrations;
DROP TABLE process_versions;
DROP TABLE deleted_shares;
DROP TABLE asset_shares;
DROP TABLE asset_ancestors;
DROP TABLE assets;
