DROP TRIGGER users_in_portfolios;
DROP TABLE portfolio_people;
UPDATE users SET has_assignments = FALSE WHERE has_assignments;
DROP TABLE account_assignments;
DROP TABLE portfolio_assignments;
DROP TABLE billing;
DROP TABLE accounts;
DROP TABLE portfolios;
