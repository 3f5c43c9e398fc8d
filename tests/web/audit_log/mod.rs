//! The audit log: its proof, on the command line and for third parties.

mod command_line;
mod proof;
