//! Classification of the mail server's replies.
//!
//! A failure is permanent only if the reply concerns the recipient or names the message. An unknown sender, a wrong
//! password, a full quota or a disliked greeting would refuse every mail alike, so mails wait until the cause is fixed.
//! A policy may be against one recipient or message as well as against Usher; replies do not tell which.

use crate::mail::SendErrorKind;

/// Stage of a conversation with the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The connection, the server's banner and EHLO.
    Greeting,
    StartTls,
    SignIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO, for the one recipient that a mail has.
    Recipient,
    /// The command DATA, before the message.
    Data,
    /// The message, to its final dot.
    Message,
}

/// Subject and detail of an enhanced status code: 1 and 8 of `5.1.8` (RFC 3463).
pub(super) type Enhanced = (u16, u16);

/// Consequence of the reply `code` at this stage.
pub(super) fn classify(stage: Stage, code: u16, enhanced: Option<Enhanced>) -> SendErrorKind {
    match stage {
        Stage::Greeting | Stage::StartTls | Stage::SignIn | Stage::Sender => SendErrorKind::Server,
        Stage::Recipient | Stage::Data | Stage::Message if code >= 500 => refused(stage, code, enhanced),
        Stage::Recipient | Stage::Data | Stage::Message => postponed(stage, code, enhanced),
    }
}

/// Consequence of a missing reply. Once the recipient was accepted, silence may be about the mail, and the mail may
/// have arrived.
pub(super) fn unanswered(stage: Stage) -> SendErrorKind {
    match stage {
        Stage::Recipient | Stage::Message => SendErrorKind::Temporary,
        Stage::Greeting | Stage::StartTls | Stage::SignIn | Stage::Sender | Stage::Data => SendErrorKind::Server,
    }
}

/// Consequence of a reply of class 5.
fn refused(stage: Stage, code: u16, enhanced: Option<Enhanced>) -> SendErrorKind {
    // Missing or failed authentication (RFC 4954), by any enhanced code.
    let is_about_signing_in = matches!(code, 530 | 534 | 535 | 538);
    let concerns_the_mail = match enhanced {
        Some(enhanced) => names_recipient(stage, enhanced) || names_message(enhanced),
        // Without an enhanced code only the stage tells the subject of a reply: these codes refuse an address.
        None => stage == Stage::Recipient && matches!(code, 501 | 550 | 551 | 553 | 556),
    };
    match enhanced {
        _ if is_about_signing_in => SendErrorKind::Server,
        _ if concerns_the_mail => SendErrorKind::Permanent,
        Some((7, _)) if stage != Stage::Data => SendErrorKind::Unclear,
        None if code == 554 && stage != Stage::Data => SendErrorKind::Unclear,
        _ => SendErrorKind::Server,
    }
}

/// Consequence of a reply of class 4. Greylisting or a full mailbox concerns one mail, for which two days are enough.
fn postponed(stage: Stage, code: u16, enhanced: Option<Enhanced>) -> SendErrorKind {
    let is_about_the_session = matches!(code, 421 | 454);
    let concerns_the_mail = match enhanced {
        Some((7, _)) => stage != Stage::Data,
        Some(enhanced) => names_recipient(stage, enhanced) || names_message(enhanced),
        None => code == 450 && stage != Stage::Data || code == 451 && stage == Stage::Recipient,
    };
    match enhanced {
        _ if concerns_the_mail && !is_about_the_session => SendErrorKind::Temporary,
        // Relaying is denied for now: to this recipient or to all.
        Some((7, _)) if code == 454 && stage == Stage::Recipient => SendErrorKind::Unclear,
        _ => SendErrorKind::Server,
    }
}

/// True if an enhanced code is about the recipient's address, mailbox or host. 1.7 and 1.8 are about the sender's.
/// After DATA, servers use 2.0 and own details for anything that the sender may not do.
fn names_recipient(stage: Stage, (subject, detail): Enhanced) -> bool {
    match (subject, detail) {
        (1, 7 | 8) => false,
        (1, 1..) | (2, 1..=4) => true,
        (1 | 2, 0) | (4, 1 | 4 | 6) => stage == Stage::Recipient,
        _ => false,
    }
}

/// True if an enhanced code is about the message: its content, or a size beyond the server's limit.
fn names_message((subject, detail): Enhanced) -> bool {
    subject == 6 || (subject, detail) == (3, 4)
}

