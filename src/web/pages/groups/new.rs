//! Create Group: one name.

use askama::Template;

use crate::{
    domain::{ids::GroupId, text::GroupName},
    usecases::{NameError, groups},
    web::shared::{
        error::WebError,
        form::Form,
        page::{Field, FieldError, Flash, FlashKind, FormErrors, Layout, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use serde::Deserialize;

/// Form; also a dialog on the lists.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/new.html")]
pub struct NewGroupPage {
    pub layout: Layout,
    pub name: Field,
}

impl NewGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

/// Typed name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroupForm {
    name: String,
}

/// `GET /users-and-groups/new-group`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    respond::page(&page(&context, Field::default()).await?)
}

/// `POST /users-and-groups/new-group`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NewGroupForm>) -> HandlerResult {
    let mut field = Field::default();
    let Some(name) = parse(&form.0.name, FieldError::line("a name for the group", GroupName::parse), &mut field) else {
        return respond::again(&page(&context, field).await?);
    };
    let new = name.clone();
    let said = move |_: &GroupId| Flash::new(FlashKind::Ok, format!("Created the group {new}."));
    let new = name.clone();
    match context.make(form.1, said, move |ctx, submission| groups::create(ctx, submission, &new)).await? {
        Ok(group) => respond::see_other(paths::Group { group }),
        Err(NameError::Taken) => respond::again(&page(&context, Field::refused(name.as_str(), FieldError::name_taken())).await?),
        Err(NameError::Action(error)) => Err(error.into()),
    }
}

async fn page(context: &PageContext, name: Field) -> Result<NewGroupPage, WebError> {
    let (layout_data, ()) = context.open(|_, _| Ok(())).await?;
    Ok(NewGroupPage { layout: context.layout(&layout_data), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::LineError,
        web::shared::{page::FieldError, samples::check},
    };

    #[test]
    fn renders() {
        check("new-group", |sample| NewGroupPage { layout: sample.layout(), name: Field::default() });
        check("new-group-error", |sample| {
            let error = FieldError::Line { what: "a group name", error: LineError::Empty };
            NewGroupPage { layout: sample.layout(), name: Field::refused(&sample.text, error) }
        });
    }
}
