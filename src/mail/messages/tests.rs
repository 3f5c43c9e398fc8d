//! Every mail with usual, empty, long and hostile names.

use super::*;
use crate::{
    domain::credentials::recovery::RecoveryStep,
    mail::{text::SUBJECT_MAX, transports::samples::now},
};

const LINK: &str = "https://usher.northwind.example/invitation/4fYk2mQ9vXc7JpLr0TsUaZ1bNdEgHiKoMqVwXyC3-_8";

/// One mail of each kind.
#[expect(clippy::too_many_lines, reason = "one of each kind")]
fn messages(name: &str, company: &str, link: &str) -> Vec<Message> {
    let (name, company, link) = (name.to_owned(), company.to_owned(), Link::new(link));
    let invitation = Invitation {
        invited_by: name.clone(),
        first_name: name.clone(),
        company: company.clone(),
        access: Access::new(crate::domain::user::DefaultRole::User, vec![name.clone(); 22]),
        link: link.clone(),
        term: "24 hours".to_owned(),
        expires_at: now() + chrono::TimeDelta::days(1),
    };
    let expires_at = invitation.expires_at;
    let reset =
        PasswordReset { asked_by: Some(name.clone()), first_name: name.clone(), company: company.clone(), link: link.clone(), expires_at };
    let one = || vec![name.clone()];
    let assignments = Assignments { given: vec![name.clone(), name.clone()], changed: one(), taken: one(), paused: one(), resumed: one() };
    let change = ByOther { first_name: name.clone(), by: name.clone(), company: company.clone(), at: now() };
    let address = AddressChange { change: change.clone(), new: name.clone(), link: link.clone(), expires_at, is_own: false };
    let notice = AddressNotice { change: change.clone(), who: name.clone(), old: name.clone(), new: name.clone() };
    let factor = TwoFactorChanged {
        first_name: name.clone(),
        company: company.clone(),
        at: now(),
        change: TwoFactorChange::CodeUsed { left: 1 },
        link: link.clone(),
    };
    let passkey = PasskeyChanged {
        first_name: name.clone(),
        company: company.clone(),
        at: now(),
        change: PasskeyChange::Suspected,
        name: name.clone(),
        link: link.clone(),
    };
    vec![
        Message::Invitation(invitation.clone()),
        Message::InvitationAgain(invitation),
        Message::Test(Test { company, server: name.clone(), at: now() }),
        Message::AccessBlocked(change.clone()),
        Message::AccessDeactivated(change.clone()),
        Message::AccessRestored(AccessRestored { change: change.clone(), became_user: true, link: link.clone() }),
        Message::UserDeleted(change.clone()),
        Message::AdminAppointed(change.clone()),
        Message::AdminRemoved(change.clone()),
        Message::AdminAppointedNotice(AdminAppointedNotice { change: change.clone(), who: name.clone() }),
        Message::AssignmentsChanged(AssignmentsChanged { change: change.clone(), assignments: assignments.clone() }),
        Message::UserEdited(UserEdited { change: change.clone(), name: Some(name.clone()), role: Some("User".to_owned()), assignments }),
        Message::SignedOut(change.clone()),
        Message::PasswordReset(reset.clone()),
        Message::PasswordChanged(PasswordChanged {
            first_name: name.clone(),
            company: reset.company.clone(),
            at: now(),
            link: link.clone(),
            is_in_account: true,
        }),
        Message::RecoveryNotice(RecoveryNotice {
            change: change.clone(),
            who: name.clone(),
            is_you: false,
            steps: RecoveryStep::ALL.to_vec(),
        }),
        Message::AddressConfirm(address.clone()),
        Message::AddressStop(address),
        Message::AddressStays(AddressStays { change: change.clone(), old: name.clone(), new: name.clone() }),
        Message::AddressChanged(AddressChanged {
            change: change.clone(),
            old: name.clone(),
            new: name.clone(),
            is_own: false,
            undo_until: Some(expires_at),
        }),
        Message::AddressChangedNotice(notice.clone()),
        Message::AddressUndone(AddressUndone {
            first_name: name.clone(),
            company: reset.company.clone(),
            old: name.clone(),
            new: name.clone(),
            at: now(),
        }),
        Message::AddressUndoneNotice(notice),
        Message::TwoFactorChanged(factor),
        Message::PasskeyChanged(passkey),
        Message::TwoFactorReminder(TwoFactorReminder { change: change.clone(), link: link.clone() }),
        Message::TwoFactorReset(change.clone()),
        Message::TwoFactorResetNotice(TwoFactorResetNotice { change: change.clone(), who: name.clone() }),
        Message::AuditHead(AuditHead {
            first_name: name.clone(),
            company: reset.company.clone(),
            head: format!("9999999:{}", "0123456789abcdef".repeat(4)),
            at: Some(now()),
            damaged_at: None,
        }),
        Message::AuditDamaged(AuditDamaged { first_name: name.clone(), company: reset.company, entry: 412, at: now() }),
        Message::OwnerChanged(OwnerChanged { change, asset: Some(name.clone()), count: 2, other: name, is_new: false, keeps_edit: true }),
    ]
}

