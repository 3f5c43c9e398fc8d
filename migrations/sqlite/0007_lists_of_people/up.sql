-- Each order of a list, within each standing: a status is a stretch of one of these, and everybody is three of them side by side, so that no
-- list walks past those whom it does not hold. Who is deleted has no standing and is in none. The last columns are what lists and their counts
-- ask besides, so that they need not look at the rows.
DROP INDEX users_active_by_name;
CREATE INDEX users_standing_by_name ON users (standing, sort_key, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_email ON users (standing, email_key, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_creation ON users (standing, created_at, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_sign_in ON users (standing, last_sign_in_at, id, invitation_expires_at, default_role, has_assignments) WHERE standing IS NOT NULL;
-- Those of a role or without assignments, where they are few among all, with their place in the order.
CREATE INDEX users_portfolio_admins ON users (id, sort_key, standing, invitation_expires_at) WHERE default_role = 'portfolio_admin';
CREATE INDEX users_unassigned ON users (id, sort_key, standing, invitation_expires_at, default_role) WHERE NOT has_assignments;
-- Of what a search finds, those who are not active: few, so that all of them stay in memory. Those deactivated, with the text that is searched.
CREATE INDEX users_not_active ON users (id, standing, invitation_expires_at) WHERE standing <> 'active';
CREATE INDEX users_deactivated ON users (standing, search) WHERE standing = 'deactivated';

-- How many open invitations end in each hour, kept by the triggers below: how many are still open is the sum of the hours to come, and a count
-- within the present one.
CREATE TABLE invitations_ending (
    -- "2026-11-22 09"
    hour            TEXT    NOT NULL,
    default_role    TEXT    NOT NULL,
    has_assignments BOOLEAN NOT NULL,
    people          BIGINT  NOT NULL,
    PRIMARY KEY (hour, default_role, has_assignments)
) WITHOUT ROWID;
INSERT INTO invitations_ending SELECT substr(invitation_expires_at, 1, 13), default_role, has_assignments, count(*) FROM users WHERE standing = 'open' GROUP BY 1, 2, 3;
CREATE TRIGGER users_ending_insert AFTER INSERT ON users WHEN NEW.standing = 'open' BEGIN
    INSERT INTO invitations_ending VALUES (substr(NEW.invitation_expires_at, 1, 13), NEW.default_role, NEW.has_assignments, 1)
    ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET people = people + 1;
END;
CREATE TRIGGER users_ending_delete AFTER DELETE ON users WHEN OLD.standing = 'open' BEGIN
    UPDATE invitations_ending SET people = people - 1
    WHERE hour = substr(OLD.invitation_expires_at, 1, 13) AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
END;
CREATE TRIGGER users_ending_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at, default_role, has_assignments
ON users WHEN OLD.standing = 'open' OR NEW.standing = 'open' BEGIN
    UPDATE invitations_ending SET people = people - 1
    WHERE OLD.standing = 'open' AND hour = substr(OLD.invitation_expires_at, 1, 13)
        AND default_role = OLD.default_role AND has_assignments = OLD.has_assignments;
    INSERT INTO invitations_ending SELECT substr(NEW.invitation_expires_at, 1, 13), NEW.default_role, NEW.has_assignments, 1 WHERE NEW.standing = 'open'
    ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET people = people + 1;
END;
