//! The written table and its consequences: the oracle for answers. It reads the document, and never asks the policy.

use std::collections::HashMap;

/// User who makes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Viewer {
    Anonymous,
    /// Holder of an invitation page's cookies.
    Invited,
    /// Holder of an older session's cookie.
    Deactivated,
    User,
    /// Portfolio Admin of the portfolio with most things.
    PortfolioAdmin,
    /// Portfolio Admin of another portfolio, who works on accounts in the first.
    OtherPortfolioAdmin,
    Admin,
}

impl Viewer {
    pub(super) const ALL: [Self; 7] =
        [Self::Anonymous, Self::Invited, Self::Deactivated, Self::User, Self::PortfolioAdmin, Self::OtherPortfolioAdmin, Self::Admin];

    /// Column of the table.
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

    /// Active portfolio of a Portfolio Admin.
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
    /// Deactivated; assigned to the other Portfolio Admin too.
    Closed,
    Unknown,
}

/// A user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Oneself,
    /// Assigned in Nordic alone.
    InNordic,
    InSouth,
    InBoth,
    /// Assigned in the deactivated portfolio alone.
    InClosed,
    Nowhere,
    /// Portfolio Admin of Nordic.
    Peer,
    /// Admin with an account in Nordic.
    Above,
    Deleted,
    Unknown,
}

/// An account, relative to the User and the other Portfolio Admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Book {
    /// Assigned to neither.
    In(Place),
    /// Assigned to both, with editing details.
    Edited,
    /// Assigned to both, with viewing billing only.
    Billed,
    /// Assigned to both, in the deactivated portfolio.
    Shut,
}

/// A group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Circle {
    Admins,
    Custom,
    Unknown,
}

/// An asset, relative to the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    Own,
    /// Shared with every viewer to edit, and to view.
    Edited,
    Viewed,
    Unshared,
    Unknown,
}

/// Access that a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Demand {
    View,
    Edit,
    /// To edit, of an integration; else of a process.
    Connect,
    Own,
    /// Of a deleted asset.
    Restore,
}

/// Thing that a request concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Company,
    User(Who),
    Portfolio(Place),
    Account(Book),
    Group(Circle),
    Asset(Demand, Piece),
}

/// Answer by the table.
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
    /// Places with an assignment.
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
            Self::User(Who::Deleted | Who::Unknown)
                | Self::Portfolio(Place::Unknown)
                | Self::Account(Book::In(Place::Unknown))
                | Self::Group(Circle::Unknown)
                | Self::Asset(_, Piece::Unknown)
        )
    }

    /// A missing thing of the kind.
    pub(super) fn unknown(self) -> Self {
        match self {
            Self::Company => Self::Company,
            Self::User(_) => Self::User(Who::Unknown),
            Self::Portfolio(_) => Self::Portfolio(Place::Unknown),
            Self::Account(_) => Self::Account(Book::In(Place::Unknown)),
            Self::Group(_) => Self::Group(Circle::Unknown),
            Self::Asset(demand, _) => Self::Asset(demand, Piece::Unknown),
        }
    }
}

/// Words of permissions with the cells of their rows in `docs/permissions.md`.
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

    /// Answer to `viewer` for these permissions on these things, checked in order.
    pub(super) fn answer(&self, viewer: Viewer, needs: &[(&'static str, Thing)]) -> Answer {
        let Some(column) = viewer.column() else { return Answer::SignIn };
        let answers = needs.iter().map(|&(word, thing)| self.one(viewer, column, word, thing));
        answers.into_iter().find(|answer| *answer != Answer::Allowed).unwrap_or(Answer::Allowed)
    }

    fn one(&self, viewer: Viewer, column: usize, word: &'static str, thing: Thing) -> Answer {
        // Viewing Admins has a permission of its own, and the group cannot be managed like others.
        let is_admins = thing == Thing::Group(Circle::Admins);
        let is_hidden = is_admins && word == "directory.view";
        match self.0[if is_hidden { "admins.view" } else { word }][column] {
            "No" if is_hidden => Answer::Unknown,
            "No" => Answer::Refused,
            _ if word == "users.deleted" && thing == Thing::User(Who::Deleted) => Answer::Allowed,
            _ if !thing.exists() || (is_admins && !is_hidden) => Answer::Unknown,
            // Nothing new can be made or invited to in a deactivated portfolio.
            _ if word == "accounts.create" && thing == Thing::Portfolio(Place::Closed) => Answer::Unknown,
            _ if word == "users.invite" && matches!(thing, Thing::Account(book) if book.place() == Place::Closed) => Answer::Unknown,
            _ if word == "users.deleted" && thing != Thing::Company => Answer::Unknown,
            "Yes" => {
                if let Thing::Asset(demand, piece) = thing {
                    accessed(viewer, demand, piece)
                } else {
                    Answer::Allowed
                }
            }
            "In their portfolios" => within(viewer, word, thing),
            "In assigned accounts" => assigned(word, thing),
            "People only in their portfolios" => wholly(viewer, thing),
            // Another Portfolio Admin's is an Admin's to do.
            "Users only in their portfolios" => match (thing, wholly(viewer, thing)) {
                (Thing::User(Who::Peer | Who::Oneself), Answer::Allowed) => Answer::Refused,
                (_, answer) => answer,
            },
            cell => panic!("nothing is known about {cell:?}"),
        }
    }
}

fn within(viewer: Viewer, word: &str, thing: Thing) -> Answer {
    let own = viewer.portfolio();
    let is_inside = match thing {
        Thing::Company => true,
        Thing::Portfolio(place) => Some(place) == own,
        Thing::User(who) => own.is_some_and(|own| who.places(viewer).contains(&own)),
        Thing::Account(book) if Some(book.place()) == own => true,
        // Assignments of a user hold under any role.
        Thing::Account(_) if viewer == Viewer::OtherPortfolioAdmin && (word.starts_with("accounts.") || word.starts_with("billing.")) => {
            return assigned(word, thing);
        }
        Thing::Account(_) | Thing::Group(_) | Thing::Asset(..) => false,
    };
    if is_inside { Answer::Allowed } else { Answer::Unknown }
}

/// Answer by the access to an asset. Admins view all of them, and restore them.
fn accessed(viewer: Viewer, demand: Demand, piece: Piece) -> Answer {
    let is_admin = viewer == Viewer::Admin;
    let level = match piece {
        Piece::Own => 3,
        Piece::Edited => 2,
        Piece::Viewed => 1,
        Piece::Unshared if is_admin => 1,
        Piece::Unshared | Piece::Unknown => 0,
    };
    let wanted = match demand {
        Demand::Restore if is_admin || level == 3 => return Answer::Allowed,
        Demand::Restore => return Answer::Unknown,
        Demand::View => 1,
        Demand::Edit | Demand::Connect => 2,
        Demand::Own => 3,
    };
    match level {
        0 => Answer::Unknown,
        level if level < wanted => Answer::Refused,
        _ => Answer::Allowed,
    }
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
    let Thing::User(who) = thing else { return Answer::Allowed };
    let (own, places) = (viewer.portfolio(), who.places(viewer));
    if !places.iter().any(|&place| Some(place) == own) {
        return Answer::Unknown;
    }
    if who != Who::Above && places.iter().all(|&place| Some(place) == own) { Answer::Allowed } else { Answer::Refused }
}
