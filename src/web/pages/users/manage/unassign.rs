//! Unassign portfolios and accounts: one at a click, with an undo. Several, or the last one that lies in the acting
//! user's scope, need a confirmation.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::ids::{AccountId, PortfolioId, UserId},
    usecases::{
        AssignmentRef, LayoutData,
        access::unassign::{self, RemovalPreview, UnassignError, Unassigned},
    },
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            error::WebError,
            form::{Form, each_once},
            list_query::ReturnQuery,
            page::{Flash, FlashKind, Layout, NAMED, UserLabel, counted, names_in_short, toggles},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::{addresses, paths},
        },
    },
};

use super::{already, at, back_from, is_at, left, left_with, parted, undo};

/// Confirmation.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/unassign.html")]
pub struct UnassignPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// Removed assignments.
    pub names: Vec<String>,
    /// True if the user leaves the acting user's scope.
    pub parts: bool,
    /// Address of the answer.
    pub path: String,
    /// Fields of the answer.
    pub fields: Vec<(&'static str, String)>,
    /// Query of the list, to return to.
    pub query: String,
    /// Page with the button.
    pub back: String,
}

impl UnassignPage {
    fn new(
        context: &PageContext,
        layout_data: &LayoutData,
        preview: RemovalPreview,
        path: String,
        fields: Vec<(&'static str, String)>,
        query: &str,
        back: String,
    ) -> Self {
        let RemovalPreview { user, names, is_last_in_common: parts } = preview;
        let agreed = parts.then(|| ("agreed", true.to_string()));
        Self {
            layout: context.layout(layout_data),
            user: UserLabel::from(&user.who()),
            names,
            parts,
            path,
            fields: fields.into_iter().chain(agreed).collect(),
            query: UserListQuery::returned(query),
            back,
        }
    }

    /// "Fjord Foods", "3 assignments".
    fn what(&self) -> String {
        if let [name] = &*self.names { name.clone() } else { format!("{} assignments", self.names.len()) }
    }

    fn these(&self) -> &'static str {
        if self.names.len() == 1 { "assignment" } else { "assignments" }
    }
}

/// The button, or the answer to the confirmation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnassignForm {
    /// True once confirmed.
    #[serde(default)]
    agreed: bool,
    /// Query of the list.
    #[serde(default, rename = "return")]
    return_query: String,
}

/// Selected assignments, or the answer to the confirmation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeveralForm {
    #[serde(default)]
    portfolio: Vec<PortfolioId>,
    #[serde(default)]
    account: Vec<AccountId>,
    /// "remove" confirms.
    #[serde(default, rename = "do")]
    act: String,
    /// True if it is confirmed that the user leaves the acting user's scope.
    #[serde(default)]
    agreed: bool,
    /// View of the user's page with the form.
    #[serde(default)]
    view: String,
    /// Query of the list.
    #[serde(default, rename = "return")]
    return_query: String,
}

impl SeveralForm {
    /// Address of the user's page as it was left.
    fn back(&self, context: &PageContext, user_id: UserId) -> String {
        let view = addresses::known_page(&self.view).filter(|view| is_at(view, user_id));
        view.map_or_else(|| left(context, user_id, &self.return_query), str::to_owned)
    }

    /// Selected assignments, none of them twice.
    fn given(&self) -> Result<Vec<AssignmentRef>, WebError> {
        let portfolios = self.portfolio.iter().copied().map(AssignmentRef::Portfolio);
        let given = portfolios.chain(self.account.iter().copied().map(AssignmentRef::Account)).collect::<Vec<_>>();
        each_once(&given)?;
        if ["", "remove"].contains(&&*self.act) { Ok(given) } else { Err(WebError::Malformed) }
    }
}

/// `POST /users-and-permissions/{user}/remove`
pub(in crate::web) async fn several(context: PageContext, id: Path<UserId>, form: Form<SeveralForm>) -> HandlerResult {
    let (user_id, form) = (*id, form.0);
    let (given, query, back) = (form.given()?, &*form.return_query, form.back(&context, user_id));
    if given.is_empty() {
        context.open(move |ctx, actor| unassign::removal_preview(ctx, actor, user_id, &[])).await?;
        return context.say(&Flash::new(FlashKind::Info, "No assignments selected."), back);
    }
    if form.act.is_empty() {
        return ask_several(&context, user_id, given, query, back).await;
    }
    let (taken, agreed) = (given.clone(), form.agreed);
    let said = |Unassigned { user, names, has_left, .. }: &Unassigned| {
        let count = counted(names.len() as u64, "assignment", "assignments");
        let text = format!("Removed {count} from {}: {}.", user.display_name(), names_in_short(names, NAMED));
        parted(Flash::new(FlashKind::Ok, text), *has_left)
    };
    match context.act(said, move |ctx, submission| unassign::unassign(ctx, submission, user_id, &taken, agreed)).await? {
        Ok(Unassigned { has_left, .. }) => respond::see_other(back_from(user_id, back, has_left, query)),
        Err(UnassignError::LastInCommon) => ask_several(&context, user_id, given, query, back).await,
        Err(UnassignError::Action(error)) => context.say(&already(error)?, back),
    }
}

