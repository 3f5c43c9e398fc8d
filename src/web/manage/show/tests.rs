//! Somebody's page, drawn from samples.

use super::*;
use crate::{
    domain::ids::{AccountId, PortfolioId},
    usecases::{Fate, LinkMail},
    web::{
        manage::sent::Mail,
        samples::{Sample, check},
    },
};

const MAY: May = May {
    edit: true,
    reset_password: true,
    deactivate: true,
    reactivate: false,
    resend: true,
    revoke: true,
    see_link: true,
    end_sessions: true,
    assign: true,
};

fn block(sample: &Sample) -> Block {
    let source = permissions::Source {
        kind: "Account",
        name: sample.group(),
        given: Some(permissions::GivenBy { by: sample.group(), at: sample.moment(9) }),
    };
    let row = permissions::Row { place: sample.group(), may: "See".into(), sources: vec![source] };
    Block { head: row.clone(), rows: vec![row; sample.rows], more: Some("12 more accounts".into()) }
}

fn page(sample: &Sample) -> ManagePage {
    let person = sample.person(6);
    let user = person.id;
    let account = |place: usize| {
        let account = AccountId(i64::try_from(place).unwrap() + 1);
        let switch = |switch: Switch| SwitchRow {
            label: switch.label(),
            is_on: switch == Switch::EditDetails,
            path: paths::SwitchPermission { user, account, switch, to: To::On },
        };
        AccountRow {
            name: sample.group(),
            portfolio: sample.group(),
            is_active: !place.is_multiple_of(3),
            remove: paths::UnassignAccount { user, account },
            asks: place == 1,
            switches: Switch::ALL.iter().copied().map(switch).collect(),
        }
    };
    let portfolio = PortfolioRow {
        name: sample.group(),
        is_active: true,
        remove: paths::UnassignPortfolio { user, portfolio: PortfolioId(1) },
        may_remove: false,
        asks: false,
    };
    ManagePage {
        shell: sample.shell(),
        status: Status::Active,
        default_role: "Portfolio Admin",
        is_admin: true,
        is_you: false,
        groups: vec![sample.group()],
        created: sample.moment(900),
        last_sign_in: Some(sample.moment(2)),
        invitation: None,
        email_change: Some(EmailChange {
            email: sample.email.clone(),
            asked_by: sample.text.clone(),
            until: sample.moment(0),
            mail: mail(sample, Fate::Queued),
        }),
        password_reset: Some(reset(sample, Fate::Failed)),
        sessions: Some(2),
        blocks: vec![block(sample)],
        more_portfolios: Some("3 more portfolios".into()),
        assigned: in_short(1, sample.rows as u64),
        portfolios: vec![portfolio],
        accounts: (0..sample.rows).map(account).collect(),
        offer: Offer { accounts: vec![(sample.group(), vec![("account-9".into(), sample.text.clone())])], ..Offer::default() },
        edit: Some(EditFields::sample(sample)),
        shows_link: false,
        query: sample.query(),
        may: MAY,
        person,
    }
}

fn mail(sample: &Sample, fate: Fate) -> Option<Mail> {
    Mail::of(Some(LinkMail { fate, reply: Some(sample.text.clone()), at: crate::web::samples::now() }), crate::web::samples::now())
}

fn reset(sample: &Sample, fate: Fate) -> PasswordReset {
    PasswordReset { by: sample.group(), sent: sample.moment(30), until: sample.moment(0), mail: mail(sample, fate) }
}

fn open(sample: &Sample, fate: Fate) -> ManagePage {
    let invitation = Invitation {
        by: sample.group(),
        sent: sample.moment(60),
        until: Some(sample.moment(0)),
        accepted: None,
        mail: mail(sample, fate),
        term: "5 days".into(),
    };
    let may = May { deactivate: false, reset_password: false, ..MAY };
    ManagePage {
        email_change: None,
        password_reset: None,
        status: Status::Invited,
        invitation: Some(invitation),
        sessions: None,
        shows_link: true,
        may,
        ..page(sample)
    }
}

#[test]
fn renders() {
    check("manage", page);
    check("manage-invited", |sample| open(sample, Fate::HandedOver));
    check("manage-failed", |sample| ManagePage { status: Status::Expired, ..open(sample, Fate::Failed) });
    check("manage-deactivated", |sample| ManagePage {
        status: Status::Deactivated,
        may: May { deactivate: false, reactivate: true, ..MAY },
        ..page(sample)
    });
    check("manage-reset-retrying", |sample| ManagePage { password_reset: Some(reset(sample, Fate::Retrying)), ..page(sample) });
    check("manage-without", |sample| ManagePage {
        portfolios: Vec::new(),
        accounts: Vec::new(),
        assigned: String::new(),
        offer: Offer { searches: true, q: sample.text.clone(), ..Offer::default() },
        ..page(sample)
    });
}