fn has_link(message: &Message) -> bool {
    matches!(
        message,
        Message::Invitation(_)
            | Message::InvitationAgain(_)
            | Message::AccessRestored(_)
            | Message::PasswordReset(_)
            | Message::PasswordChanged(_)
            | Message::TwoFactorChanged(_)
            | Message::PasskeyChanged(_)
            | Message::TwoFactorReminder(_)
            | Message::AddressConfirm(_)
            | Message::AddressStop(_)
    )
}

/// Checks that hold for every mail, with any names in it.
fn check(message: &Message) -> Rendered {
    let rendered = message.render(TimeZone::UTC).unwrap();
    let Rendered { subject, text, html, .. } = &rendered;
    assert!((1..=SUBJECT_MAX).contains(&subject.chars().count()), "{subject}");
    assert!(!subject.contains(char::is_control), "{subject:?}");
    let times = usize::from(has_link(message));
    assert_eq!(text.matches(LINK).count(), times, "{text}");
    assert_eq!(text.lines().filter(|line| *line == LINK).count(), times, "{text}");
    assert_eq!(html.matches("padding:12px 22px").count(), times, "one button: {html}");
    assert_eq!(html.matches(LINK).count(), 3 * times, "button, address and its text: {html}");
    for line in text.lines() {
        assert!(line.chars().count() <= 72 || !line.contains(' '), "{line}");
    }
    assert!(!text.contains("\n\n\n") && text.starts_with("Hello") && !text.contains('\r'), "{text}");
    assert!(text.trim_end().lines().last().unwrap_or_default().starts_with("Usher") || text.contains("\n\nUsher,"), "{text}");
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>") && html.contains("<html lang=\"en\">"));
    for remote in ["<img", "src=\"", "@import", "url(", "<script", "<link"] {
        assert!(!html.contains(remote), "{remote} in {html}");
    }
    assert!(!format!("{message:?} {rendered:?}").contains("4fYk2mQ9"), "a link in a debug print ends up in a log");
    rendered
}

/// Visible text of the HTML, in one line.
fn seen(html: &str) -> String {
    let (_, body) = html.split_once("<body").unwrap();
    let mut text = body.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text)).collect::<String>();
    for (entity, character) in [("&#39;", "'"), ("&#34;", "\""), ("&#38;", "&")] {
        text = text.replace(entity, character);
    }
    in_one_line(&text)
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn usual_names() {
    let rendered = messages("Maya Fischer", "Northwind Trading", LINK).iter().map(check).collect::<Vec<_>>();
    let subjects = rendered.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>();
    assert_eq!(
        subjects,
        [
            "Maya Fischer invited you to Northwind Trading",
            "New invitation to Northwind Trading",
            "Test mail from Usher",
            "Your access to Northwind Trading is blocked",
            "Your access to Northwind Trading is deactivated",
            "Your access to Northwind Trading is restored",
            "Your Usher sign-in at Northwind Trading was deleted",
            "You are now an Admin of Northwind Trading",
            "You are no longer an Admin of Northwind Trading",
            "Maya Fischer is now an Admin of Northwind Trading",
            "Your assignments at Northwind Trading have changed",
            "Your Usher sign-in at Northwind Trading was changed",
            "You are signed out of Northwind Trading",
            "Reset your Usher password",
            "Your Usher password was changed",
            "A recovery link was made for Maya Fischer",
            "Confirm your Usher email address",
            "Your Usher email address is about to change",
            "Email change cancelled",
            "Your Usher email address was changed",
            "Email address of a user was changed",
            "Your Usher email address was changed back",
            "Email address of a user was changed back",
            "A recovery code was used",
            "A passkey may have been copied",
            "Please turn two-factor on",
            "Two-factor turned off for your user",
            "Two-factor of a user was reset",
            "Newest audit log hash of Northwind Trading",
            "The audit log of Northwind Trading is damaged",
            "You no longer own Maya Fischer at Northwind Trading",
        ]
    );
    assert!(rendered.iter().all(|mail| mail.text.is_ascii() && mail.html.is_ascii()), "plain names make mails that need no encoding");
}

