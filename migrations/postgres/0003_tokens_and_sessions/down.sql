DROP TABLE throttles;
DROP TABLE known_browsers;
DROP TABLE sent_forms;
DROP TABLE sessions;
DROP TABLE reset_requests;
DROP TABLE tokens;
