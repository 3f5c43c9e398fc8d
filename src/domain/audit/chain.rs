//! Hash chain of the audit log, which reveals entries that were altered afterwards.

use sha2::{Digest, Sha256};

use super::Entry;

/// SHA-256 of an entry and of the hash before it.
pub type ChainHash = [u8; 32];

/// Predecessor of the first entry.
pub const CHAIN_START: ChainHash = [0; 32];

/// Hash of the entry at `sequence`, whose predecessor has the hash `previous`.
///
/// Input of the hash: `previous`, then each field as its length (8 bytes, big endian) and its bytes. Fields are the
/// sequence, the time in microseconds since 1970 and ids, all three in decimal; texts in UTF-8; details as they are
/// stored. A field without a value is the single byte 0x00; an entry without a place has three such fields.
pub fn chain_hash(previous: &ChainHash, sequence: i64, entry: &Entry) -> ChainHash {
    let actor_id = entry.by.id.map_or("\0".to_owned(), |id| id.to_string());
    let client_ip = entry.by.client_ip.as_deref().unwrap_or("\0");
    let [place_kind, place_id, place_name] = entry.place.as_ref().map_or_else(
        || std::array::from_fn(|_| "\0".to_owned()),
        |place| [place.kind.as_str().to_owned(), place.id.to_string(), place.name.clone()],
    );
    let fields = [
        &sequence.to_string(),
        &entry.at.and_utc().timestamp_micros().to_string(),
        &actor_id,
        &entry.by.name,
        entry.by.channel.as_str(),
        client_ip,
        entry.action.as_str(),
        entry.subject.kind.as_str(),
        &entry.subject.id.to_string(),
        &entry.subject.name,
        &place_kind,
        &place_id,
        &place_name,
        &entry.details,
    ];
    let mut hash = Sha256::new_with_prefix(previous);
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::{
        audit::{AuditAction, By, Channel, Subject, SubjectKind},
        ids::UserId,
    };

    fn entry() -> Entry {
        Entry {
            at: DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc(),
            by: By {
                id: Some(UserId(1)),
                name: "Maya Fischer".to_owned(),
                channel: Channel::Page,
                client_ip: Some("192.0.2.1".to_owned()),
            },
            action: AuditAction::UserDeactivated,
            subject: Subject { kind: SubjectKind::User, id: 7, name: "Jonas Vermeulen".to_owned() },
            place: None,
            details: r#"{"version":1}"#.to_owned(),
        }
    }

    #[test]
    fn any_change_of_an_entry_its_place_or_its_past_shows() {
        let original = chain_hash(&CHAIN_START, 1, &entry());
        assert_eq!(original, chain_hash(&CHAIN_START, 1, &entry()));
        let changes: [fn(&mut Entry); 9] = [
            |entry| entry.by.id = None,
            |entry| entry.by.name.push('x'),
            |entry| entry.by.client_ip = None,
            |entry| entry.by.channel = Channel::Worker,
            |entry| entry.action = AuditAction::UserDeleted,
            |entry| entry.subject.id = 8,
            |entry| entry.subject.name.clear(),
            |entry| entry.place = Some(entry.subject.clone()),
            |entry| entry.details.clear(),
        ];
        for change in changes {
            let mut entry = entry();
            change(&mut entry);
            assert_ne!(chain_hash(&CHAIN_START, 1, &entry), original, "{entry:?}");
        }
        assert_ne!(chain_hash(&CHAIN_START, 2, &entry()), original);
        assert_ne!(chain_hash(&original, 1, &entry()), original);
    }

    #[test]
    fn letters_cannot_move_from_one_field_to_the_next() {
        let (mut one, mut other) = (entry(), entry());
        one.by.name = "ab".to_owned();
        one.subject.name = "c".to_owned();
        other.by.name = "a".to_owned();
        other.subject.name = "bc".to_owned();
        assert_ne!(chain_hash(&CHAIN_START, 1, &one), chain_hash(&CHAIN_START, 1, &other));
    }
}
