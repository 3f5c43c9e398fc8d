//! Delete group: the question before it.

use askama::Template;

use super::GroupHead;
use crate::web::page::{Count, Shell};

/// What is lost with the group.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/delete.html")]
pub struct DeleteGroupPage {
    pub shell: Shell,
    pub group: GroupHead,
    pub members: Count,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        for members in [0, 1, 1200] {
            check(&format!("delete-group-of-{members}"), |sample| DeleteGroupPage {
                shell: sample.shell(),
                group: GroupHead::sample(sample),
                members: Count::Exactly(members),
            });
        }
    }
}