#[test]
fn html_says_what_the_text_says() {
    for message in messages("Maya \"M\" O'Neil & Sons", "Café Löwe", LINK) {
        let Rendered { text, html, .. } = check(&message);
        let html = seen(&html);
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.contains(LINK)) {
            let paragraph = in_one_line(paragraph);
            assert!(html.contains(&paragraph), "{paragraph} in {html}");
        }
    }
}

#[test]
fn empty_names() {
    let rendered = messages("", "", LINK).iter().map(check).collect::<Vec<_>>();
    assert_eq!(rendered[0].subject, "An administrator invited you to Usher");
    assert!(rendered[0].text.starts_with("Hello,\n\nAn administrator invited you to the console Usher."), "{}", rendered[0].text);
    assert!(rendered.iter().all(|mail| mail.text.ends_with("\n\nUsher\n")));
}

#[test]
fn long_names() {
    for (name, company) in [
        ("M".repeat(100), "N".repeat(100)),
        ("Maximiliane ".repeat(8), "Ödön & ".repeat(14)),
        (format!("{}@example.com", "m".repeat(64)), "N".to_owned()),
    ] {
        let rendered = messages(&name, &company, LINK).iter().map(check).collect::<Vec<_>>();
        assert!(rendered[0].subject.contains(" invited you to "), "{}", rendered[0].subject);
        assert!(rendered[9].subject.contains(" is now an Admin of "), "{}", rendered[9].subject);
    }
}

#[test]
fn hostile_names() {
    for name in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "x\r\nBcc: x@example.com",
        "x\n\n<h1>",
        "'\"&{{ 7*7 }}{% if %}",
        "\u{202E}reveihc\u{202C} \u{2066}x\u{2069}\u{200B}\u{FEFF}",
        "a\u{2028}b\u{2029}c\0\u{1b}[31m",
        "=?utf-8?b?PHNjcmlwdD4=?=",
        "</td></tr></table>",
    ] {
        for message in messages(name, name, LINK) {
            let Rendered { subject, text, html, .. } = check(&message);
            assert!(!html.contains("<h1>"), "{html}");
            assert_eq!(html.matches("</table>").count(), if has_link(&message) { 3 } else { 2 });
            for part in [&subject, &text, &html] {
                assert!(!part.lines().any(|line| line.starts_with("Bcc")), "{part}");
                assert!(!part.chars().any(|c| c != '\n' && crate::domain::text::is_unprintable(c)), "{part:?}");
            }
        }
    }
}

#[test]
fn an_invitation_says_who_for_what_and_until_when_before_the_button() {
    for message in &messages("Maya Fischer", "Northwind Trading", LINK)[..2] {
        let Rendered { text, html, .. } = check(message);
        for part in [in_one_line(&text), seen(&html)] {
            let button = part.rfind("Accept invitation").unwrap();
            for words in [
                "Maya Fischer invited you to Northwind Trading's console",
                "This invitation is valid for 24 hours, until",
                "21 November 2026, 09:20 UTC",
            ] {
                assert!(part.find(words).unwrap_or_else(|| panic!("{words} in {part}")) < button);
            }
            for words in ["The link works once.", "If you didn't expect this mail, ignore it"] {
                assert!(part.contains(words), "{words} in {part}");
            }
            let again = in_one_line(&part).contains("the earlier link no longer works");
            assert_eq!(again, message.kind() == MailKind::InvitationAgain);
        }
    }
}

