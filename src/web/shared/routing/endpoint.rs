//! Declared facts about an address, which the route table, the navigation, the way back after signing in and the tests follow.

use actix_web::HttpRequest;

use crate::domain::permission::Permission;

/// An address of the product. A handler finds the one that it serves by [`Endpoint::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    pub name: &'static str,
    pub pattern: &'static str,
    pub kind: Kind,
    pub access: Access,
}

/// Methods that an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page that a link leads to. HEAD is asked like GET, and neither changes anything.
    Page,
    /// A page and the form on it.
    Form,
    /// A form in several steps. Its address holds a draft of the answers.
    Wizard,
    /// A form that stands on other pages.
    Button,
    /// A page whose views are recorded: no HEAD, which would be recorded and show nothing, and no links from other sites.
    Recorded,
    /// A recorded page that a form on other pages opens, too.
    RecordedForm,
}

/// Users to whom an address is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// All requests on the listener for monitoring, and no others.
    Monitoring,
    Anyone,
    /// Holders of a link: the address has a token.
    Token,
    /// All users who are signed in.
    SignedIn,
    /// All users who are signed in, as the first section of the console.
    Home,
    /// Users who have the permission anywhere. The page is in this section of the console.
    Needs(Section, Permission),
}

/// A part of the console that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Home,
    UsersAndGroups,
    UsersAndPermissions,
    Roles,
    Portfolios,
    Assets,
    AuditLog,
    Settings,
}

impl Endpoint {
    /// The endpoint that the route table has found for a request.
    pub(in crate::web) fn of(request: &HttpRequest) -> Option<&'static Self> {
        request.app_data::<&'static Self>().copied()
    }
}

impl Kind {
    /// Value of the header `Allow`.
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Page => "GET, HEAD",
            Self::Form | Self::Wizard => "GET, HEAD, POST",
            Self::Button => "POST",
            Self::Recorded => "GET",
            Self::RecordedForm => "GET, POST",
        }
    }

    pub const fn shows_page(self) -> bool {
        !matches!(self, Self::Button)
    }

    pub const fn takes_form(self) -> bool {
        matches!(self, Self::Form | Self::Wizard | Self::Button | Self::RecordedForm)
    }

    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Recorded | Self::RecordedForm)
    }
}

impl Access {
    pub const fn permission(self) -> Option<Permission> {
        if let Self::Needs(_, permission) = self { Some(permission) } else { None }
    }

    pub const fn section(self) -> Option<Section> {
        match self {
            Self::Home => Some(Section::Home),
            Self::Needs(section, _) => Some(section),
            Self::Monitoring | Self::Anyone | Self::Token | Self::SignedIn => None,
        }
    }

    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::SignedIn | Self::Home | Self::Needs(..))
    }
}
