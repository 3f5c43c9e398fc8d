//! A mail with everything that its headers need, and its wire format.

use std::time::SystemTime;

use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{Date, HeaderName, HeaderValue},
    },
};

use super::{Rendered, text::one_line};
use crate::domain::{clock::Timestamp, email_address::EmailAddress, sender::Sender};

/// A mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `<…@host>`, equal at every attempt, so that a duplicate can be recognized.
    pub message_id: String,
    pub from: Sender,
    pub to: EmailAddress,
    pub date: Timestamp,
    pub rendered: Rendered,
}

/// Reason for which a mail has no valid wire format. A further attempt would change nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum MalformedMail {
    #[error("The mail's Message-ID is malformed")]
    MessageId,
    #[error("The mail cannot be addressed: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("The mail cannot be built: {0}")]
    Mail(#[from] lettre::error::Error),
}

impl Outgoing {
    /// Text first, then HTML: mail programs show the last part that they support.
    pub(super) fn to_wire(&self) -> Result<lettre::Message, MalformedMail> {
        if !is_message_id(&self.message_id) {
            return Err(MalformedMail::MessageId);
        }
        let Rendered { sender, subject, text, html } = &self.rendered;
        let message = lettre::Message::builder()
            .message_id(Some(self.message_id.clone()))
            .header(Date::new(SystemTime::from(self.date.and_utc())))
            .from(Mailbox::new(Some(self.from.name.as_ref().unwrap_or(sender).clone()), ascii(&self.from.address)?))
            .to(Mailbox::new(None, ascii(&self.to)?))
            .subject(one_line(subject))
            // Keeps autoresponders silent (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(text.clone(), html.clone()))?;
        Ok(message)
    }
}

/// The address with its host in ASCII, since not every server accepts others. The local part stays as typed, since only
/// its host knows if case matters there.
fn ascii(address: &EmailAddress) -> Result<Address, lettre::address::AddressError> {
    let typed = address.as_str();
    let local = typed.rsplit_once('@').map_or(typed, |(local, _)| local);
    let host = address.key().rsplit_once('@').map_or("", |(_, host)| host);
    Address::new(local, host)
}

/// True if `text` is `<left@right>` in printable ASCII without blanks or brackets inside.
fn is_message_id(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    inner.and_then(|inner| inner.split_once('@')).is_some_and(|(left, right)| {
        [left, right].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>@".contains(&byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::transports::samples::outgoing;

    fn wire(mail: &Outgoing) -> String {
        String::from_utf8(mail.to_wire().unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_mail_has_its_headers_and_two_parts_text_first() {
        let mail = wire(&outgoing());
        for header in [
            "Message-ID: <17@usher.example>\r\n",
            "Date: Fri, 20 Nov 2026 09:20:00 +0000\r\n",
            "From: Usher <usher@usher.example>\r\n",
            "To: Noor@example.com\r\n",
            "Subject: Test mail from Usher\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
        ] {
            assert_eq!(mail.matches(header).count(), 1, "{header} in {mail}");
        }
        let text = mail.find("Content-Type: text/plain; charset=utf-8").unwrap();
        let html = mail.find("Content-Type: text/html; charset=utf-8").unwrap();
        assert!(text < html);
    }

    #[test]
    fn no_line_is_longer_than_servers_take() {
        let rendered =
            Rendered { sender: "ö".repeat(100), subject: "ö\"".repeat(300), text: "<ö>".repeat(900), html: "&#34;".repeat(900) };
        let mail = wire(&Outgoing { rendered, ..outgoing() });
        assert!(mail.is_ascii() && mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')), "{mail}");
    }

    #[test]
    fn hosts_go_out_in_ascii_and_names_encoded() {
        let from = Sender::parse("Café Löwe, \"Usher\" <usher@löwe.example>").unwrap();
        let mail = wire(&Outgoing { from, to: EmailAddress::parse("Noor@löwe.example").unwrap(), ..outgoing() });
        assert!(mail.contains("To: Noor@xn--lwe-sna.example\r\n"), "{mail}");
        assert!(mail.contains("<usher@xn--lwe-sna.example>"), "{mail}");
        assert!(mail.contains("From: =?utf-8?"), "{mail}");
        assert!(mail.is_ascii());
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        for subject in ["a\r\nBcc: x@example.com", "a\nBcc: x@example.com", "a\r\n\r\n<b>", "ä\r\nBcc: x@example.com\u{202E}"] {
            let mail = wire(&Outgoing { rendered: Rendered { subject: subject.to_owned(), ..outgoing().rendered }, ..outgoing() });
            let (headers, _) = mail.split_once("\r\n\r\n").unwrap();
            assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
            assert!(headers.contains("Auto-Submitted"), "{headers}");
        }
    }

    #[test]
    fn a_message_id_is_one_word_in_angle_brackets() {
        for id in [
            "",
            "17@host",
            "<17>",
            "<@host>",
            "<17@>",
            "<1 7@host>",
            "<17@host>\r\nBcc: x@example.com",
            "<17@ho>st>",
            "<1@2@3>",
            "<ä@host>",
        ] {
            assert!(matches!(Outgoing { message_id: id.to_owned(), ..outgoing() }.to_wire(), Err(MalformedMail::MessageId)), "{id}");
        }
    }
}