#[test]
fn a_reset_says_who_asked_for_it_and_how_long_the_link_works() {
    for (asked_by, words, note) in [
        (
            Some("Maya Fischer".to_owned()),
            "Maya Fischer, an administrator, asked you to choose a new password",
            "Until you do, your password",
        ),
        (None, "Someone, probably you, requested a new password", "If it wasn't you, ignore this mail"),
    ] {
        let (first_name, company, link) = ("Hana".to_owned(), "Northwind Trading".to_owned(), Link::new(LINK));
        let reset = PasswordReset { asked_by, first_name, company, link, expires_at: now() };
        let text = in_one_line(&check(&Message::PasswordReset(reset)).text);
        for words in [words, note, "once, for one hour, until 20 November 2026, 09:20 UTC."] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn every_time_follows_the_zone_and_names_it() {
    let zone = "America/Argentina/ComodRivadavia".parse().unwrap();
    for message in messages("Maya Fischer", "Northwind Trading", LINK) {
        let (utc, local) = (message.render(TimeZone::UTC).unwrap(), message.render(zone).unwrap());
        for (utc, local) in [(utc.text, local.text), (utc.html, local.html)] {
            let (utc, local) = (in_one_line(&utc), in_one_line(&local));
            let times = utc.matches(":20 UTC").count();
            assert_eq!(local.matches(":20 (America/Argentina/ComodRivadavia)").count(), times, "{local}");
            assert_eq!(utc.matches(" 09:20 ").count(), local.matches(" 06:20 ").count(), "{local}");
            assert!(!local.contains("UTC"), "{local}");
        }
    }
}

#[test]
fn both_addresses_are_told_what_changes_from_what_to_what() {
    let change =
        ByOther { first_name: "Hana".to_owned(), by: "Maya Fischer".to_owned(), company: "Northwind Trading".to_owned(), at: now() };
    let (old, new) = ("hana@example.com".to_owned(), "novotna@example.com".to_owned());
    let asked = AddressChange { change: change.clone(), new: new.clone(), link: Link::new(LINK), expires_at: now(), is_own: false };
    let own = AddressChange { is_own: true, ..asked.clone() };
    for (message, words) in [
        (
            Message::AddressConfirm(asked.clone()),
            "Maya Fischer asked to change your email address in Northwind Trading's console, Usher, to novotna@example.com.",
        ),
        (
            Message::AddressStop(asked),
            "Maya Fischer asked to change your email address in Northwind Trading's console, Usher, to novotna@example.com.",
        ),
        (
            Message::AddressChanged(AddressChanged {
                change: change.clone(),
                old: old.clone(),
                new: new.clone(),
                is_own: false,
                undo_until: None,
            }),
            "was changed from hana@example.com to novotna@example.com. Maya Fischer requested it",
        ),
        (Message::AddressConfirm(own.clone()), "Maya Fischer asked to use this address to sign in to Northwind Trading's console, Usher."),
        (
            Message::AddressStop(own),
            "You, or someone with your password, asked to change your email address in Northwind Trading's console, Usher, to",
        ),
        (
            Message::AddressChanged(AddressChanged { change, old, new, is_own: true, undo_until: Some(now()) }),
            "It was requested in My account, and confirmed at the new address on 20 November 2026, 09:20 UTC. You are signed out everywhere. \
             Sign in with the new address and your current password. You can undo this with the link in the earlier mail, \"Your Usher \
             email address is about to change\" and your password, until 20 November 2026, 09:20 UTC.",
        ),
    ] {
        let text = in_one_line(&check(&message).text);
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_link_cannot_break_out_of_its_line_or_its_attribute() {
    let message = &messages("Maya", "N", "https://h/?a=1&b=\"><script>\r\n x")[0];
    let Rendered { text, html, .. } = message.render(TimeZone::UTC).unwrap();
    assert!(text.contains("\nhttps://h/?a=1&b=\"><script>x\n"), "{text}");
    assert!(!html.contains("<script") && !html.contains("b=\""), "{html}");
}

#[test]
fn messages_survive_being_stored() {
    let mut kinds = Vec::new();
    for message in messages("Mäyä", "N", LINK) {
        let stored = serde_json::to_value(&message).unwrap();
        assert_eq!(stored["kind"], message.kind().as_str());
        kinds.push(message.kind());
        assert_eq!(serde_json::from_value::<Message>(stored).unwrap(), message);
    }
    assert_eq!(kinds, MailKind::ALL);
}
