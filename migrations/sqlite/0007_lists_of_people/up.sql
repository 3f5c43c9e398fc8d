-- Each order of a list, within each standing: a status is a stretch of one of these, and everybody is three of them side by side, so that no
-- list walks past those whom it does not hold. Who is deleted has no standing and is in none. The last columns are what lists and their counts
-- ask besides, so that they need not look at the rows.
DROP INDEX users_active_by_name;
CREATE INDEX users_standing_by_name ON users (standing, sort_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_email ON users (standing, email_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_creation ON users (standing, created_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_sign_in ON users (standing, last_sign_in_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
-- Of what a search finds, those who are not active: few, so that all of them stay in memory.
CREATE INDEX users_not_active ON users (id, standing, invitation_expires_at) WHERE standing <> 'active';

-- How many open invitations end in each hour, kept by the triggers below: how many are still open is the sum of the hours to come, and a count
-- within the present one.
CREATE TABLE invitations_ending (
    -- "2026-11-22 09"
    hour   TEXT   PRIMARY KEY,
    people BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO invitations_ending SELECT substr(invitation_expires_at, 1, 13), count(*) FROM users WHERE standing = 'open' GROUP BY 1;
CREATE TRIGGER users_ending_insert AFTER INSERT ON users WHEN NEW.standing = 'open' BEGIN
    INSERT INTO invitations_ending (hour, people) VALUES (substr(NEW.invitation_expires_at, 1, 13), 1)
    ON CONFLICT (hour) DO UPDATE SET people = people + 1;
END;
CREATE TRIGGER users_ending_delete AFTER DELETE ON users WHEN OLD.standing = 'open' BEGIN
    UPDATE invitations_ending SET people = people - 1 WHERE hour = substr(OLD.invitation_expires_at, 1, 13);
END;
CREATE TRIGGER users_ending_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at ON users
WHEN OLD.standing = 'open' OR NEW.standing = 'open' BEGIN
    UPDATE invitations_ending SET people = people - 1 WHERE OLD.standing = 'open' AND hour = substr(OLD.invitation_expires_at, 1, 13);
    INSERT INTO invitations_ending (hour, people) SELECT substr(NEW.invitation_expires_at, 1, 13), 1 WHERE NEW.standing = 'open'
    ON CONFLICT (hour) DO UPDATE SET people = people + 1;
END;

-- To whom nothing is assigned, deleted people among them: few, where most have something, so that they are not looked for among all.
CREATE TABLE unassigned (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO unassigned SELECT id FROM users WHERE NOT EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id);
CREATE TRIGGER users_unassigned_insert AFTER INSERT ON users BEGIN
    INSERT INTO unassigned (user_id) VALUES (NEW.id);
END;
CREATE TRIGGER portfolio_people_first AFTER INSERT ON portfolio_people BEGIN
    DELETE FROM unassigned WHERE user_id = NEW.user_id;
END;
CREATE TRIGGER portfolio_people_last AFTER DELETE ON portfolio_people BEGIN
    -- Nobody, where the person is going, too.
    INSERT INTO unassigned (user_id) SELECT id FROM users
    WHERE id = OLD.user_id AND NOT EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id);
END;
