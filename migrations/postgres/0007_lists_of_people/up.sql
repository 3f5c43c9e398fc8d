-- Each order of a list, within each standing: a status is a stretch of one of these, and everybody is three of them side by side, so that no
-- list walks past those whom it does not hold. Who is deleted has no standing and is in none. The last columns are what lists and their counts
-- ask besides, so that they need not look at the rows.
DROP INDEX users_active_by_name;
CREATE INDEX users_standing_by_name ON users (standing, sort_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_email ON users (standing, email_key, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_creation ON users (standing, created_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;
CREATE INDEX users_standing_by_sign_in ON users (standing, last_sign_in_at, id, invitation_expires_at, default_role) WHERE standing IS NOT NULL;

-- How many open invitations end in each hour, kept by the triggers below: how many are still open is the sum of the hours to come, and a count
-- within the present one.
CREATE TABLE invitations_ending (
    -- "2026-11-22 09"
    hour   TEXT   COLLATE "C" PRIMARY KEY,
    people BIGINT NOT NULL
);
INSERT INTO invitations_ending SELECT to_char(invitation_expires_at, 'YYYY-MM-DD HH24'), count(*) FROM users WHERE standing = 'open' GROUP BY 1;
CREATE FUNCTION count_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.standing = 'open' THEN
        UPDATE invitations_ending SET people = people - 1 WHERE hour = to_char(OLD.invitation_expires_at, 'YYYY-MM-DD HH24');
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.standing = 'open' THEN
        INSERT INTO invitations_ending AS kept (hour, people) VALUES (to_char(NEW.invitation_expires_at, 'YYYY-MM-DD HH24'), 1)
        ON CONFLICT (hour) DO UPDATE SET people = kept.people + 1;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER users_ending_insert AFTER INSERT ON users FOR EACH ROW WHEN (NEW.standing = 'open') EXECUTE FUNCTION count_ending();
CREATE TRIGGER users_ending_delete AFTER DELETE ON users FOR EACH ROW WHEN (OLD.standing = 'open') EXECUTE FUNCTION count_ending();
CREATE TRIGGER users_ending_update AFTER UPDATE OF deleted_at, blocked_at, credentials_set_at, invitation_expires_at ON users
FOR EACH ROW WHEN (OLD.standing = 'open' OR NEW.standing = 'open') EXECUTE FUNCTION count_ending();

-- To whom nothing is assigned, deleted people among them: few, where most have something, so that they are not looked for among all.
CREATE TABLE unassigned (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO unassigned SELECT id FROM users WHERE NOT EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id);
CREATE FUNCTION note_unassigned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'users' THEN
        INSERT INTO unassigned (user_id) SELECT id FROM new_rows;
    ELSIF TG_OP = 'INSERT' THEN
        DELETE FROM unassigned USING new_rows WHERE unassigned.user_id = new_rows.user_id;
    ELSE
        -- Nobody, where the person is going, too.
        INSERT INTO unassigned (user_id) SELECT id FROM users
        WHERE id IN (SELECT user_id FROM old_rows) AND NOT EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER users_unassigned_insert AFTER INSERT ON users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_unassigned();
CREATE TRIGGER portfolio_people_first AFTER INSERT ON portfolio_people REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_unassigned();
CREATE TRIGGER portfolio_people_last AFTER DELETE ON portfolio_people REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_unassigned();
