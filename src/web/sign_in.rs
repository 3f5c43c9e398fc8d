//! Signing in.

use std::fmt;

use askama::Template;
use chrono::TimeDelta;

use super::page::{Gate, wait_in_words};

/// The form for address and password.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    pub gate: Gate,
    /// As typed before.
    pub email: String,
    /// Where to go after signing in; empty for the first page that the person may open.
    pub next: String,
    pub problem: Option<SignInProblem>,
    /// Where to ask for a new password.
    pub forgot_password: Option<String>,
}

/// Why somebody is not signed in. Its `Display` is what they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInProblem {
    /// Address or password; nobody is told which.
    Wrong,
    /// The password was right.
    Deactivated,
    /// Too many wrong ones; how long to wait.
    TooMany(TimeDelta),
}

impl SignInProblem {
    /// Whether other entries would help.
    pub fn is_about_entries(&self) -> bool {
        matches!(self, Self::Wrong)
    }
}

impl fmt::Display for SignInProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("Email address or password is wrong"),
            Self::Deactivated => f.write_str("This user is deactivated. Ask an administrator."),
            Self::TooMany(wait) => write!(f, "Too many attempts. Try again in {}.", wait_in_words(wait)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, problem: Option<SignInProblem>) -> SignInPage {
        SignInPage {
            gate: sample.gate(),
            email: sample.email.clone(),
            next: sample.text.clone(),
            problem,
            forgot_password: problem.map(|_| "/forgot-password".to_owned()),
        }
    }

    #[test]
    fn renders() {
        check("sign-in", |sample| page(sample, None));
        check("sign-in-error", |sample| page(sample, Some(SignInProblem::Wrong)));
        check("sign-in-deactivated", |sample| page(sample, Some(SignInProblem::Deactivated)));
        check("sign-in-too-many", |sample| page(sample, Some(SignInProblem::TooMany(TimeDelta::minutes(15)))));
    }
}
