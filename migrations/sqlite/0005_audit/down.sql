DROP TABLE refused_sign_ins;
DROP TABLE audit_head;
DROP TABLE audit_entries;
