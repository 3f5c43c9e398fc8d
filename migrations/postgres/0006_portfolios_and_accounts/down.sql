DROP TABLE deleted_access;
DROP TABLE withheld_assignments;
DROP TABLE account_assignments;
DROP TABLE portfolio_assignments;
DROP TABLE billing;
DROP TABLE accounts;
DROP TABLE portfolios;
DROP FUNCTION note_billing;
