DROP TRIGGER users_in_portfolios;
DROP TABLE portfolio_people;
DROP TABLE account_assignments;
DROP TABLE portfolio_assignments;
DROP TABLE billing;
DROP TABLE accounts;
DROP TABLE portfolios;
