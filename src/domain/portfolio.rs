//! Portfolios.

use super::text::{Notes, PortfolioName};

/// Editable details of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortfolioDetails {
    pub name: PortfolioName,
    pub notes: Notes,
}
