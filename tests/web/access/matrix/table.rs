//! The written table, and what follows from it: the oracle that the answers are held against. It reads the document for people, and asks the
//! policy nothing.

use std::collections::HashMap;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Viewer {
    Anonymous,
    /// Holds the cookies of an invitation's page.
    Invited,
    /// Holds the cookie of a session from before.
    Deactivated,
    User,
    /// Of the portfolio in which most things are, …
    PortfolioAdmin,
    /// … and of another one, who works on accounts in the first.
    OtherPortfolioAdmin,
    Admin,
}

impl Viewer {
    pub(super) const ALL: [Self; 7] =
        [Self::Anonymous, Self::Invited, Self::Deactivated, Self::User, Self::PortfolioAdmin, Self::OtherPortfolioAdmin, Self::Admin];

    /// The column of the table.
    fn column(self) -> Option<usize> {
        match self {
            Self::Anonymous | Self::Invited | Self::Deactivated => None,
            Self::Admin => Some(0),
            Self::PortfolioAdmin | Self::OtherPortfolioAdmin => Some(1),
            Self::User => Some(2),
        }
    }

    pub(super) fn is_signed_in(self) -> bool {
        self.column().is_some()
    }

    /// The active portfolio that they look after.
    fn portfolio(self) -> Option<Place> {
        match self {
            Self::PortfolioAdmin => Some(Place::Nordic),
            Self::OtherPortfolioAdmin => Some(Place::South),
            Self::Anonymous | Self::Invited | Self::Deactivated | Self::User | Self::Admin => None,
        }
    }
}

/// A portfolio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Nordic,
    South,
    /// Deactivated; the other Portfolio Admin's, too.
    Closed,
    Unknown,
}

/// A person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Oneself,
    /// Works in Nordic alone, …
    InNordic,
    InSouth,
    InBoth,
    /// … in the deactivated portfolio alone, nowhere.
    InClosed,
    Nowhere,
    /// A Portfolio Admin of Nordic.
    Peer,
    /// An Admin who works on an account in Nordic.
    Above,
    Deleted,
    Unknown,
}

/// An account, and how the User and the other Portfolio Admin stand to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Book {
    /// Nobody of them works on it.
    In(Place),
    /// Both do, and may edit its details.
    Edited,
    /// Both do, and may see its billing alone.
    Billed,
    /// Both do, in the deactivated portfolio.
    Shut,
}

/// A group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Circle {
    Admins,
    Custom,
    Unknown,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Company,
    Person(Who),
    Portfolio(Place),
    Account(Book),
    Group(Circle),
}

/// The answer that the table gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    SignIn,
    Refused,
    Unknown,
    Allowed,
}

impl Book {
    fn place(self) -> Place {
        match self {
            Self::In(place) => place,
            Self::Edited | Self::Billed => Place::Nordic,
            Self::Shut => Place::Closed,
        }
    }
}

impl Who {
    /// Where they have anything.
    fn places(self, viewer: Viewer) -> &'static [Place] {
        match (self, viewer) {
            (Self::InNordic | Self::Peer | Self::Above, _) | (Self::Oneself, Viewer::PortfolioAdmin) => &[Place::Nordic],
            (Self::InSouth, _) => &[Place::South],
            (Self::InBoth, _) => &[Place::Nordic, Place::South],
            (Self::InClosed, _) => &[Place::Closed],
            (Self::Oneself, Viewer::OtherPortfolioAdmin) => &[Place::South, Place::Nordic, Place::Closed],
            (Self::Oneself | Self::Nowhere | Self::Deleted | Self::Unknown, _) => &[],
        }
    }
}

impl Thing {
    pub(super) fn exists(self) -> bool {
        !matches!(
            self,
            Self::Person(Who::Deleted | Who::Unknown)
                | Self::Portfolio(Place::Unknown)
                | Self::Account(Book::In(Place::Unknown))
                | Self::Group(Circle::Unknown)
        )
    }

    /// The same kind of thing, and there is none.
    pub(super) fn unknown(self) -> Self {
        match self {
            Self::Company => Self::Company,
            Self::Person(_) => Self::Person(Who::Unknown),
            Self::Portfolio(_) => Self::Portfolio(Place::Unknown),
            Self::Account(_) => Self::Account(Book::In(Place::Unknown)),
            Self::Group(_) => Self::Group(Circle::Unknown),
        }
    }
}

