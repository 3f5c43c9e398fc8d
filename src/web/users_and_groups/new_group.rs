//! Create Group: one name.

use askama::Template;

use crate::web::page::{Field, FormErrors, Shell};

/// The form, which is also a dialog on the lists.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/new_group.html")]
pub struct NewGroupPage {
    pub shell: Shell,
    pub name: Field,
}

impl NewGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::LineError,
        web::{page::FieldError, samples::check},
    };

    #[test]
    fn renders() {
        check("new-group", |sample| NewGroupPage { shell: sample.shell(), name: Field::default() });
        check("new-group-error", |sample| {
            let error = FieldError::Line { what: "a group name", error: LineError::Empty };
            NewGroupPage { shell: sample.shell(), name: Field::refused(&sample.text, error) }
        });
    }
}
