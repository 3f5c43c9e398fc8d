DROP VIEW people;
DROP TABLE memberships;
DROP TABLE user_groups;
