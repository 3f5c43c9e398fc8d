//! Actions on the company's settings.

use crate::domain::permission::Permission;

use super::Need;

/// Action on the company as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyAction {
    /// Settings of the company and of the process, and the state of mails.
    SeeSettings,
    ChangeSettings,
    /// Test mail to oneself.
    SendTestMail,
}

impl CompanyAction {
    pub(super) fn need(self) -> Need {
        match self {
            Self::SeeSettings | Self::ChangeSettings | Self::SendTestMail => Need::of_company(Permission::SettingsChange),
        }
    }
}
