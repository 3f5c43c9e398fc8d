DROP TABLE audit_verification;
DROP TABLE audit_head;
DROP TABLE audit_entries;
DROP TABLE daily_counts;
