DROP INDEX users_standing_by_name;
DROP INDEX users_standing_by_email;
DROP INDEX users_standing_by_creation;
DROP INDEX users_standing_by_sign_in;
CREATE INDEX users_active_by_name ON users (sort_key, id) WHERE standing = 'active';
