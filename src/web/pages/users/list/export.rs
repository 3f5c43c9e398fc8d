//! Export of the list as CSV: streamed by keyset pages, so that no database connection waits for a slow reader.

use crate::{
    domain::time_zone::{TimeZone, ZonedTime},
    usecases::{
        Names, Position,
        users::{
            self,
            list::{ListRequest, Row},
        },
    },
    web::shared::{
        exports::{Export, csv_line},
        page_context::PageContext,
        respond::HandlerResult,
    },
};

use super::{has_credentials, query::UserListQuery};

/// Rows of one read.
const CHUNK: usize = 1000;

const HEADER: &str =
    "\"Name\",\"Email\",\"Default role\",\"Status\",\"Portfolios\",\"Accounts\",\"Two-factor\",\"Last sign-in\",\"Created\"\r\n";

/// `GET /users-and-permissions/export`
pub(in crate::web) async fn export(context: PageContext, query: UserListQuery) -> HandlerResult {
    query.request()?;
    let query = query.changed(|_| ());
    let ZonedTime { at, zone } = context.now();
    let request = ListRequest { limit: CHUNK, as_of: Some(at), ..query.request()? };
    let state = context.state().clone();
    let turn = state.exports.begin(context.current.user.id)?;
    let (words, begin, principal) = (query.text(), request.clone(), context.current.principal());
    let by = principal.clone();
    let all = state.run(move |ctx| users::list::begin_export(ctx, &by, &begin, &words)).await?;
    let read = move |position| {
        let (state, principal) = (state.clone(), principal.clone());
        let request = ListRequest { position, ..request.clone() };
        async move {
            let slice = state.run(move |ctx| users::list::export(ctx, &principal, &request, all)).await?;
            let next = slice.rows.last().filter(|_| slice.has_next).map(|row| Position::After(row.cursor.clone()));
            Ok((slice.rows.iter().map(|row| line(row, zone)).collect(), next))
        }
    };
    Ok(Export::new(turn, HEADER, Position::First, read).answer("users.csv", "text/csv; charset=utf-8"))
}

/// A row with its times in a zone.
fn line(row: &Row<Names>, zone: TimeZone) -> String {
    csv_line([
        row.user.display_name(),
        row.user.email.clone(),
        row.user.default_role.label().to_owned(),
        row.status.label().to_owned(),
        row.assigned.portfolios.join("; "),
        row.assigned.accounts.iter().map(|(portfolio, account)| format!("{account} ({portfolio})")).collect::<Vec<_>>().join("; "),
        match (row.user.two_factor_since, has_credentials(row.status)) {
            (Some(_), _) => "On",
            (None, true) => "Off",
            (None, false) => "Not set up",
        }
        .to_owned(),
        row.user.last_sign_in_at.map(|at| zone.rfc_3339(at)).unwrap_or_default(),
        zone.rfc_3339(row.created_at),
    ])
}
