-- Each order of a list, within each standing: a status is a stretch of one of these, and everybody is three of them side by side, so that no
-- list walks past those whom it does not hold. Who is deleted has no standing and is in none. The last columns are what lists and their counts
-- ask besides, so that they need not look at the rows.
DROP INDEX users_active_by_name;
CREATE INDEX users_standing_by_name ON users (standing, sort_key, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_email ON users (standing, email_key, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_creation ON users (standing, created_at, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_sign_in ON users (standing, last_sign_in_at, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;

-- Those of a role or without assignments, where they are few among all.
CREATE INDEX users_portfolio_admins ON users (id) WHERE default_role = 'portfolio_admin';
CREATE INDEX users_unassigned ON users (id, default_role) WHERE NOT has_assignments;

-- How many open invitations end in each hour, kept by the triggers below: how many are still open is the sum of the hours to come, and a count
-- within the present one.
CREATE TABLE invitations_ending (
    -- "2026-11-22 09"
    hour            TEXT    COLLATE "C" NOT NULL,
    default_role    TEXT    NOT NULL,
    has_assignments BOOLEAN NOT NULL,
    people          BIGINT  NOT NULL,
    PRIMARY KEY (hour, default_role, has_assignments)
);
INSERT INTO invitations_ending
SELECT to_char(invitation_expires_at, 'YYYY-MM-DD HH24'), default_role, has_assignments, count(*) FROM users WHERE standing = 'open' GROUP BY 1, 2, 3;
CREATE FUNCTION count_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An update has locked these before; an insert and a delete would lock them after, and wait for each other.
    IF TG_OP <> 'UPDATE' THEN
        PERFORM 1 FROM people_counts ORDER BY standing, default_role, has_assignments FOR UPDATE;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.standing = 'open' THEN
        UPDATE invitations_ending SET people = people - 1
        WHERE hour = to_char(OLD.invitation_expires_at, 'YYYY-MM-DD HH24')
            AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.standing = 'open' THEN
        INSERT INTO invitations_ending AS kept
        VALUES (to_char(NEW.invitation_expires_at, 'YYYY-MM-DD HH24'), NEW.default_role, NEW.has_assignments, 1)
        ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET people = kept.people + 1;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER users_ending_insert AFTER INSERT ON users FOR EACH ROW WHEN (NEW.standing = 'open') EXECUTE FUNCTION count_ending();
CREATE TRIGGER users_ending_delete AFTER DELETE ON users FOR EACH ROW WHEN (OLD.standing = 'open') EXECUTE FUNCTION count_ending();
CREATE TRIGGER users_ending_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at, default_role, has_assignments
ON users FOR EACH ROW WHEN (OLD.standing = 'open' OR NEW.standing = 'open') EXECUTE FUNCTION count_ending();
