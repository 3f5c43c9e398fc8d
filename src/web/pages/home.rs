//! Home: figures and tasks of administrators, and everyone's own accounts and assets.

pub mod chart;

use askama::Template;

use crate::{
    domain::{time_zone::ZonedTime, user::Status, user_list::LastSignIn},
    usecases::{
        self,
        home::{self, FirstStep, Home},
    },
    web::{
        pages::{
            accounts::list::AccountListQuery,
            users::list::{
                query::{UserListQuery, word},
                status_help,
            },
        },
        shared::{
            list_query::shown,
            page::{Badge, Count, DisplayTime, Event, Layout, UserLabel, grouped},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

use chart::TrendCharts;

/// Most invitations shown. The others are resent along with them.
const SHOWN_MAX: usize = 5;

/// First page of the console.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    pub layout: Layout,
    /// "Sunday 22 November 2026".
    pub today: String,
    pub administered: Option<Administered>,
    /// Own portfolios, for Portfolio Admins.
    pub portfolios: OwnThings,
    pub accounts: OwnThings,
    pub assets: OwnThings,
}

/// Figures and tasks of an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administered {
    pub figures: Vec<Figure>,
    /// Users whose invitation expires soon.
    pub expiring: Vec<(UserLabel, DisplayTime)>,
    /// True if further ones expire soon.
    pub has_more_expiring: bool,
    pub undelivered: Vec<UndeliveredRow>,
    pub trend: TrendCharts,
    pub first_steps: Vec<StepRow>,
    /// Latest changes of the company, or of one's portfolios.
    pub changes: Vec<Event>,
    /// The audit log, for its readers.
    pub log: Option<paths::AuditLog>,
    pub may_invite: bool,
    pub may_retry_mails: bool,
}

/// A first step of a new company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    pub title: &'static str,
    pub about: &'static str,
    /// Label and address of the page where it is done; `None` for a setting of the server.
    pub link: Option<(&'static str, String)>,
}

/// A number that leads to its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub badge: Badge,
    pub count: Count,
    pub help: &'static str,
    pub href: String,
}

/// A mail that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredRow {
    /// "Invitation".
    pub what: &'static str,
    pub to: String,
    /// Page of the user.
    pub manage: Option<paths::Manage>,
    pub reply: String,
    pub at: DisplayTime,
}

/// The first own things of a kind: name and page of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnThings {
    pub rows: Vec<(String, String)>,
    pub has_more: bool,
}

impl OwnThings {
    fn new<T>(found: usecases::Slice<T>, link: impl FnMut(T) -> (String, String)) -> Self {
        Self { has_more: found.has_next, rows: found.rows.into_iter().map(link).collect() }
    }
}

impl HomePage {
    fn may_invite(&self) -> bool {
        self.administered.as_ref().is_some_and(|work| work.may_invite)
    }
}

impl From<FirstStep> for StepRow {
    fn from(step: FirstStep) -> Self {
        let link = |label, path: String| Some((label, path));
        let (title, about, link) = match step {
            FirstStep::MailServer => {
                ("Set up a mail server", "Set USHER_SMTP_URL and restart Usher. Until then, mails are saved as files.", None)
            }
            FirstStep::Portfolio => {
                let about = "Portfolios hold accounts and their billing.";
                ("Create the first portfolio", about, link("New Portfolio", paths::NewPortfolio {}.to_string()))
            }
            FirstStep::Account => {
                let about = "Every account belongs to a portfolio.";
                ("Create the first account", about, link("New Account", paths::NewAccount {}.to_string()))
            }
            FirstStep::Invitation => {
                let about = "They get a mail with a link to choose a password.";
                ("Invite a colleague", about, link("New User", paths::NewUserWizard {}.to_string()))
            }
            FirstStep::SecondAdmin => {
                let about = "The company is not locked out if you lose access.";
                ("Add a second Admin", about, link("Open Admins", paths::Group { group: usecases::ADMINS }.to_string()))
            }
        };
        Self { title, about, link }
    }
}

impl Figure {
    /// Users with a status.
    fn of(status: Status, count: usecases::Count) -> Self {
        let query = UserListQuery { status: word(status), ..UserListQuery::default() };
        Self { badge: status.into(), count: shown(count), help: status_help(Some(status)), href: query.path() }
    }

    /// Active users who have not signed in for long.
    fn dormant(count: usecases::Count) -> Self {
        let last_sign_in = LastSignIn::Over90Days.as_str().to_owned();
        let query = UserListQuery { status: word(Status::Active), last_sign_in, ..UserListQuery::default() };
        let badge = Badge { word: "No sign-in", class: "", icon: "clock" };
        Self { badge, count: shown(count), help: "For 90 days or more", href: query.path() }
    }

    /// Accounts without billing information.
    fn without_billing(count: usecases::Count) -> Self {
        let badge = Badge { word: "No billing", class: if count == usecases::Count::Exactly(0) { "ok" } else { "warn" }, icon: "brief" };
        Self { badge, count: shown(count), help: "Accounts missing billing", href: AccountListQuery::missing_billing().path() }
    }
}

