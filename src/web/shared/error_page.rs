//! Error pages.

use std::borrow::Cow;

use askama::Template;

use crate::domain::appearance::Appearance;

use super::routing::paths;

/// A card with the problem, the way back and the way on.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/error.html")]
pub struct ErrorPage {
    /// Name of the company; empty if unknown, as when the database does not answer.
    pub company: String,
    pub appearance: Appearance,
    pub title: &'static str,
    pub text: Cow<'static, str>,
    /// Request id, which an administrator can find in the log.
    pub reference: Option<String>,
    /// Address of the page before.
    pub back: Option<String>,
    pub link: ErrorLink,
}

/// Link that leads on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLink {
    pub label: &'static str,
    pub href: String,
}

impl ErrorPage {
    fn new(title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        let link = ErrorLink { label: "Go to the home page", href: paths::Root {}.to_string() };
        Self { company: String::new(), appearance: Appearance::System, title, text: text.into(), reference: None, back: None, link }
    }

    /// Copy under the company's name.
    #[must_use]
    pub fn of_company(self, name: impl Into<String>) -> Self {
        Self { company: name.into(), ..self }
    }

    /// Copy in the appearance that its user chose.
    #[must_use]
    pub fn in_appearance(self, appearance: Option<Appearance>) -> Self {
        Self { appearance: appearance.unwrap_or(self.appearance), ..self }
    }

    /// Copy with another link.
    #[must_use]
    pub fn with_link(self, label: &'static str, href: impl Into<String>) -> Self {
        Self { link: ErrorLink { label, href: href.into() }, ..self }
    }

    /// Copy with a way back.
    #[must_use]
    pub fn with_back(self, back: Option<String>) -> Self {
        Self { back, ..self }
    }

    /// 400: a form that Usher would not send.
    pub fn bad_request() -> Self {
        Self::new("This request can’t be read", "Nothing was changed. Go back, reload the page and try again.")
    }

    /// 400: a form with more selected than is read.
    pub fn too_many_fields() -> Self {
        Self::new("The form is too large", "Nothing was saved. Select fewer items and try again.")
    }

    /// 403: a link from another site to a page that writes when it is opened.
    pub fn from_elsewhere() -> Self {
        Self::new(
            "Open this page from Usher",
            "You came here from another website, so nothing was changed. Open this page from within Usher.",
        )
    }

    /// 403: a form with the token of another session, as after signing in anew in another tab.
    pub fn stale_form() -> Self {
        Self::new("This form is no longer valid", "Nothing was changed. Go back, reload the page and try again.")
    }

    /// 403: a page that the role may never use.
    pub fn forbidden() -> Self {
        Self::new("You don’t have access", "Your role doesn’t include this page. If you need it, ask an administrator.")
    }

    /// 403: a thing that the user sees but may not change.
    pub fn out_of_reach() -> Self {
        Self::new("You can’t change this", "It includes something outside your portfolios. Ask an Admin. Nothing was changed.")
    }

    /// 403: an account that the user sees without its billing.
    pub fn billing_not_given() -> Self {
        let text = "Your assignment to this account doesn’t include See billing. Ask an administrator of the account for it.";
        Self::new("You can’t view this billing", text)
    }

    /// 404: unknown, or outside the user's scope; the page does not tell which.
    pub fn not_found() -> Self {
        Self::new("Page not found", "This page doesn’t exist or you don’t have access.")
    }

    /// 404: a list with an unknown filter, order or page. `all` is the address of the whole list.
    pub fn no_such_list(all: impl Into<String>) -> Self {
        let text = "The address contains a filter, sort order or page that this list doesn’t have.";
        Self::new("That filter doesn’t exist", text).with_link("Show the whole list", all)
    }

    /// 404: something selected is gone, or never existed for this user. `all` is the address of the list.
    pub fn not_all_there(all: impl Into<String>) -> Self {
        let text = "Some selected items no longer exist or you don’t have access to them. Nothing was changed.";
        Self::new("Some items are gone", text).with_link("Go to the list", all)
    }

    /// 409: a form that was submitted before. `list` is the address of its result.
    pub fn sent_twice(list: Option<String>) -> Self {
        let page = Self::new("This was sent twice", "It was done the first time and not repeated.");
        if let Some(list) = list { page.with_link("Go to the list", list) } else { page }
    }

    /// 405: an address that accepts only forms, or only links.
    pub fn method_not_allowed() -> Self {
        Self::new("This page can’t be opened directly", "Nothing was changed. Start again from another page.")
    }

    /// 408: a form that did not arrive in time.
    pub fn too_slow() -> Self {
        Self::new("The form took too long to arrive", "Nothing was saved. Check your connection, go back and try again.")
    }

