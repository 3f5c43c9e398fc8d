DROP TABLE refused_sign_ins;
DROP TABLE audit_head;
DROP TABLE audit_entries;
DROP FUNCTION keep_audit_entries;
