//! Question before a Portfolio Admin becomes a User.

use askama::Template;

use crate::web::shared::{
    page::{Layout, UserLabel},
    routing::paths,
};

use super::with_return;

/// Portfolios lost with the role, and the other typed values.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/becomes_user.html")]
pub struct BecomesUserPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// True if the user leaves the scope of the acting user.
    pub parts: bool,
    /// Names of portfolios.
    pub portfolios: Vec<String>,
    /// Hidden fields.
    pub typed: Vec<(&'static str, String)>,
    /// Query of the list, to return to.
    pub query: String,
}

impl BecomesUserPage {
    fn path(&self) -> paths::EditUser {
        paths::EditUser { user: self.user.id }
    }

    fn back(&self) -> String {
        with_return(paths::Manage { user: self.user.id }, &self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("manage-becomes-user", |sample| BecomesUserPage {
            layout: sample.layout(),
            user: sample.user(6),
            parts: true,
            portfolios: vec![sample.group(); sample.rows],
            typed: vec![("first_name", sample.text.clone()), ("leaves", "1".into())],
            query: sample.query(),
        });
    }
}
