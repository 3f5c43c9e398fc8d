//! Step 2: selection of portfolios or accounts.

use askama::Template;

use crate::{
    domain::{search::SearchTerm, user::DefaultRole},
    usecases::access::picker_options::{self, PickerQuery},
    web::{
        pages::accounts::pickers,
        shared::{
            error::WebError,
            page::{FieldError, FormErrors, Layout, PICKS_MAX, Picker},
            page_context::PageContext,
            wizard,
        },
    },
};

use super::{Answers, Origin, name_and_role::Checked};

/// The second step.
#[derive(Debug, Clone, Template)]
#[template(path = "users/new_user/assignments.html")]
pub struct AssignmentsPage {
    pub layout: Layout,
    /// "Noor van Dijk, User".
    pub who: String,
    /// Name of the user in sentences.
    pub short_name: String,
    pub default_role: DefaultRole,
    pub picker: Picker,
    /// True if selections were dropped, since the role changed.
    pub dropped: bool,
    pub draft: String,
    pub origin: Origin,
}

impl AssignmentsPage {
    /// Builds the step. `held` are the answers of a draft: the page reports selections from there that are gone.
    pub(super) async fn new(
        context: &PageContext,
        answers: &Answers,
        held: &Answers,
        checked: Checked,
        find: String,
        error: Option<FieldError>,
    ) -> Result<Self, WebError> {
        let search = SearchTerm::parse(&find);
        let find = if search.is_some() { find } else { String::new() };
        let portfolios =
            PickerQuery { search: search.clone(), ticked: answers.portfolios.clone(), held: held.held_portfolios(), limit: PICKS_MAX };
        let accounts = PickerQuery { search, ticked: answers.accounts.clone(), held: held.accounts.clone(), limit: PICKS_MAX };
        let (from, ticked) = (answers.from, answers.clone());
        let role = checked.default_role;
        let (layout_data, picker) = context
            .open(move |ctx, actor| {
                Ok(match role {
                    DefaultRole::PortfolioAdmin => {
                        pickers::many_portfolios(picker_options::portfolios_to_give(ctx, actor, &portfolios)?, find)
                    }
                    DefaultRole::User => {
                        let offer = picker_options::accounts_to_give(ctx, actor, &accounts, from)?;
                        pickers::accounts_with(offer, find, |account| Some(ticked.permissions(account)))
                    }
                })
            })
            .await?;
        Ok(Self {
            layout: context.layout(&layout_data),
            who: checked.in_short(),
            short_name: checked.first_name.to_string(),
            default_role: role,
            picker: Picker { error: picker.error.or(error), ..picker },
            dropped: answers.dropped,
            draft: wizard::seal(context, answers),
            origin: answers.origin(),
        })
    }

    /// The step with an error, since nothing is selected, or the selection is gone.
    pub(super) async fn nothing_ticked(
        context: &PageContext,
        answers: &Answers,
        held: &Answers,
        checked: Checked,
    ) -> Result<Self, WebError> {
        let text = match checked.default_role {
            DefaultRole::PortfolioAdmin => "Select at least one portfolio",
            DefaultRole::User => "Select at least one account",
        };
        Self::new(context, answers, held, checked, String::new(), Some(FieldError::Message(text.to_owned()))).await
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([(self.picker.id, self.picker.error.as_ref())])
    }

    fn is_accounts(&self) -> bool {
        self.default_role == DefaultRole::User
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        page::PickerKind,
        samples::{Sample, check},
    };

    fn page(sample: &Sample, default_role: DefaultRole) -> AssignmentsPage {
        AssignmentsPage {
            layout: sample.layout(),
            who: format!("{}, User", sample.text),
            short_name: sample.text.clone(),
            default_role,
            picker: Picker::sample(sample, PickerKind::Many),
            dropped: sample.rows > 20,
            draft: sample.text.clone(),
            origin: Origin::sample(sample),
        }
    }

    #[test]
    fn renders() {
        check("new-user-2-accounts", |sample| page(sample, DefaultRole::User));
        check("new-user-2-portfolios", |sample| page(sample, DefaultRole::PortfolioAdmin));
        check("new-user-2-error", |sample| {
            let page = page(sample, DefaultRole::User);
            let error = Some(FieldError::Message("Select at least one account".to_owned()));
            AssignmentsPage { picker: Picker { error, ..page.picker }, ..page }
        });
    }
}
