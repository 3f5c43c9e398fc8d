//! The key in an address by which a page of a list is found. `K` tells the place of a row.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{domain::clock::Timestamp, usecases::Position};

/// More rows than any list has.
const ROWS_MAX: u64 = u32::MAX as u64;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct PageKey<K> {
    pub(in crate::web) place: Place<K>,
    /// The number of its first row, which is only for showing; 0 where nobody knows.
    pub(in crate::web) from: u64,
    /// The moment that the list is of, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::web) at: Option<i64>,
}

/// Every page but the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::web) enum Place<K> {
    #[serde(rename = "a")]
    After(K),
    #[serde(rename = "b")]
    Before(K),
    #[serde(rename = "l")]
    Last,
}

impl<K> Place<K> {
    pub(in crate::web) fn map<T>(self, map: impl FnOnce(K) -> T) -> Place<T> {
        match self {
            Self::After(key) => Place::After(map(key)),
            Self::Before(key) => Place::Before(map(key)),
            Self::Last => Place::Last,
        }
    }
}

/// Time of a key. Only years that both databases write alike.
pub(in crate::web) fn timestamp(micros: i64) -> Option<Timestamp> {
    let time = DateTime::from_timestamp_micros(micros).filter(|time| (1970..=9999).contains(&time.year()));
    time.map(|time| time.naive_utc())
}

impl<K: Serialize + DeserializeOwned> PageKey<K> {
    /// From an address. `None` where no list of ours can have written it.
    pub(in crate::web) fn read(text: &str) -> Option<Self> {
        let key = serde_json::from_slice::<Self>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (key.from <= ROWS_MAX).then_some(key)
    }

    /// Text of the key in an address.
    pub(in crate::web) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Position of the page, if `key` knows the place.
    pub(in crate::web) fn position<C>(&self, key: impl FnOnce(&K) -> Option<C>) -> Option<Position<C>> {
        Some(match &self.place {
            Place::After(place) => Position::After(key(place)?),
            Place::Before(place) => Position::Before(key(place)?),
            Place::Last => Position::Last,
        })
    }
}
