//! A form's fields for serde, where a field that is a list may come several times and any other only once.

use serde::de::{
    Deserializer, Error as _, IntoDeserializer, Visitor,
    value::{Error, MapDeserializer, SeqDeserializer},
};

/// Reads the fields of a form: ticked boxes of one name into a list, everything else from its one value.
pub(super) fn read<T: serde::de::DeserializeOwned>(fields: Vec<(String, String)>) -> Result<T, Error> {
    let mut grouped = Vec::<(String, Values)>::new();
    for (name, value) in fields {
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.0.push(value),
            None => grouped.push((name, Values(vec![value]))),
        }
    }
    T::deserialize(MapDeserializer::new(grouped.into_iter()))
}

/// What came under one name.
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
        read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).ok()
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
}
