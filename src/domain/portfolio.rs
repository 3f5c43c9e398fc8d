//! Portfolios.

use super::text::{Notes, PortfolioName};

/// What Admins say about a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortfolioDetails {
    pub name: PortfolioName,
    pub notes: Notes,
}
