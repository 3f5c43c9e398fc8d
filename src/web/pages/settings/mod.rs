//! Settings: those of the company, which Admins change, those of the process, and the test mail.

pub mod fields;
pub mod show;
pub mod test_mail;