impl Administered {
    fn new(found: home::Administered, now: ZonedTime) -> Self {
        let at = |at| DisplayTime::new(at, now);
        let expiring = found.expiring.rows.iter().filter_map(|user| Some((UserLabel::from(&user.who()), at(user.invitation_expires_at?))));
        let undelivered = |mail: home::Undelivered| UndeliveredRow {
            what: mail.what,
            to: mail.to,
            manage: mail.user.map(|user| paths::Manage { user }),
            reply: mail.reply,
            at: at(mail.at),
        };
        let figures = Status::ALL.into_iter().map(|status| Figure::of(status, found.counts.of(Some(status))));
        Self {
            figures: figures.chain([Figure::dormant(found.dormant), Figure::without_billing(found.without_billing)]).collect(),
            expiring: expiring.collect(),
            has_more_expiring: found.expiring.has_next,
            undelivered: found.undelivered.into_iter().map(undelivered).collect(),
            trend: TrendCharts::from(&found.trend),
            first_steps: found.first_steps.into_iter().map(StepRow::from).collect(),
            changes: found.changes.iter().map(|entry| Event::of_company(entry, now)).collect(),
            log: found.may_read_log.then_some(paths::AuditLog {}),
            may_invite: found.may_invite,
            may_retry_mails: found.may_retry_mails,
        }
    }

    fn shown_expiring(&self) -> impl Iterator<Item = &(UserLabel, DisplayTime)> {
        self.expiring.iter().take(SHOWN_MAX)
    }

    /// "Resend all 12", "Resend the first 200".
    fn resend_label(&self) -> String {
        let which = if self.has_more_expiring { "the first" } else { "all" };
        format!("Resend {which} {}", grouped(self.expiring.len() as u64))
    }

    /// "7 more", for those not shown.
    fn further_expiring(&self) -> Option<String> {
        let further = self.expiring.len().saturating_sub(SHOWN_MAX);
        (further > 0).then(|| format!("{}{} more", grouped(further as u64), if self.has_more_expiring { "+" } else { "" }))
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn resend_path(&self, user: &UserLabel) -> paths::ResendFromManage {
        paths::ResendFromManage { user: user.id }
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn invited_href(&self) -> String {
        UserListQuery { status: word(Status::Invited), ..UserListQuery::default() }.path()
    }
}

/// `GET /`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let ZonedTime { zone, .. } = context.now();
    let (layout_data, Home { administered, portfolios, accounts, assets }) =
        context.open(move |ctx, user| home::show(ctx, user, zone)).await?;
    let now = layout_data.now;
    respond::page(&HomePage {
        layout: context.layout(&layout_data),
        today: DisplayTime::today(now),
        administered: administered.map(|found| Administered::new(found, now)),
        portfolios: OwnThings::new(portfolios, |own| (own.name, paths::Portfolio { portfolio: own.id }.to_string())),
        accounts: OwnThings::new(accounts, |own| (own.name, paths::Account { account: own.id }.to_string())),
        assets: OwnThings::new(assets, |own| (own.name, paths::Asset { asset: own.id }.to_string())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::UserId,
        web::shared::samples::{Sample, check},
    };

    fn own(sample: &Sample, path: &str) -> OwnThings {
        OwnThings { rows: sample.rows(|_, _| (sample.group(), format!("{path}/7"))), has_more: sample.name == "large" }
    }

    fn administered(sample: &Sample) -> Administered {
        let undelivered = |place: usize, user: UserLabel| UndeliveredRow {
            what: "Invitation",
            to: user.name,
            manage: place.is_multiple_of(2).then_some(paths::Manage { user: UserId(7) }),
            reply: sample.text.clone(),
            at: sample.display_time(place),
        };
        let many = usecases::Count::Many;
        Administered {
            figures: vec![Figure::of(Status::Expired, many), Figure::dormant(many), Figure::without_billing(many)],
            expiring: sample.rows(|place, user| (user, sample.display_time(place))),
            has_more_expiring: sample.name == "large",
            undelivered: sample.rows(undelivered),
            trend: TrendCharts::sample(),
            first_steps: [FirstStep::MailServer, FirstStep::Portfolio, FirstStep::SecondAdmin].map(StepRow::from).to_vec(),
            changes: sample.rows(|place, user| Event { text: format!("{} was invited", user.name), at: Some(sample.display_time(place)) }),
            log: (sample.name != "long").then_some(paths::AuditLog {}),
            may_invite: true,
            may_retry_mails: sample.name != "long",
        }
    }

    fn page(sample: &Sample) -> HomePage {
        HomePage {
            layout: sample.layout(),
            today: "Sunday 22 November 2026".to_owned(),
            administered: Some(administered(sample)),
            portfolios: own(sample, "/portfolios"),
            accounts: own(sample, "/accounts"),
            assets: own(sample, "/assets"),
        }
    }

    #[test]
    fn renders() {
        check("home", page);
        check("home-user", |sample| HomePage { administered: None, portfolios: OwnThings::default(), ..page(sample) });
    }

    #[test]
    fn the_button_says_how_many_invitations_it_resends() {
        let all = administered(&Sample::plain());
        assert_eq!((all.resend_label(), all.further_expiring()), ("Resend all 12".to_owned(), Some("7 more".to_owned())));
        let some = Administered { has_more_expiring: true, ..all };
        assert_eq!((some.resend_label(), some.further_expiring()), ("Resend the first 12".to_owned(), Some("7+ more".to_owned())));
    }
}
