//! Layout of all mails, rendered as plain text and as HTML from one content, so that both parts agree.

use askama::Template;

use super::{
    messages::{Link, Rendered},
    text::{date, one_line, wrapped, wrapped_words},
};
use crate::domain::{clock::Timestamp, time_zone::TimeZone};

/// Content of a mail. The paragraphs, before the button, say who did what and until when it holds.
#[derive(Debug)]
pub(super) struct MailLayout {
    pub(super) subject: String,
    /// Text that mail programs list after the subject; hidden in the mail itself.
    pub(super) preheader: String,
    pub(super) heading: &'static str,
    pub(super) first_name: String,
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) action: Option<Action>,
    /// Small print after the button.
    pub(super) notes: Vec<&'static str>,
    pub(super) company: String,
}

/// The layout as HTML, with times in a zone.
#[derive(Template)]
#[template(path = "mail/layout.html")]
struct HtmlMailLayout<'a> {
    layout: &'a MailLayout,
    zone: TimeZone,
}

/// The layout as plain text, with times in a zone.
#[derive(Template)]
#[template(path = "mail/layout.txt")]
struct PlainMailLayout<'a> {
    layout: &'a MailLayout,
    zone: TimeZone,
}

/// Button of a mail.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) label: &'static str,
    pub(super) link: Link,
}

/// A paragraph in one line, which may end in a date, set in bold and never broken.
#[derive(Debug)]
pub(super) struct Paragraph {
    lead: String,
    at: Option<Timestamp>,
}

impl Paragraph {
    pub(super) fn plain(text: &str) -> Self {
        Self { lead: one_line(text), at: None }
    }

    /// A paragraph of `lead`, the date and a full stop.
    pub(super) fn dated(lead: &str, at: Timestamp) -> Self {
        Self { lead: one_line(lead), at: Some(at) }
    }

    fn date(&self, zone: TimeZone) -> Option<String> {
        self.at.map(|at| format!("{}.", date(at, zone)))
    }

    fn wrapped(&self, zone: TimeZone) -> String {
        let date = self.date(zone);
        wrapped_words(self.lead.split_whitespace().chain(date.as_deref()))
    }
}

impl MailLayout {
    pub(super) fn rendered(&self, zone: TimeZone) -> Result<Rendered, askama::Error> {
        Ok(Rendered {
            sender: self.sender(),
            subject: one_line(&self.subject),
            text: PlainMailLayout { layout: self, zone }.render()?,
            html: HtmlMailLayout { layout: self, zone }.render()?,
        })
    }

    fn sender(&self) -> String {
        match one_line(&self.company).as_str() {
            "" => "Usher".to_owned(),
            company => format!("{company} (Usher)"),
        }
    }

    /// Last line of the plain text.
    fn signature(&self) -> String {
        format!("Usher{}", self.of_company())
    }

    fn greeting(&self) -> String {
        match one_line(&self.first_name).as_str() {
            "" => "Hello,".to_owned(),
            name => format!("Hello {name},"),
        }
    }

    /// Suffix to the product's name in signatures: ", Northwind Trading"; empty without a company name.
    fn of_company(&self) -> String {
        match one_line(&self.company).as_str() {
            "" => String::new(),
            company => format!(", {company}"),
        }
    }
}