    /// 409: another user changed the thing meanwhile.
    pub fn conflict() -> Self {
        Self::new("This was just changed by someone else", "Nothing was changed. Go back, reload the page and check it again.")
    }

    /// 409: a rule is against it, explained in `text`.
    pub fn refused(title: &'static str, text: String) -> Self {
        Self::new(title, text)
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::new("The form is too large", "Nothing was saved. Send less and try again.")
    }

    /// 414.
    pub fn address_too_long() -> Self {
        Self::new("This address is too long", "Nothing was changed. Start again from another page.")
    }

    /// 415: a compressed body.
    pub fn encoded() -> Self {
        Self::new("This form can’t be read", "It was sent compressed, which Usher doesn’t accept. Nothing was saved.")
    }

    /// 431: too long headers, mostly cookies.
    pub fn head_too_long() -> Self {
        Self::new("Your browser sent too much", "Nothing was changed. Delete the cookies of this site and sign in again.")
    }

    /// 429.
    pub fn too_many_requests() -> Self {
        Self::new("Too many attempts", "Wait a few minutes, then try again.")
    }

    /// 500: with the request id for the log, and no details.
    pub fn internal(request_id: impl Into<String>) -> Self {
        let page =
            Self::new("Something went wrong on our side", "Nothing was saved. If it happens again, give an administrator this reference:");
        Self { reference: Some(request_id.into()), ..page }
    }

    /// 500 or 503: a failure after or during saving. `place` is the address of the possible result.
    pub fn maybe_saved(request_id: impl Into<String>, place: Option<String>) -> Self {
        let text = "Something went wrong while saving. Check before you try again. If it happens again, give an \
                    administrator this reference:";
        let page = Self { reference: Some(request_id.into()), ..Self::new("This may have been saved", text) };
        if let Some(place) = place { page.with_link("Check if it was saved", place) } else { page }
    }

    /// 503: a bulk action that stopped halfway, as `text` explains. `list` is the address of the users.
    pub fn broken_off(text: String, list: impl Into<String>) -> Self {
        Self::new("This was only partly done", text).with_link("Go to the list", list)
    }

    /// 503: too many concurrent sign-ins.
    pub fn busy() -> Self {
        Self::new(
            "Usher is busy right now",
            "Too many people are signing in at once. Nothing was saved. Wait a few seconds, then try again.",
        )
    }

    /// 503: the database does not answer.
    pub fn unavailable() -> Self {
        Self::new("Usher is not available right now", "Nothing was saved. Wait a minute, then try again.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let pages = [
            ("400", ErrorPage::bad_request()),
            ("403", ErrorPage::forbidden()),
            ("400-fields", ErrorPage::too_many_fields()),
            ("403-elsewhere", ErrorPage::from_elsewhere()),
            ("403-form", ErrorPage::stale_form()),
            ("408", ErrorPage::too_slow()),
            ("414", ErrorPage::address_too_long()),
            ("415", ErrorPage::encoded()),
            ("431", ErrorPage::head_too_long()),
            ("403-out-of-reach", ErrorPage::out_of_reach()),
            ("403-billing", ErrorPage::billing_not_given()),
            ("404", ErrorPage::not_found()),
            ("404-list", ErrorPage::no_such_list(paths::UsersAndPermissions {}.to_string())),
            ("404-back", ErrorPage::not_found().with_back(Some(paths::Portfolios {}.to_string()))),
            ("404-ticked", ErrorPage::not_all_there(paths::UsersAndPermissions {}.to_string())),
            ("405", ErrorPage::method_not_allowed()),
            ("409", ErrorPage::conflict()),
            (
                "409-refused",
                ErrorPage::refused("At least one active Admin is required", "Maya Fischer is the only active Admin.".to_owned()),
            ),
            ("409-twice", ErrorPage::sent_twice(Some(paths::Portfolios {}.to_string()))),
            ("413", ErrorPage::too_large()),
            ("429", ErrorPage::too_many_requests()),
            (
                "503-partly",
                ErrorPage::broken_off("72 of 200 users were deactivated.".to_owned(), paths::UsersAndPermissions {}.to_string()),
            ),
            ("503-busy", ErrorPage::busy()),
            ("503", ErrorPage::unavailable().with_link("Try again", paths::SignIn {}.to_string())),
        ];
        for (name, page) in pages {
            check(&format!("error-{name}"), |sample| page.clone().of_company(sample.text.clone()));
        }
        let reference = |sample: &Sample| if sample.name == "plain" { "7F3A-21C0".to_owned() } else { sample.text.clone() };
        check("error-500", |sample| ErrorPage::internal(reference(sample)).of_company(sample.text.clone()));
        let place = || Some(paths::Portfolios {}.to_string());
        check("error-500-saved", |sample| ErrorPage::maybe_saved(reference(sample), place()).of_company(sample.text.clone()));
    }
}