/// Enhanced status code at the beginning of a reply's text, if its class fits the reply (RFC 2034).
pub(super) fn enhanced(code: u16, words: &str) -> Option<Enhanced> {
    let mut parts = words.split_whitespace().next()?.split('.');
    let mut part = || parts.next().filter(|part| part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u16>().ok();
    let (class, subject, detail) = (part()?, part()?, part()?);
    (class == code / 100 && parts.next().is_none()).then_some((subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use SendErrorKind::{Permanent, Server, Temporary, Unclear};
    use Stage::{Data, Greeting, Message, Recipient, Sender, SignIn, StartTls};

    fn classified(stage: Stage, reply: &str) -> SendErrorKind {
        let (code, words) = reply.split_once(' ').unwrap_or((reply, ""));
        let code = code.parse().unwrap();
        classify(stage, code, enhanced(code, words))
    }

    /// Replies with their consequences at RCPT TO, after DATA and after the final dot. Before RCPT TO, all are the
    /// server's trouble.
    const TABLE: &[(&str, [SendErrorKind; 3])] = &[
        ("421", [Server, Server, Server]),
        ("421 4.3.2", [Server, Server, Server]),
        ("450", [Temporary, Server, Temporary]),
        ("450 4.1.1", [Temporary, Temporary, Temporary]),
        ("450 4.1.8", [Server, Server, Server]),
        ("450 4.2.0", [Temporary, Server, Server]),
        ("451", [Temporary, Server, Server]),
        ("450 4.7.1", [Temporary, Server, Temporary]),
        ("451 4.3.0", [Server, Server, Server]),
        ("452", [Server, Server, Server]),
        ("452 4.2.2", [Temporary, Temporary, Temporary]),
        ("452 4.3.1", [Server, Server, Server]),
        ("452 4.5.3", [Server, Server, Server]),
        ("454 4.7.0", [Unclear, Server, Server]),
        ("500 5.5.2", [Server, Server, Server]),
        ("501", [Permanent, Server, Server]),
        ("501 5.1.3", [Permanent, Permanent, Permanent]),
        ("501 5.5.4", [Server, Server, Server]),
        ("503 5.5.1", [Server, Server, Server]),
        ("521", [Server, Server, Server]),
        ("530", [Server, Server, Server]),
        ("530 5.1.1", [Server, Server, Server]),
        ("534 5.7.9", [Server, Server, Server]),
        ("535 5.7.8", [Server, Server, Server]),
        ("538", [Server, Server, Server]),
        ("550", [Permanent, Server, Server]),
        ("550 5.1.0", [Permanent, Server, Server]),
        ("550 5.1.1", [Permanent, Permanent, Permanent]),
        ("550 5.1.2", [Permanent, Permanent, Permanent]),
        ("550 5.1.7", [Server, Server, Server]),
        ("550 5.1.8", [Server, Server, Server]),
        ("550 5.1.10", [Permanent, Permanent, Permanent]),
        ("550 5.2.0", [Permanent, Server, Server]),
        ("550 5.2.1", [Permanent, Permanent, Permanent]),
        ("550 5.2.252", [Server, Server, Server]),
        ("550 5.4.1", [Permanent, Server, Server]),
        ("550 5.4.5", [Server, Server, Server]),
        ("550 5.7.1", [Unclear, Server, Unclear]),
        ("550 5.7.26", [Unclear, Server, Unclear]),
        ("550 4.1.1", [Permanent, Server, Server]),
        ("454", [Server, Server, Server]),
        ("551", [Permanent, Server, Server]),
        ("551 5.7.1", [Unclear, Server, Unclear]),
        ("552", [Server, Server, Server]),
        ("552 5.2.2", [Permanent, Permanent, Permanent]),
        ("552 5.2.3", [Permanent, Permanent, Permanent]),
        ("552 5.3.1", [Server, Server, Server]),
        ("552 5.3.4", [Permanent, Permanent, Permanent]),
        ("553", [Permanent, Server, Server]),
        ("553 5.7.1", [Unclear, Server, Unclear]),
        ("554", [Unclear, Server, Unclear]),
        ("554 5.3.0", [Server, Server, Server]),
        ("554 5.5.1", [Server, Server, Server]),
        ("554 5.6.0", [Permanent, Permanent, Permanent]),
        ("554 5.6.3", [Permanent, Permanent, Permanent]),
        ("554 5.7.1", [Unclear, Server, Unclear]),
        ("555", [Server, Server, Server]),
        ("556", [Permanent, Server, Server]),
    ];

    #[test]
    fn final_is_only_what_concerns_the_recipient_or_names_the_message() {
        for (reply, kinds) in TABLE {
            for (stage, kind) in [Recipient, Data, Message].into_iter().zip(kinds) {
                assert_eq!(classified(stage, reply), *kind, "{reply} at {stage:?}");
            }
        }
    }

    #[test]
    fn before_the_recipient_is_named_every_refusal_is_the_servers_trouble() {
        for (reply, _) in TABLE {
            for stage in [Greeting, StartTls, SignIn, Sender] {
                assert_eq!(classified(stage, reply), Server, "{reply} at {stage:?}");
            }
        }
    }

    #[test]
    fn silence_concerns_the_mail_only_where_the_mail_may_be_its_cause() {
        for stage in [Greeting, StartTls, SignIn, Sender, Data] {
            assert_eq!(unanswered(stage), Server, "{stage:?}");
        }
        for stage in [Recipient, Message] {
            assert_eq!(unanswered(stage), Temporary, "{stage:?}");
        }
    }

    #[test]
    fn an_enhanced_code_has_three_numbers_and_the_class_of_its_reply() {
        assert_eq!(enhanced(550, "5.1.10 <a@b> no"), Some((1, 10)));
        for words in ["", "no such user", "4.1.1 x", "5.1", "5.1.1.1 x", "5.1.1: x", "5..1 x", "5.1.1000 x", "５.1.1"] {
            assert_eq!(enhanced(550, words), None, "{words}");
        }
    }
}
