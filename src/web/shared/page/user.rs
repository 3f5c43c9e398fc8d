//! Users and their statuses on pages.

use crate::domain::{
    ids::UserId,
    user::{Status, Who},
};

/// Classes of the stylesheet for the colours of avatars.
const TINTS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// Name, address and avatar of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLabel {
    pub id: UserId,
    /// "First Last"; the address of a user without a name.
    pub name: String,
    /// Name in sentences: the first name; the address of a user without a name.
    pub short_name: String,
    pub email: String,
    pub initials: String,
    pub tint: &'static str,
}

impl UserLabel {
    /// True if the user has a name besides the address.
    pub fn is_named(&self) -> bool {
        self.name != self.email
    }
}

impl From<&Who> for UserLabel {
    fn from(who: &Who) -> Self {
        Self {
            id: who.id,
            name: who.display_name(),
            short_name: who.short_name().to_owned(),
            email: who.email.clone(),
            initials: initials(who),
            tint: tint(who.id),
        }
    }
}

/// First letters of both names; of the address, for a user without a name.
fn initials(who: &Who) -> String {
    let first_letter = |text: &str| text.chars().find(|c| c.is_alphanumeric());
    let names = [&who.first_name, &who.last_name];
    let letters = names.into_iter().filter_map(|name| first_letter(name)).collect::<String>();
    let letters = if letters.is_empty() { first_letter(&who.email).into_iter().collect() } else { letters };
    letters.to_uppercase()
}

/// Colour by a hash of the id, so that neighbours differ and a user keeps theirs.
fn tint(id: UserId) -> &'static str {
    let hash = id.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let count = TINTS.len() as u64;
    usize::try_from(hash % count).ok().and_then(|place| TINTS.get(place)).copied().unwrap_or(TINTS[0])
}

/// A status as word, colour and icon, never as colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    pub word: &'static str,
    pub class: &'static str,
    pub icon: &'static str,
}

impl From<Status> for Badge {
    fn from(status: Status) -> Self {
        let (class, icon) = match status {
            Status::Active => ("ok", "check"),
            Status::Deactivated => ("", "ban"),
            Status::Invited => ("info", "mail"),
            Status::Expired => ("warn", "clock"),
        };
        Self { word: status.label(), class, icon }
    }
}

impl From<&Status> for Badge {
    fn from(status: &Status) -> Self {
        (*status).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(first_name: &str, last_name: &str) -> Who {
        Who { id: UserId(7), first_name: first_name.into(), last_name: last_name.into(), email: "maya@example.com".into() }
    }

    #[test]
    fn initials_come_from_the_names_or_the_address() {
        for (first, last, letters) in
            [("Maya", "Fischer", "MF"), ("ólafur", "", "Ó"), ("", "", "M"), ("(Bob)", "O’Neill", "BO"), ("山田", "太郎", "山太")]
        {
            assert_eq!(initials(&who(first, last)), letters);
        }
    }

    #[test]
    fn tints_are_spread() {
        let mut used = (1..=12).map(|id| tint(UserId(id))).collect::<Vec<_>>();
        used.sort_unstable();
        used.dedup();
        assert!(used.len() >= 5, "{used:?}");
    }
}
