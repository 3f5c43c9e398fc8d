DROP TABLE refused_sign_ins;
DROP TABLE throttles;
DROP TABLE known_browsers;
DROP TABLE idempotency_keys;
DROP TABLE sessions;
DROP TABLE reset_requests;
DROP TABLE tokens;
