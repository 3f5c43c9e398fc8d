//! Fields of a form for serde: a list field may appear several times, any other only once.

use std::collections::HashMap;

use serde::de::{
    Deserializer, Error as _, IntoDeserializer, Visitor,
    value::{Error, MapDeserializer, SeqDeserializer},
};

use crate::web::shared::steps;

/// Most distinct names of fields in a form.
const NAMES_MAX: usize = 64;

/// Values of the fields of a form by name.
pub(in crate::web) struct Fields(HashMap<String, Vec<String>>);

impl Fields {
    /// Groups the values by name; `None` for more names than any form has.
    pub(super) fn grouped(fields: Vec<(String, String)>) -> Option<Self> {
        let mut grouped = HashMap::<_, Vec<_>>::new();
        for (name, value) in fields {
            steps::count(1);
            grouped.entry(name).or_default().push(value);
            if grouped.len() > NAMES_MAX {
                return None;
            }
        }
        Some(Self(grouped))
    }

    /// The only value of a field.
    pub(in crate::web) fn get(&self, name: &str) -> Option<&str> {
        match self.0.get(name)?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// Removes and returns the only value of a field.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        Values(self.0.remove(name)?).single().ok()
    }

    /// Reads the fields into `T`: repeated names as a list, all others as one value.
    pub(super) fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        T::deserialize(MapDeserializer::new(self.0.into_iter().map(|(name, values)| (name, Values(values)))))
    }
}

/// Values of one name.
struct Values(Vec<String>);

impl Values {
    fn single(self) -> Result<String, Error> {
        <[String; 1]>::try_from(self.0).map(|[value]| value).map_err(|_| Error::custom("a field came twice"))
    }
}

impl IntoDeserializer<'_, Error> for Values {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.single()?.parse().map_err(Error::custom)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Values {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.single()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single()?.into_deserializer().deserialize_enum(name, variants, visitor)
    }

    parsed! { deserialize_bool => visit_bool, deserialize_i32 => visit_i32, deserialize_i64 => visit_i64, deserialize_u32 => visit_u32, deserialize_u64 => visit_u64 }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::ids::UserId;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sent {
        name: String,
        version: i32,
        one: Option<UserId>,
        #[serde(default)]
        many: Vec<UserId>,
    }

    fn sent(fields: &[(&str, &str)]) -> Option<Sent> {
        Fields::grouped(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())?.read().ok()
    }

    #[test]
    fn boxes_of_one_name_are_a_list() {
        let (name, version) = (String::new(), 3);
        let fields = [("many", "7"), ("name", ""), ("version", "3"), ("many", "8"), ("one", "9")];
        assert_eq!(sent(&fields), Some(Sent { name: name.clone(), version, one: Some(UserId(9)), many: vec![UserId(7), UserId(8)] }));
        assert_eq!(sent(&[("name", ""), ("version", "3")]), Some(Sent { name, version, one: None, many: vec![] }));
    }

    #[test]
    fn anything_else_comes_once() {
        for extra in [("name", "b"), ("version", "1"), ("one", "2"), ("unknown", "x"), ("many", "x")] {
            let fields = [("name", "a"), ("version", "3"), ("one", "1"), extra];
            assert_eq!(sent(&fields), None, "{extra:?}");
        }
        assert_eq!(sent(&[("name", "a"), ("version", "3.5")]), None);
    }

    #[test]
    fn a_form_has_at_most_64_names() {
        let fields = |count: usize| (0..count).map(|place| (place.to_string(), String::new())).collect::<Vec<_>>();
        assert!(Fields::grouped(fields(64)).is_some());
        assert!(Fields::grouped(fields(65)).is_none());
        let (of_one_name, half) = (vec![("user".to_owned(), "7".to_owned()); 1000], fields(32));
        assert!(Fields::grouped([half, of_one_name].concat()).is_some());
    }

    #[test]
    fn fields_are_read_up_to_the_first_name_too_many() {
        let distinct = |place: usize| (place.to_string(), String::new());
        let steps = |size| steps::of(|| Fields::grouped((0..size).map(distinct).collect()));
        assert_eq!(steps(100), steps(10_000));
    }
}
