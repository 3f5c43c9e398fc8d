DROP TRIGGER users_in_portfolios ON users;
DROP TABLE portfolio_people;
UPDATE users SET has_assignments = FALSE WHERE has_assignments;
DROP TABLE account_assignments;
DROP TABLE portfolio_assignments;
DROP TABLE billing;
DROP TABLE accounts;
DROP TABLE portfolios;
DROP FUNCTION count_moved_account, count_account_assignment, count_portfolio_assignment, count_assignment, note_assignments, carry_person;
