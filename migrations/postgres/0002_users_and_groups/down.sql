DROP VIEW users;
DROP TABLE memberships;
DROP TABLE user_groups;
DROP TABLE user_rows;
DROP FUNCTION count_members;
