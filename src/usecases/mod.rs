//! Actions of users, one file per feature: authorise, check, change in one transaction with audit events and mails,
//! return a typed outcome. Nothing here knows HTTP.

pub mod access;
pub mod accounts;
pub mod assets;
pub mod audit;
pub mod consistency;
pub mod credentials;
pub mod groups;
pub mod held_forms;
pub mod home;
pub mod instance_key;
pub mod my_account;
pub mod outbox;
pub mod portfolios;
pub mod settings;
pub mod setup;
pub mod shared;
pub mod users;

// Types of the store that use cases return: the layers above do not know the store.
pub use crate::store::{
    AuditRow, Commits, ReadEntry, StoreError, StoreMetrics, UnreadableEntry,
    accounts::{Account, Facts},
    assets::{Asset, Filter as AssetFilter, connections::Connection, deleted::DeletedAsset, shares::ShareWith, versions::Version},
    assignments::{AccountAssignment, Assigned, Colleague, Names, PortfolioAssignment},
    audit::{NewestEntry, log::EntryKey, verification::VerificationState},
    billing::BillingRow,
    credentials::refused_sign_ins::{RefusalKey, RefusalReason, RefusedSignIn, Span},
    derived::Compared,
    entry_key,
    groups::{ADMINS, Group, GroupKind},
    outbox::{FailedMail, ServerRefusal},
    page::{Count, Key, Position, Slice},
    portfolios::{Contents, Portfolio},
    users::{Cursor, CursorValue, Deleted, StatusCounts, User},
};
pub use credentials::new_password::{NewPasswordError, SetPasswordError};
pub use outbox::mails::{DeliveryStatus, LinkDelivery, Recipient};
pub use shared::context::{Context, Links};
pub use shared::error::{ActionError, EditError, NameError};
pub use shared::layout::{LayoutData, company, company_name};
pub use shared::links::{LinkClosed, LinkError, LinkState};
pub use shared::principal::{ClientInfo, Principal};
pub use shared::scoped_actor::{AssignmentRef, EntryPoint, TargetUser};
pub use shared::submission::Submission;
