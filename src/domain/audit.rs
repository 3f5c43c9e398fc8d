//! What is written down about each change, and the chain that shows when somebody altered it afterwards.

use sha2::{Digest, Sha256};

use super::{clock::Timestamp, ids::UserId, stored::stored_enum};

stored_enum! {
    /// What was done.
    AuditAction {
        CompanySetUp = "company.set_up",
        CompanyMadeUp = "company.made_up",
        KeyReplaced = "company.key_replaced",
        SignIn = "session.sign_in",
        SignOut = "session.sign_out",
        SessionsEnded = "session.all_ended",
        UserInvited = "user.invited",
        InvitationResent = "invitation.resent",
        InvitationRequested = "invitation.requested",
        InvitationRevoked = "invitation.revoked",
        InvitationAccepted = "invitation.accepted",
        InvitationLinkSeen = "invitation.link_seen",
        PasswordResetRequested = "password.reset_requested",
        PasswordResetSent = "password.reset_sent",
        PasswordReset = "password.reset",
        EmailChangeAsked = "email.change_asked",
        EmailChangeWithdrawn = "email.change_withdrawn",
        EmailChangeStopped = "email.change_stopped",
        EmailChanged = "email.changed",
        UserCreated = "user.created",
        UserDeactivated = "user.deactivated",
        UserReactivated = "user.reactivated",
        UserDeleted = "user.deleted",
        UserRestored = "user.restored",
        AdminAppointed = "admin.appointed",
        AdminRemoved = "admin.removed",
        GroupCreated = "group.created",
        GroupRenamed = "group.renamed",
        GroupDeleted = "group.deleted",
        GroupMemberAdded = "group.member_added",
        GroupMemberRemoved = "group.member_removed",
        MailFailed = "mail.failed",
        MailSentAgain = "mail.sent_again",
        UserEdited = "user.edited",
        PortfolioCreated = "portfolio.created",
        PortfolioEdited = "portfolio.edited",
        PortfolioDeactivated = "portfolio.deactivated",
        PortfolioReactivated = "portfolio.reactivated",
        AccountCreated = "account.created",
        AccountEdited = "account.edited",
        AccountMoved = "account.moved",
        BillingUpdated = "billing.updated",
        AssignmentGiven = "assignment.given",
        AssignmentChanged = "assignment.changed",
        AssignmentTaken = "assignment.taken",
        AssignmentTakenOver = "assignment.taken_over",
        AssignmentLeftOut = "assignment.left_out",
        UsersExported = "users.exported",
    }
}

/// Who did it. Names are kept as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// `None` for the system and the command line.
    pub id: Option<UserId>,
    pub name: String,
    /// The network address, or how else it came in: "command line".
    pub source: String,
}

stored_enum! {
    /// What kind of thing something was done to.
    SubjectKind {
        Company = "company",
        User = "user",
        Group = "group",
        Mail = "mail",
        Portfolio = "portfolio",
        Account = "account",
    }
}

/// To whom or what it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: i64,
    pub name: String,
}

/// One entry, as its author hands it in. The log adds the sequence and the hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub by: By,
    pub action: AuditAction,
    pub subject: Subject,
    /// In which portfolio or account it happened, where it happened in one and was done to somebody or something else.
    pub place: Option<Subject>,
    /// What changed, as a JSON object with `before` and `after` where both exist. Never a secret.
    pub details: serde_json::Value,
}

/// SHA-256 of an entry and of the hash before it.
pub type ChainHash = [u8; 32];

/// What stands before the first entry.
pub const CHAIN_START: ChainHash = [0; 32];

/// The hash of the entry at `sequence`, whose predecessor has the hash `previous`.
///
/// Hashed are `previous` and then each field as its length (8 bytes, big endian) and its bytes: the sequence, the time in microseconds since
/// 1970 and ids in decimal, texts in UTF-8, details as they are stored. A field without a value is hashed as the single byte 0x00; an entry
/// without a place has three such fields.
pub fn chain_hash(previous: &ChainHash, sequence: i64, entry: &Entry) -> ChainHash {
    let actor_id = entry.by.id.map_or("\0".to_owned(), |id| id.to_string());
    let [place_kind, place_id, place_name] = entry.place.as_ref().map_or_else(
        || std::array::from_fn(|_| "\0".to_owned()),
        |place| [place.kind.as_str().to_owned(), place.id.to_string(), place.name.clone()],
    );
    let fields = [
        sequence.to_string(),
        entry.at.and_utc().timestamp_micros().to_string(),
        actor_id,
        entry.by.name.clone(),
        entry.by.source.clone(),
        entry.action.as_str().to_owned(),
        entry.subject.kind.as_str().to_owned(),
        entry.subject.id.to_string(),
        entry.subject.name.clone(),
        place_kind,
        place_id,
        place_name,
        entry.details.to_string(),
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
    use super::*;
    use chrono::DateTime;
    use serde_json::json;

    fn entry() -> Entry {
        Entry {
            at: DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc(),
            by: By { id: Some(UserId(1)), name: "Maya Fischer".to_owned(), source: "192.0.2.1".to_owned() },
            action: AuditAction::UserDeactivated,
            subject: Subject { kind: SubjectKind::User, id: 7, name: "Jonas Vermeulen".to_owned() },
            place: None,
            details: json!({"before": "Active", "after": "Deactivated"}),
        }
    }

    #[test]
    fn any_change_of_an_entry_its_place_or_its_past_shows() {
        let original = chain_hash(&CHAIN_START, 1, &entry());
        assert_eq!(original, chain_hash(&CHAIN_START, 1, &entry()));
        let changes: [fn(&mut Entry); 8] = [
            |entry| entry.by.id = None,
            |entry| entry.by.name.push('x'),
            |entry| entry.by.source.clear(),
            |entry| entry.action = AuditAction::UserDeleted,
            |entry| entry.subject.id = 8,
            |entry| entry.subject.name.clear(),
            |entry| entry.place = Some(entry.subject.clone()),
            |entry| entry.details = json!({}),
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
        one.by.source = "c".to_owned();
        other.by.name = "a".to_owned();
        other.by.source = "bc".to_owned();
        assert_ne!(chain_hash(&CHAIN_START, 1, &one), chain_hash(&CHAIN_START, 1, &other));
    }
}
