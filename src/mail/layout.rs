//! The form that all mails share: said once, rendered as plain text and as HTML, so that the two parts cannot say different things.

use askama::Template;

use super::{
    messages::{Link, Rendered},
    text::{date, one_line, wrapped, wrapped_words},
};
use crate::domain::clock::Timestamp;

/// A mail before it has a form. Who, for what and until when stand in the paragraphs, before the button.
#[derive(Template, Debug)]
#[template(path = "mail/layout.html")]
pub(super) struct MailLayout {
    pub(super) subject: String,
    /// What lists of mails show after the subject; hidden in the mail itself.
    pub(super) preheader: String,
    pub(super) heading: &'static str,
    pub(super) first_name: String,
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) action: Option<Action>,
    /// Small print after the button.
    pub(super) notes: Vec<&'static str>,
    pub(super) company: String,
}

/// The layout as plain text.
#[derive(Template)]
#[template(path = "mail/layout.txt")]
struct PlainMailLayout<'a> {
    layout: &'a MailLayout,
}

/// The one thing to do.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) label: &'static str,
    pub(super) link: Link,
}

/// A paragraph, which may end in a date, set in bold and never broken. In one line, whatever the names in it hold.
#[derive(Debug)]
pub(super) struct Paragraph {
    lead: String,
    date: Option<String>,
}

impl Paragraph {
    pub(super) fn plain(text: &str) -> Self {
        Self { lead: one_line(text), date: None }
    }

    /// `lead`, then the date and a full stop.
    pub(super) fn dated(lead: &str, at: Timestamp) -> Self {
        Self { lead: one_line(lead), date: Some(date(at)) }
    }

    fn wrapped(&self) -> String {
        let date = self.date.as_ref().map(|date| format!("{date}."));
        wrapped_words(self.lead.split_whitespace().chain(date.as_deref()))
    }
}

impl MailLayout {
    pub(super) fn rendered(&self) -> Result<Rendered, askama::Error> {
        Ok(Rendered {
            sender: self.sender(),
            subject: one_line(&self.subject),
            text: PlainMailLayout { layout: self }.render()?,
            html: self.render()?,
        })
    }

    fn sender(&self) -> String {
        match one_line(&self.company).as_str() {
            "" => "Usher".to_owned(),
            company => format!("{company} (Usher)"),
        }
    }

    /// The last line of the plain text.
    fn signature(&self) -> String {
        format!("Usher{}", self.of_company())
    }

    fn greeting(&self) -> String {
        match one_line(&self.first_name).as_str() {
            "" => "Hello,".to_owned(),
            name => format!("Hello {name},"),
        }
    }

    /// What follows the product's name wherever the mail says who writes: the company, where it has a name.
    fn of_company(&self) -> String {
        match one_line(&self.company).as_str() {
            "" => String::new(),
            company => format!(", {company}"),
        }
    }
}
