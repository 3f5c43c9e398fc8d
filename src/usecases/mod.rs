//! What people do with Usher, one file per feature: authorise, check, change in one transaction with its audit entries and mails, and
//! answer with a typed outcome. Nothing here knows HTTP.

pub mod accounts;
mod acting;
mod affected;
pub mod assignments;
pub mod billing;
mod context;
pub mod delivery;
pub mod directory;
pub mod email_change;
pub mod explained;
pub mod failed_mails;
pub mod groups;
pub mod housekeeping;
pub mod instance_key;
pub mod invitations;
pub mod left_out;
mod links;
mod mails;
pub mod new_password;
pub mod new_user;
pub mod offers;
pub mod password_reset;
pub mod people;
pub mod people_bulk;
pub mod people_list;
pub mod portfolios;
pub mod profiles;
pub mod sessions;
pub mod setup;
pub mod sign_in;
mod submission;
pub mod users;
pub mod watch;

// What use cases answer with, under their own name: the layers above do not know the store.
pub use crate::store::{
    AuditRow, Commits, Load, StoreError,
    accounts::{Account, Facts},
    assignments::{AccountAssignment, Assigned, Colleague, Names, PortfolioAssignment},
    billing::BillingRow,
    groups::{ADMINS, Group, GroupKind},
    outbox::{FailedMail, ServerRefusal},
    page::{Count, Key, Position, Slice},
    portfolios::{Contents, Portfolio},
    users::{Deleted, Mark, MarkValue, Person, StatusCounts},
};
pub use acting::{Door, Given, Met};
pub use context::{Caller, Context, Denied, Links, Visitor};
pub use links::{Dead, LinkError, Looked};
pub use mails::{Fate, LinkMail};
pub use new_password::{NewPasswordError, SetPasswordError};
pub use submission::Submission;
