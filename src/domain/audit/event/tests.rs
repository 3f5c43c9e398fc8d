use std::collections::BTreeSet;

use chrono::DateTime;

use super::*;
use crate::domain::two_factor_policy::TwoFactorPolicy;

const NAMES: Names<'_> = Names { actor: "Maya Fischer", subject: "Noor van Dijk", is_reader: false, place: "Fjord Foods" };

/// An event of each kind, with its stored details.
#[expect(clippy::too_many_lines, reason = "a table of all events")]
fn samples() -> Vec<(AuditEvent, &'static str)> {
    use AuditEvent::*;
    use TwoFactorAudience::Everyone;
    let day = NaiveDate::from_ymd_opt(2027, 1, 31).unwrap();
    let settings = |name, policy: Option<(_, _)>| {
        let two_factor = policy.map_or(TwoFactorPolicy::NONE, |(audience, from)| TwoFactorPolicy::new(audience, from));
        Box::new(SettingsFields::from(&Company { name: str::to_owned(name), two_factor, ..Company::sample() }))
    };
    let expires_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let text = str::to_owned;
    let user = || Named { id: 7, name: text("Noor van Dijk") };
    let named = |name| Named::new(3, name);
    let permissions = AssignmentPermissions::default();
    let fields = |name| UserFields {
        first_name: text(name),
        last_name: String::new(),
        email: text("noor@example.com"),
        default_role: DefaultRole::User,
    };
    let portfolio = |name| PortfolioFields { name: text(name), notes: String::new() };
    let account = |name| AccountFields { name: text(name), website: String::new(), notes: String::new() };
    let asset = |name| AssetFields { name: text(name), description: String::new(), account: None };
    let connection = |address| ConnectionFields { kind: ConnectionKind::Rest, base_address: text(address) };
    let finance = || Grantee { kind: SubjectKind::Group, id: 3, name: text("Finance") };
    let billing = |city| BillingFields { city: text(city), ..BillingFields::default() };
    vec![
        (CompanySetUp {}, r#"{"version":1}"#),
        (
            DemoCreated { users: 2000, recorded: 1000, seed: 1, admin: text("maya@example.com") },
            r#"{"admin":"maya@example.com","recorded":1000,"seed":1,"users":2000,"version":1}"#,
        ),
        (KeyReplaced { mails_cancelled: 2, sessions_ended: 3 }, r#"{"mails_cancelled":2,"sessions_ended":3,"version":1}"#),
        (UsersExported { list: text("Users, by name"), portfolio: None }, r#"{"list":"Users, by name","portfolio":null,"version":1}"#),
        (AccessExported { on: "2026-05-31".to_owned() }, r#"{"on":"2026-05-31","version":1}"#),
        (
            AuditExported { filters: text("Action: Mail"), format: ExportFormat::JsonLines },
            r#"{"filters":"Action: Mail","format":"jsonl","version":1}"#,
        ),
        (RefusalsExported { filters: text("Text: noor") }, r#"{"filters":"Text: noor","version":1}"#),
        (SignedIn { browser: text("Firefox") }, r#"{"browser":"Firefox","version":1}"#),
        (SignedOut {}, r#"{"version":1}"#),
        (SessionsEnded { sessions: 2 }, r#"{"sessions":2,"version":1}"#),
        (SessionEnded { browser: text("Firefox") }, r#"{"browser":"Firefox","version":1}"#),
        (IdentityConfirmed { method: ProofMethod::Password }, r#"{"method":"password","version":1}"#),
        (OtherSessionsEnded { sessions: 2 }, r#"{"sessions":2,"version":1}"#),
        (OldestSessionsEnded { sessions: 2 }, r#"{"sessions":2,"version":1}"#),
        (
            UserInvited { email: text("noor@example.com"), role: DefaultRole::PortfolioAdmin, expires_at },
            r#"{"email":"noor@example.com","expires_at":"2027-01-15T08:00:00Z","role":"portfolio_admin","version":1}"#,
        ),
        (InvitationResent { expires_at }, r#"{"expires_at":"2027-01-15T08:00:00Z","version":1}"#),
        (InvitationRequested { expires_at }, r#"{"expires_at":"2027-01-15T08:00:00Z","version":1}"#),
        (InvitationRevoked { email: text("noor@example.com") }, r#"{"email":"noor@example.com","version":1}"#),
        (InvitationAccepted { email: text("noor@example.com") }, r#"{"email":"noor@example.com","version":1}"#),
        (InvitationLinkViewed {}, r#"{"version":1}"#),
        (PasswordResetRequested { expires_at }, r#"{"expires_at":"2027-01-15T08:00:00Z","version":1}"#),
        (PasswordResetSent { expires_at }, r#"{"expires_at":"2027-01-15T08:00:00Z","version":1}"#),
        (RecoveryLinkMade { expires_at }, r#"{"expires_at":"2027-01-15T08:00:00Z","version":1}"#),
        (
            RecoveryAcknowledged { made_by: text("root at the command line"), made_at: expires_at },
            r#"{"made_at":"2027-01-15T08:00:00Z","made_by":"root at the command line","version":1}"#,
        ),
        (PasswordReset { sessions_ended: 1 }, r#"{"sessions_ended":1,"version":1}"#),
        (PasswordChanged { sessions_ended: 1 }, r#"{"sessions_ended":1,"version":1}"#),
        (AppearanceChanged { before: Appearance::System, after: Appearance::Dark }, r#"{"after":"dark","before":"system","version":1}"#),
        (TwoFactorTurnedOn {}, r#"{"version":1}"#),
        (TwoFactorTurnedOff {}, r#"{"version":1}"#),
        (TwoFactorReminded {}, r#"{"version":1}"#),
        (TwoFactorReset { sessions_ended: 1 }, r#"{"sessions_ended":1,"version":1}"#),
        (RecoveryCodesRenewed {}, r#"{"version":1}"#),
        (RecoveryCodeUsed { left: 9 }, r#"{"left":9,"version":1}"#),
        (PasskeyAdded { name: text("Chrome on Windows") }, r#"{"name":"Chrome on Windows","version":1}"#),
        (PasskeyRenamed { before: text("Phone"), after: text("Old phone") }, r#"{"after":"Old phone","before":"Phone","version":1}"#),
        (PasskeyRemoved { name: text("Phone") }, r#"{"name":"Phone","version":1}"#),
        (PasskeySuspected { name: text("Phone") }, r#"{"name":"Phone","version":1}"#),
        (
            EmailChangeRequested { before: text("a@example.com"), after: text("b@example.com"), expires_at },
            r#"{"after":"b@example.com","before":"a@example.com","expires_at":"2027-01-15T08:00:00Z","version":1}"#,
        ),
        (EmailChangeWithdrawn { email: Some(text("b@example.com")) }, r#"{"email":"b@example.com","version":1}"#),
        (
            EmailChangeCancelled { email: Some(text("b@example.com")), requested_by: None },
            r#"{"email":"b@example.com","requested_by":null,"version":1}"#,
        ),
        (SignInRestored {}, r#"{"version":1}"#),
        (
            EmailChangeUndone { before: text("b@example.com"), after: text("a@example.com"), requested_by: Some(user()) },
            r#"{"after":"a@example.com","before":"b@example.com","requested_by":{"id":7,"name":"Noor van Dijk"},"version":1}"#,
        ),
        (
            EmailChanged { before: text("a@example.com"), after: text("b@example.com"), requested_by: user() },
            r#"{"after":"b@example.com","before":"a@example.com","requested_by":{"id":7,"name":"Noor van Dijk"},"version":1}"#,
        ),
        (
            UserEdited { before: fields("Noor"), after: fields("Noor van Dijk") },
            r#"{"after":{"default_role":"user","email":"noor@example.com","first_name":"Noor van Dijk","last_name":""},"before":{"default_role":"user","email":"noor@example.com","first_name":"Noor","last_name":""},"version":1}"#,
        ),
        (UserDemoted { reason: DemotionReason::GrantorsLostRight }, r#"{"reason":"grantors_lost_right","version":1}"#),
        (
            UserDeactivated { before: Status::Active, after: Status::Deactivated },
            r#"{"after":"deactivated","before":"active","version":1}"#,
        ),
        (
            UserReactivated { before: Status::Deactivated, after: Status::Invited },
            r#"{"after":"invited","before":"deactivated","version":1}"#,
        ),
        (
            UserDeleted {
                email: text("noor@example.com"),
                status: Status::Expired,
                groups: vec![named("Finance")],
                portfolios: vec![],
                accounts: vec![],
                shares: 4,
                assets: 9,
                sessions_ended: 2,
            },
            r#"{"accounts":[],"assets":9,"email":"noor@example.com","groups":[{"id":3,"name":"Finance"}],"portfolios":[],"sessions_ended":2,"shares":4,"status":"expired","version":1}"#,
        ),
        (UserPurged { email: text("noor@example.com") }, r#"{"email":"noor@example.com","version":1}"#),
        (UserRestored { email: text("noor@example.com") }, r#"{"email":"noor@example.com","version":1}"#),
        (AdminCreated { email: text("noor@example.com") }, r#"{"email":"noor@example.com","version":1}"#),
        (AdminAppointed {}, r#"{"version":1}"#),
        (AdminRemoved {}, r#"{"version":1}"#),
        (GroupCreated {}, r#"{"version":1}"#),
        (GroupRenamed { before: text("Finance"), after: text("Money") }, r#"{"after":"Money","before":"Finance","version":1}"#),
        (
            GroupDeleted { members: vec![named("Noor")], member_count: 1 },
            r#"{"member_count":1,"members":[{"id":3,"name":"Noor"}],"version":1}"#,
        ),
        (GroupMemberAdded {}, r#"{"version":1}"#),
        (GroupMemberRemoved {}, r#"{"version":1}"#),
        (PortfolioCreated { notes: String::new() }, r#"{"notes":"","version":1}"#),
        (
            PortfolioEdited { before: portfolio("Nordic"), after: portfolio("Nordic Brands") },
            r#"{"after":{"name":"Nordic Brands","notes":""},"before":{"name":"Nordic","notes":""},"version":1}"#,
        ),
        (PortfolioDeactivated {}, r#"{"version":1}"#),
        (PortfolioReactivated {}, r#"{"version":1}"#),
        (AccountCreated { website: String::new(), notes: String::new() }, r#"{"notes":"","version":1,"website":""}"#),
        (
            AccountEdited { before: account("Fjord"), after: account("Fjord Foods") },
            r#"{"after":{"name":"Fjord Foods","notes":"","website":""},"before":{"name":"Fjord","notes":"","website":""},"version":1}"#,
        ),
        (
            AccountMoved { before: named("Nordic"), after: named("DACH") },
            r#"{"after":{"id":3,"name":"DACH"},"before":{"id":3,"name":"Nordic"},"version":1}"#,
        ),
        (AccountMovedOut { after: named("DACH") }, r#"{"after":{"id":3,"name":"DACH"},"version":1}"#),
        (
            BillingUpdated { before: Some(billing("Bergen").into()), after: billing("Oslo").into() },
            r#"{"after":{"address_line_1":"","address_line_2":"","city":"Oslo","country":"","email":"","legal_name":"","postal_code":"","purchase_order":"","tax_id":""},"before":{"address_line_1":"","address_line_2":"","city":"Bergen","country":"","email":"","legal_name":"","postal_code":"","purchase_order":"","tax_id":""},"version":1}"#,
        ),
        (AssignmentAdded { permissions: Some(permissions) }, r#"{"permissions":{"edit_details":true,"see_billing":false},"version":1}"#),
        (
            AssignmentChanged { before: permissions, after: AssignmentPermissions { sees_billing: true, ..permissions } },
            r#"{"after":{"edit_details":true,"see_billing":true},"before":{"edit_details":true,"see_billing":false},"version":1}"#,
        ),
        (AssignmentRemoved { permissions: None }, r#"{"permissions":null,"version":1}"#),
        (AssignmentReassigned { before: Some(named("Hana Novotná")) }, r#"{"before":{"id":3,"name":"Hana Novotná"},"version":1}"#),
        (AssignmentNotRestored {}, r#"{"version":1}"#),
        (AssignmentWithheld { grantor: Some(named("Hana Novotná")) }, r#"{"grantor":{"id":3,"name":"Hana Novotná"},"version":1}"#),
        (VerificationRequested {}, r#"{"version":1}"#),
        (DamageFound { entry: 412 }, r#"{"entry":412,"version":1}"#),
        (
            SettingsChanged { before: settings("Nordwind", None), after: settings("Northwind", Some((Everyone, day))) },
            r#"{"after":{"deleted_kept":2592000,"groups_invitation_term":86400,"invitations_per_hour":1000,"mails_audit_head":false,"name":"Northwind","password_min":15,"permissions_invitation_term":432000,"session_absolute":43200,"session_idle":3600,"sessions_per_user":20,"time_zone":"UTC","two_factor_for":"everyone","two_factor_from":"2027-01-31"},"before":{"deleted_kept":2592000,"groups_invitation_term":86400,"invitations_per_hour":1000,"mails_audit_head":false,"name":"Nordwind","password_min":15,"permissions_invitation_term":432000,"session_absolute":43200,"session_idle":3600,"sessions_per_user":20,"time_zone":"UTC","two_factor_for":"nobody","two_factor_from":null},"version":1}"#,
        ),
        (
            AssetCreated { kind: AssetKind::Process, folder: Some(named("Close")), account: None },
            r#"{"account":null,"folder":{"id":3,"name":"Close"},"kind":"process","version":1}"#,
        ),
        (
            AssetEdited { before: asset("Close"), after: asset("Month-end close") },
            r#"{"after":{"account":null,"description":"","name":"Month-end close"},"before":{"account":null,"description":"","name":"Close"},"version":1}"#,
        ),
        (AssetMoved { before: None, after: Some(named("Close")) }, r#"{"after":{"id":3,"name":"Close"},"before":null,"version":1}"#),
        (AssetDeleted { kind: AssetKind::Folder, count: 3 }, r#"{"count":3,"kind":"folder","version":1}"#),
        (AssetRestored { count: 3, owner: user() }, r#"{"count":3,"owner":{"id":7,"name":"Noor van Dijk"},"version":1}"#),
        (
            AssetShared { with: finance(), level: ShareLevel::View },
            r#"{"level":"view","version":1,"with":{"id":3,"kind":"group","name":"Finance"}}"#,
        ),
        (
            AssetShareChanged { with: finance(), before: ShareLevel::View, after: ShareLevel::Edit },
            r#"{"after":"edit","before":"view","version":1,"with":{"id":3,"kind":"group","name":"Finance"}}"#,
        ),
        (
            AssetShareRemoved { with: finance(), level: ShareLevel::Edit },
            r#"{"level":"edit","version":1,"with":{"id":3,"kind":"group","name":"Finance"}}"#,
        ),
        (
            AssetOwnerChanged { before: user(), after: named("Finance"), count: 2, assets: vec![5, 6] },
            r#"{"after":{"id":3,"name":"Finance"},"assets":[5,6],"before":{"id":7,"name":"Noor van Dijk"},"count":2,"version":1}"#,
        ),
        (AssetVersionSaved { number: 4, bytes: 312, restored_from: None }, r#"{"bytes":312,"number":4,"restored_from":null,"version":1}"#),
        (
            AssetConnectionEdited { before: Some(connection("http://a.example")), after: connection("https://a.example") },
            r#"{"after":{"base_address":"https://a.example","kind":"rest"},"before":{"base_address":"http://a.example","kind":"rest"},"version":1}"#,
        ),
        (AssetSecretReplaced {}, r#"{"version":1}"#),
        (AssetSecretRemoved {}, r#"{"version":1}"#),
        (MailFailed { reply: text("550 No such user"), attempts: 5 }, r#"{"attempts":5,"reply":"550 No such user","version":1}"#),
        (MailRetried {}, r#"{"version":1}"#),
        (MailsRetried { mails: vec![3, 4] }, r#"{"mails":[3,4],"version":1}"#),
        (TestMailSent {}, r#"{"version":1}"#),
    ]
}

#[test]
fn every_event_is_stored_in_its_permanent_shape_and_read_back() {
    let samples = samples();
    for (event, stored) in &samples {
        assert_eq!(event.to_details(), *stored);
        assert_eq!(AuditEvent::from_details(event.action(), stored).unwrap(), *event);
    }
    let actions = samples.iter().map(|(event, _)| event.action()).collect::<BTreeSet<_>>();
    assert_eq!(actions, AuditAction::ALL.iter().copied().collect());
}

#[test]
fn details_of_another_version_or_shape_are_not_read() {
    let read = |details| AuditEvent::from_details(AuditAction::UserRestored, details);
    assert!(matches!(read(r#"{"email":"noor@example.com","version":2}"#), Err(UnreadableEvent::Version)));
    assert!(matches!(read(r#"{"email":"noor@example.com"}"#), Err(UnreadableEvent::Version)));
    assert!(matches!(read("[]"), Err(UnreadableEvent::Version)));
    assert!(matches!(read(r#"{"version":1}"#), Err(UnreadableEvent::Shape(_))));
    assert!(matches!(read("{"), Err(UnreadableEvent::Shape(_))));
}

#[test]
fn a_sentence_names_the_fields_that_changed() {
    let fields = |name: &str, email: &str| UserFields {
        first_name: name.to_owned(),
        last_name: String::new(),
        email: email.to_owned(),
        default_role: DefaultRole::User,
    };
    let edited = |before, after| AuditEvent::UserEdited { before, after }.describe(NAMES);
    assert_eq!(edited(fields("A", "a"), fields("B", "b")), "Maya Fischer edited name and email of Noor van Dijk");
    assert_eq!(edited(fields("A", "a"), fields("A", "a")), "Maya Fischer edited details of Noor van Dijk");
    let toggled = |edits_details, sees_billing| AssignmentPermissions { edits_details, sees_billing };
    let changed = |before, after| AuditEvent::AssignmentChanged { before, after }.describe(NAMES);
    let expected = "Maya Fischer removed \"Edit details\" and allowed \"See billing\" on Fjord Foods for Noor van Dijk";
    assert_eq!(changed(toggled(true, false), toggled(false, true)), expected);
}

#[test]
fn a_version_that_is_brought_back_is_named() {
    let event = AuditEvent::AssetVersionSaved { number: 6, bytes: 312, restored_from: Some(3) };
    assert_eq!(event.describe(NAMES), "Maya Fischer brought back version 3 of Noor van Dijk");
}

/// Texts, numbers and times of details, without ids.
fn leaves(details: &Value) -> Vec<String> {
    match details {
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "id" && *name != "version").flat_map(|(_, field)| leaves(field)).collect()
        }
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(_) | Value::Null => Vec::new(),
    }
}

#[test]
fn the_changes_and_facts_of_an_event_hold_all_of_its_values_that_a_reader_looks_for() {
    for (event, stored) in samples() {
        let facts = event.facts().into_iter().map(|fact| match fact.value {
            FactValue::Text(text) => text,
            FactValue::Time(time) => time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        let changes = event.changes();
        let told = changes.iter().flat_map(|change| [change.before.clone(), change.after.clone()]).chain(facts).collect::<Vec<_>>();
        // A retried mail is told by its number, an unchanged field not at all.
        let is_told = |value: &String| match event {
            AuditEvent::UserEdited { .. } => told.contains(value) || ["noor@example.com", "user"].contains(&value.as_str()),
            AuditEvent::MailsRetried { .. } => told == ["2"],
            // Unchanged settings are not told.
            AuditEvent::SettingsChanged { ref before, ref after } => {
                let is_unchanged = [before, after].iter().all(|fields| leaves(&json!(fields)).contains(value));
                is_unchanged || told.iter().any(|told| told.to_lowercase() == value.to_lowercase())
            }
            AuditEvent::AssetConnectionEdited { .. } => told.contains(value) || value == "rest",
            _ => {
                let words = value.replace('_', " ").to_lowercase();
                told.iter().any(|told| told.contains(value) || told.to_lowercase() == words)
            }
        };
        let missing = leaves(&serde_json::from_str(stored).unwrap()).into_iter().filter(|value| !is_told(value)).collect::<Vec<_>>();
        let is_coded = matches!(event, AuditEvent::UserDemoted { .. } | AuditEvent::AuditExported { .. });
        assert!(missing.is_empty() || is_coded, "{event:?} does not tell {missing:?}");
    }
}

#[test]
fn only_fields_that_differ_are_changes() {
    let permissions = AssignmentPermissions::default();
    let event = AuditEvent::AssignmentChanged { before: permissions, after: AssignmentPermissions { sees_billing: true, ..permissions } };
    assert_eq!(event.changes(), [Change { label: "See billing", before: "Off".to_owned(), after: "On".to_owned() }]);
}

#[test]
fn the_table_in_the_docs_tells_the_fields_and_the_sentence_of_every_event() {
    let docs = include_str!("../../../../docs/audit.md");
    let missing = samples().into_iter().map(|(event, stored)| {
        let details = serde_json::from_str::<Value>(stored).unwrap();
        let fields = details.as_object().unwrap().keys().filter(|field| *field != "version");
        let fields = fields.map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        format!("| `{}` | {} | {} |", event.action().as_str(), if fields.is_empty() { "–" } else { &fields }, event.describe(NAMES))
    });
    let missing = missing.filter(|row| !docs.contains(row)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "docs/audit.md lacks\n{}", missing.join("\n"));
}

#[test]
fn no_sentence_says_of_you() {
    let names = Names { actor: "You", subject: "you", is_reader: true, place: "Fjord Foods" };
    for (event, _) in samples().iter().filter(|(event, _)| is_about_users(event.action())) {
        let sentence = event.describe(names);
        assert!(!sentence.contains("of you") && !sentence.contains("Of you"), "{sentence}");
    }
}

/// True for events whose subject may be a user who reads about themselves.
fn is_about_users(action: AuditAction) -> bool {
    use crate::domain::audit::ActionGroup;
    matches!(action.group(), ActionGroup::SignIns | ActionGroup::Users | ActionGroup::Groups | ActionGroup::Assignments)
}