async fn ask_several(context: &PageContext, user: UserId, given: Vec<AssignmentRef>, query: &str, back: String) -> HandlerResult {
    let field = |given: &AssignmentRef| match given {
        AssignmentRef::Portfolio(id) => ("portfolio", id.to_string()),
        AssignmentRef::Account(id) => ("account", id.to_string()),
    };
    let fields = given.iter().map(field).chain([("do", "remove".to_owned()), ("view", back.clone())]).collect::<Vec<_>>();
    let read = move |ctx: &_, actor: &_| unassign::removal_preview(ctx, actor, user, &given);
    let (layout_data, request) = context.open(read).await?;
    let Some(preview) = request else {
        let text = "Some of the selected assignments no longer exist. Nothing was changed.";
        return context.say(&Flash::new(FlashKind::Info, text), back);
    };
    respond::page(&UnassignPage::new(context, &layout_data, preview, paths::Unassign { user }.to_string(), fields, query, back))
}

/// `GET /users-and-permissions/{user}/portfolios/{portfolio}/remove`
pub(in crate::web) async fn ask_portfolio(
    context: PageContext,
    path: Path<(UserId, PortfolioId)>,
    query: Query<ReturnQuery>,
) -> HandlerResult {
    let (user_id, portfolio) = *path;
    ask(&context, user_id, AssignmentRef::Portfolio(portfolio), &query.return_query).await
}

/// `GET /users-and-permissions/{user}/accounts/{account}/remove`
pub(in crate::web) async fn ask_account(context: PageContext, path: Path<(UserId, AccountId)>, query: Query<ReturnQuery>) -> HandlerResult {
    let (user_id, account) = *path;
    ask(&context, user_id, AssignmentRef::Account(account), &query.return_query).await
}

/// `POST /users-and-permissions/{user}/portfolios/{portfolio}/remove`
pub(in crate::web) async fn portfolio(context: PageContext, path: Path<(UserId, PortfolioId)>, form: Form<UnassignForm>) -> HandlerResult {
    let (user_id, portfolio) = *path;
    submit(&context, user_id, AssignmentRef::Portfolio(portfolio), &form.0).await
}

/// `POST /users-and-permissions/{user}/accounts/{account}/remove`
pub(in crate::web) async fn account(context: PageContext, path: Path<(UserId, AccountId)>, form: Form<UnassignForm>) -> HandlerResult {
    let (user_id, account) = *path;
    submit(&context, user_id, AssignmentRef::Account(account), &form.0).await
}

/// The confirmation. It is skipped if another assignment keeps the user in the scope.
async fn ask(context: &PageContext, user_id: UserId, given: AssignmentRef, query: &str) -> HandlerResult {
    let read = move |ctx: &_, actor: &_| unassign::removal_preview(ctx, actor, user_id, &[given]);
    let (layout_data, request) = context.open(read).await?;
    let Some(preview) = request.filter(|preview| preview.is_last_in_common) else { return respond::see_other(at(user_id, query)) };
    let back = left_with(context, user_id, given, query);
    respond::page(&UnassignPage::new(context, &layout_data, preview, remove_and_assign(user_id, given).0, Vec::new(), query, back))
}

async fn submit(context: &PageContext, user_id: UserId, given: AssignmentRef, form: &UnassignForm) -> HandlerResult {
    let (agreed, query) = (form.agreed, &*form.return_query);
    let (back, returned) = (left_with(context, user_id, given, query), query.to_owned());
    let said = move |taken: &Unassigned| parted(removal_flash(user_id, given, taken, &returned), taken.has_left);
    match context.act(said, move |ctx, submission| unassign::unassign(ctx, submission, user_id, &[given], agreed)).await? {
        Ok(Unassigned { has_left, .. }) => respond::see_other(back_from(user_id, back, has_left, query)),
        Err(UnassignError::LastInCommon) => ask(context, user_id, given, query).await,
        Err(UnassignError::Action(error)) => context.say(&already(error)?, back),
    }
}

/// Message of a completed action, with an undo if possible.
fn removal_flash(user_id: UserId, given: AssignmentRef, taken: &Unassigned, query: &str) -> Flash {
    let Unassigned { user, names, are_active, gave, .. } = taken;
    let name = names.concat();
    let text = format!("{name} is no longer assigned to {}.", user.display_name());
    if *are_active {
        let again = undo("Assign again", &name, remove_and_assign(user_id, given).1, query);
        let gave = gave.iter().copied().flat_map(toggles).map(|(field, _, is_on)| (field, is_on));
        return Flash::new(FlashKind::Ok, text).with_action(gave.fold(again, |again, (field, is_on)| again.with(field, is_on)));
    }
    Flash::new(FlashKind::Ok, format!("{text} It can be assigned again once its portfolio is reactivated."))
}

/// Addresses that unassign something and assign it again.
pub(super) fn remove_and_assign(user_id: UserId, given: AssignmentRef) -> (String, String) {
    match given {
        AssignmentRef::Portfolio(portfolio) => (
            paths::UnassignPortfolio { user: user_id, portfolio }.to_string(),
            paths::AssignPortfolio { user: user_id, portfolio }.to_string(),
        ),
        AssignmentRef::Account(account) => {
            (paths::UnassignAccount { user: user_id, account }.to_string(), paths::AssignAccount { user: user_id, account }.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for (name, count, parts) in [("manage-unassign", 1, true), ("manage-unassign-several", 3, false)] {
            check(name, |sample| UnassignPage {
                layout: sample.layout(),
                user: sample.user(6),
                names: vec![sample.group(); count],
                parts,
                path: paths::Unassign { user: UserId(7) }.to_string(),
                fields: vec![("account", "3".into()), ("agreed", "true".into())],
                query: sample.query(),
                back: paths::Manage { user: UserId(7) }.to_string(),
            });
        }
    }
}
