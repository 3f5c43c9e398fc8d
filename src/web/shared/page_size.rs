//! Rows of a list's page: chosen in an address, and from then on remembered in the browser.

use std::fmt;

use actix_web::{HttpRequest, cookie::time::Duration};

use super::{cookies, state::State};

const COOKIE: &str = "usher-rows";

/// For how long a choice is remembered.
const DAYS: i64 = 365;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    Few,
    #[default]
    Usual,
    Many,
}

impl PageSize {
    pub(in crate::web) const ALL: [Self; 3] = [Self::Few, Self::Usual, Self::Many];

    pub(in crate::web) fn count(self) -> usize {
        match self {
            Self::Few => 25,
            Self::Usual => 50,
            Self::Many => 100,
        }
    }

    /// Anything but one of the numbers is none.
    pub(in crate::web) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rows| rows.to_string() == text)
    }

    /// Last choice in the requesting browser, which remembers the number in the address from now on.
    pub(in crate::web) fn remembered(request: &HttpRequest, state: &State, chosen: &str) -> Self {
        let remembered = cookies::sent(request, state, COOKIE).and_then(|cookie| Self::parse(cookie.value()));
        if let Some(chosen) = Self::parse(chosen).filter(|chosen| Some(*chosen) != remembered) {
            cookies::keep(request, state, COOKIE, chosen.to_string(), Duration::days(DAYS));
        }
        remembered.unwrap_or_default()
    }
}

impl fmt::Display for PageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.count())
    }
}