/// Each permission's word with the cells of its row, as `docs/permissions.md` has them.
pub(super) struct Table(HashMap<&'static str, [&'static str; 3]>);

impl Table {
    pub(super) fn written() -> Self {
        let rows = include_str!("../../../../docs/permissions.md").lines().filter(|line| line.starts_with("| `"));
        let row = |line: &'static str| {
            let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
            (cells[1].trim_matches('`'), [cells[3], cells[4], cells[5]])
        };
        Self(rows.map(row).collect())
    }

    /// What `viewer` is answered who needs these permissions on these things, in this order.
    pub(super) fn answer(&self, viewer: Viewer, needs: &[(&'static str, Thing)]) -> Answer {
        let Some(column) = viewer.column() else { return Answer::SignIn };
        let answers = needs.iter().map(|&(word, thing)| self.one(viewer, column, word, thing));
        answers.into_iter().find(|answer| *answer != Answer::Allowed).unwrap_or(Answer::Allowed)
    }

    fn one(&self, viewer: Viewer, column: usize, word: &'static str, thing: Thing) -> Answer {
        // The Admins group is seen by another permission, and it is not one of those that can be managed.
        let is_admins = thing == Thing::Group(Circle::Admins);
        let is_hidden = is_admins && word == "directory.view";
        match self.0[if is_hidden { "admins.view" } else { word }][column] {
            "No" if is_hidden => Answer::Unknown,
            "No" => Answer::Refused,
            _ if word == "users.deleted" && thing == Thing::Person(Who::Deleted) => Answer::Allowed,
            _ if !thing.exists() || (is_admins && !is_hidden) => Answer::Unknown,
            // Nobody is invited to what gives access to nobody, and nothing begins there.
            _ if word == "accounts.create" && thing == Thing::Portfolio(Place::Closed) => Answer::Unknown,
            _ if word == "users.invite" && matches!(thing, Thing::Account(book) if book.place() == Place::Closed) => Answer::Unknown,
            _ if word == "users.deleted" && thing != Thing::Company => Answer::Unknown,
            "Yes" => Answer::Allowed,
            "In their portfolios" => within(viewer, word, thing),
            "In assigned accounts" => assigned(word, thing),
            "People only in their portfolios" => wholly(viewer, thing),
            cell => panic!("nothing is known about {cell:?}"),
        }
    }
}

fn within(viewer: Viewer, word: &str, thing: Thing) -> Answer {
    let own = viewer.portfolio();
    let is_inside = match thing {
        Thing::Company => true,
        Thing::Portfolio(place) => Some(place) == own,
        Thing::Person(who) => own.is_some_and(|own| who.places(viewer).contains(&own)),
        Thing::Account(book) if Some(book.place()) == own => true,
        // What is assigned to somebody is theirs under any role.
        Thing::Account(_) if viewer == Viewer::OtherPortfolioAdmin && (word.starts_with("accounts.") || word.starts_with("billing.")) => {
            return assigned(word, thing);
        }
        Thing::Account(_) | Thing::Group(_) => false,
    };
    if is_inside { Answer::Allowed } else { Answer::Unknown }
}

fn assigned(word: &str, thing: Thing) -> Answer {
    match (thing, word) {
        (Thing::Company, _)
        | (Thing::Account(Book::Edited), "accounts.view" | "accounts.edit")
        | (Thing::Account(Book::Billed), "accounts.view" | "billing.view") => Answer::Allowed,
        (Thing::Account(Book::Edited | Book::Billed), _) => Answer::Refused,
        _ => Answer::Unknown,
    }
}

fn wholly(viewer: Viewer, thing: Thing) -> Answer {
    let Thing::Person(who) = thing else { return Answer::Allowed };
    let (own, places) = (viewer.portfolio(), who.places(viewer));
    if !places.iter().any(|&place| Some(place) == own) {
        return Answer::Unknown;
    }
    if who != Who::Above && places.iter().all(|&place| Some(place) == own) { Answer::Allowed } else { Answer::Refused }
}
