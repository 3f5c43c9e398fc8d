//! Rename group: one name.

use askama::Template;

use super::GroupHead;
use crate::web::page::{Field, FormErrors, Shell};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/rename.html")]
pub struct RenameGroupPage {
    pub shell: Shell,
    /// As it is named now.
    pub group: GroupHead,
    pub name: Field,
}

impl RenameGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        page::FieldError,
        samples::{Sample, check},
    };

    fn page(sample: &Sample, name: Field) -> RenameGroupPage {
        RenameGroupPage { shell: sample.shell(), group: GroupHead::sample(sample), name }
    }

    #[test]
    fn renders() {
        check("rename-group", |sample| page(sample, Field::new(sample.group())));
        check("rename-group-error", |sample| {
            let said = FieldError::Said(format!("There is a group {} already", sample.group()));
            page(sample, Field::refused(sample.group(), said))
        });
    }
}
