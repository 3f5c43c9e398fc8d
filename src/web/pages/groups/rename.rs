//! Rename group: one name.

use askama::Template;

use super::GroupHead;
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
use actix_web::web::Path;
use serde::Deserialize;

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/rename.html")]
pub struct RenameGroupPage {
    pub layout: Layout,
    /// Group with its saved name.
    pub group: GroupHead,
    pub name: Field,
}

impl RenameGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

/// Typed new name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameForm {
    name: String,
}

/// `GET /users-and-groups/groups/{group}/rename`
pub(in crate::web) async fn show(context: PageContext, id: Path<GroupId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /users-and-groups/groups/{group}/rename`
pub(in crate::web) async fn submit(context: PageContext, id: Path<GroupId>, form: Form<RenameForm>) -> HandlerResult {
    let (group, mut field) = (*id, Field::default());
    let Some(name) = parse(&form.0.name, FieldError::line("a name for the group", GroupName::parse), &mut field) else {
        return respond::again(&page(&context, group, Some(field)).await?);
    };
    let new = name.clone();
    let said = move |before: &String| Flash::new(FlashKind::Ok, format!("Renamed {before} to {new}."));
    let new = name.clone();
    match context.act(said, move |ctx, submission| groups::rename(ctx, submission, group, &new)).await? {
        Ok(_) => respond::see_other(paths::Group { group }),
        Err(NameError::Taken) => {
            respond::again(&page(&context, group, Some(Field::refused(name.as_str(), FieldError::name_taken()))).await?)
        }
        Err(NameError::Action(error)) => Err(error.into()),
    }
}

async fn page(context: &PageContext, id: GroupId, name: Option<Field>) -> Result<RenameGroupPage, WebError> {
    let (layout_data, group) = context.open(move |ctx, actor| groups::find_custom(ctx, actor, id)).await?;
    let name = name.unwrap_or_else(|| Field::new(&*group.name));
    Ok(RenameGroupPage { layout: context.layout(&layout_data), group: GroupHead::from(&group), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        page::FieldError,
        samples::{Sample, check},
    };

    fn page(sample: &Sample, name: Field) -> RenameGroupPage {
        RenameGroupPage { layout: sample.layout(), group: GroupHead::sample(sample), name }
    }

    #[test]
    fn renders() {
        check("rename-group", |sample| page(sample, Field::new(sample.group())));
        check("rename-group-error", |sample| {
            let said = FieldError::Message(format!("There is a group {} already", sample.group()));
            page(sample, Field::refused(sample.group(), said))
        });
    }
}
