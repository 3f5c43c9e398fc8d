-- Each order of a list, within each standing: a status is a stretch of one of these, and everybody is three of them side by side, so that no
-- list walks past those whom it does not hold. Who is deleted has no standing and is in none. The last columns are what lists and their counts
-- ask besides, so that they need not look at the rows.
DROP INDEX users_active_by_name;
CREATE INDEX users_standing_by_name ON users (standing, sort_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_email ON users (standing, email_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_creation ON users (standing, created_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_sign_in ON users (standing, last_sign_in_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
