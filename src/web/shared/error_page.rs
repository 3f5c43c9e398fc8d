//! Pages for what did not work.

use std::borrow::Cow;

use askama::Template;

use super::routing::paths;

/// One card: what is the matter, the way back and the way on.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/error.html")]
pub struct ErrorPage {
    /// The company's name; empty where it is not known, as when the database does not answer.
    pub company: String,
    pub title: &'static str,
    pub text: Cow<'static, str>,
    /// What an administrator can look up.
    pub reference: Option<String>,
    /// The page from which somebody came here.
    pub back: Option<String>,
    pub link: ErrorLink,
}

/// The way on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLink {
    pub label: &'static str,
    pub href: String,
}

impl ErrorPage {
    fn new(title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        let link = ErrorLink { label: "Go to the home page", href: paths::Root {}.to_string() };
        Self { company: String::new(), title, text: text.into(), reference: None, back: None, link }
    }

    /// The same under the company's name.
    #[must_use]
    pub fn of_company(self, name: impl Into<String>) -> Self {
        Self { company: name.into(), ..self }
    }

    /// The same with another way on.
    #[must_use]
    pub fn with_link(self, label: &'static str, href: impl Into<String>) -> Self {
        Self { link: ErrorLink { label, href: href.into() }, ..self }
    }

    /// The same with the way back.
    #[must_use]
    pub fn with_back(self, back: Option<String>) -> Self {
        Self { back, ..self }
    }

    /// 400: not what a form of ours sends.
    pub fn bad_request() -> Self {
        Self::new("This request can’t be read", "Nothing was changed. Go back, reload the page and try again.")
    }

    /// 400: a form with more ticked than is read.
    pub fn too_many_fields() -> Self {
        Self::new("The form is too large", "Nothing was saved. Select fewer items and try again.")
    }

    /// 403: another site led to a page that writes when it is looked at.
    pub fn from_elsewhere() -> Self {
        Self::new(
            "Open this page from Usher",
            "You came here from another website, so nothing was changed. Open this page from within Usher.",
        )
    }

    /// 403: a form whose token is not that of the session, as after signing in anew in another tab.
    pub fn stale_form() -> Self {
        Self::new("This form is no longer valid", "Nothing was changed. Go back, reload the page and try again.")
    }

    /// 403: a page that the role may never use.
    pub fn forbidden() -> Self {
        Self::new("You don’t have access", "Your role doesn’t include this page. If you need it, ask an administrator.")
    }

    /// 403: to be seen, and not to be changed.
    pub fn out_of_reach() -> Self {
        Self::new("You can’t change this", "It includes something outside your portfolios. Ask an Admin. Nothing was changed.")
    }

    /// 403: an account is to be seen, and its billing is not.
    pub fn billing_not_given() -> Self {
        let text = "Your assignment to this account doesn’t include See billing. Ask an administrator of the account for it.";
        Self::new("You can’t view this billing", text)
    }

    /// 404: unknown, or outside what the user may see. Nobody is told which.
    pub fn not_found() -> Self {
        Self::new("Page not found", "This page doesn’t exist or you don’t have access.")
    }

    /// 404: a list with a filter, an order or a page that there is not. `all` is where all of it is.
    pub fn no_such_list(all: impl Into<String>) -> Self {
        let text = "The address contains a filter, sort order or page that this list doesn’t have.";
        Self::new("That filter doesn’t exist", text).with_link("Show the whole list", all)
    }

    /// 404: of what was ticked something is gone, or was never to be seen. `all` is the list.
    pub fn not_all_there(all: impl Into<String>) -> Self {
        let text = "Some selected items no longer exist or you don’t have access to them. Nothing was changed.";
        Self::new("Some items are gone", text).with_link("Go to the list", all)
    }

    /// 409: it was done when it came first. `list` is where it may be seen.
    pub fn sent_twice(list: Option<String>) -> Self {
        let page = Self::new("This was sent twice", "It was done the first time and not repeated.");
        if let Some(list) = list { page.with_link("Go to the list", list) } else { page }
    }

    /// 405: an address that takes only forms, or only links.
    pub fn method_not_allowed() -> Self {
        Self::new("This page can’t be opened directly", "Nothing was changed. Start again from another page.")
    }

    /// 408: the form did not arrive in its time.
    pub fn too_slow() -> Self {
        Self::new("The form took too long to arrive", "Nothing was saved. Check your connection, go back and try again.")
    }

    /// 409: somebody else changed it in the meantime.
    pub fn conflict() -> Self {
        Self::new("This was just changed by someone else", "Nothing was changed. Go back, reload the page and check it again.")
    }

    /// 409: a rule is against it, in its own words.
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

    /// 431: headers, most of them cookies.
    pub fn head_too_long() -> Self {
        Self::new("Your browser sent too much", "Nothing was changed. Delete the cookies of this site and sign in again.")
    }

    /// 429.
    pub fn too_many_requests() -> Self {
        Self::new("Too many attempts", "Wait a few minutes, then try again.")
    }

    /// 500. Says nothing but what to look for in the log.
    pub fn internal(request_id: impl Into<String>) -> Self {
        let page =
            Self::new("Something went wrong on our side", "Nothing was saved. If it happens again, give an administrator this reference:");
        Self { reference: Some(request_id.into()), ..page }
    }

    /// 500 or 503: it failed after something was saved, or while it was. `place` is where that may be seen.
    pub fn maybe_saved(request_id: impl Into<String>, place: Option<String>) -> Self {
        let text = "Something went wrong while saving. Check before you try again. If it happens again, give an \
                    administrator this reference:";
        let page = Self { reference: Some(request_id.into()), ..Self::new("This may have been saved", text) };
        if let Some(place) = place { page.with_link("Check if it was saved", place) } else { page }
    }

    /// 503: an action on many users broke off, and `text` says how far it came. `list` is where they are.
    pub fn broken_off(text: String, list: impl Into<String>) -> Self {
        Self::new("This was only partly done", text).with_link("Go to the list", list)
    }

    /// 503: too many sign in at once.
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
