//! Tests of the page with samples.

use super::*;
use crate::{
    domain::{
        ids::AccountId,
        permission::{PermissionToggle, To},
    },
    usecases::DeliveryStatus,
    web::{
        pages::users::manage::{
            assigned::{AddOption, AssignedRow, ToggleRow, WithheldRow},
            links::Mail,
        },
        shared::{
            page::Pager,
            samples::{Sample, check},
        },
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
    reset_two_factor: true,
    assign: true,
};

fn assignments(sample: &Sample, user_id: UserId) -> Assignments {
    let row = |place: usize| {
        let (kind, id) = (if place == 0 { "portfolio" } else { "account" }, i64::try_from(place).unwrap() + 1);
        let switch = |switch: PermissionToggle| ToggleRow {
            label: switch.label(),
            is_on: switch == PermissionToggle::EditDetails,
            path: paths::TogglePermission { user: user_id, account: AccountId(id), switch, to: To::On },
        };
        AssignedRow {
            kind,
            id,
            name: sample.group(),
            portfolio: (place > 0).then(|| sample.group()),
            is_active: !place.is_multiple_of(3),
            remove: paths::UnassignAccount { user: user_id, account: AccountId(id) }.to_string(),
            may_remove: place > 0,
            asks: place == 1,
            toggles: if place > 0 { PermissionToggle::ALL.iter().copied().map(switch).collect() } else { Vec::new() },
            lost: None,
        }
    };
    Assignments {
        in_short: format!("1 portfolio, {} accounts", sample.rows),
        has_portfolios: true,
        q: String::new(),
        searches: sample.rows > 50,
        rows: (0..sample.rows.max(1)).map(row).collect(),
        pager: Pager::single("3 assignments"),
        lost: 0,
        loses_role: false,
        offer: AddOption { accounts: vec![(sample.group(), vec![("account-9".into(), sample.text.clone())])], ..AddOption::default() },
    }
}

fn page(sample: &Sample) -> ManagePage {
    let user = sample.user(6);
    ManagePage {
        layout: sample.layout(),
        status: Status::Active,
        default_role: "Portfolio Admin",
        is_admin: true,
        is_you: false,
        is_partly_outside: sample.rows > 20,
        groups: vec![sample.group()],
        created: sample.display_time(900),
        last_sign_in: Some(sample.display_time(2)),
        invitation: None,
        email_change: Some(EmailChange::sample(sample)),
        password_reset: Some(reset(sample, DeliveryStatus::Failed)),
        two_factor: Some(TwoFactor::sample(sample)),
        sessions: Some(SessionsInShort { number: 2, since: Some(sample.display_time(9)) }),
        blocks: vec![permissions::sample(sample)],
        more_portfolios: Some("3 more portfolios".into()),
        assignments: assignments(sample, user.id),
        withheld: WithheldAssignments::default(),
        events: sample.rows(|place, user| Event { text: format!("{} edited the user", user.name), at: Some(sample.display_time(place)) }),
        activity: ActivityLinks {
            all: Some("/users-and-permissions/7/activity".to_owned()),
            log: Some("/audit-log?user=7".to_owned()),
            access: Some("/users-and-permissions/7/access".to_owned()),
        },
        edit: Some(EditFields::sample(sample)),
        shows_link: false,
        query: sample.query(),
        may: MAY,
        user,
    }
}

fn reset(sample: &Sample, status: DeliveryStatus) -> PasswordReset {
    PasswordReset { by: sample.group(), sent: sample.display_time(30), until: sample.display_time(0), mail: Mail::sample(sample, status) }
}

fn open(sample: &Sample, status: DeliveryStatus) -> ManagePage {
    let invitation = Invitation {
        by: sample.group(),
        sent: sample.display_time(60),
        until: Some(sample.display_time(0)),
        accepted: None,
        mail: Mail::sample(sample, status),
        term: "5 days".into(),
    };
    let may = May { deactivate: false, reset_password: false, ..MAY };
    let mut page = page(sample);
    (page.assignments.lost, page.assignments.loses_role) = (page.assignments.rows.len(), true);
    page.assignments.rows.iter_mut().for_each(|row| row.lost = Some(format!("{}, who assigned it, is deactivated", sample.text)));
    page.blocks.iter_mut().for_each(|block| block.head.sources.iter_mut().for_each(|source| source.given.as_mut().unwrap().is_lost = true));
    ManagePage {
        email_change: None,
        password_reset: None,
        status: Status::Invited,
        invitation: Some(invitation),
        sessions: None,
        shows_link: true,
        may,
        ..page
    }
}

#[test]
fn renders() {
    check("manage", page);
    check("manage-invited", |sample| open(sample, DeliveryStatus::HandedOver));
    check("manage-failed", |sample| ManagePage { status: Status::Expired, ..open(sample, DeliveryStatus::Failed) });
    check("manage-deactivated", |sample| ManagePage {
        status: Status::Deactivated,
        may: May { deactivate: false, reactivate: true, ..MAY },
        ..page(sample)
    });
    check("manage-email-failed", |sample| {
        let mut page = page(sample);
        page.email_change.as_mut().unwrap().mail = Mail::sample(sample, DeliveryStatus::Failed);
        page
    });
    check("manage-reset-retrying", |sample| ManagePage { password_reset: Some(reset(sample, DeliveryStatus::Retrying)), ..page(sample) });
    check("manage-without", |sample| {
        let mut page = page(sample);
        page.assignments.rows.clear();
        page.assignments.in_short.clear();
        page.assignments.offer = AddOption { searches: true, q: sample.text.clone(), ..AddOption::default() };
        page
    });
    check("manage-pages", |sample| {
        let mut page = page(sample);
        page.assignments = Assignments {
            q: sample.text.clone(),
            searches: true,
            pager: Pager { next: Some("?page=a".into()), ..Pager::single("1–50 of 141 assignments") },
            ..page.assignments
        };
        page
    });
    check("manage-not-found", |sample| {
        let mut page = page(sample);
        page.assignments = Assignments { q: sample.text.clone(), searches: true, rows: Vec::new(), ..page.assignments };
        page
    });
    check("manage-not-given", |sample| {
        let row = |place: usize| WithheldRow {
            name: sample.group(),
            portfolio: (place > 0).then(|| sample.group()),
            by: (place != 1).then(|| sample.text.clone()),
            give: (place > 0).then(|| paths::AssignAccount { user: UserId(7), account: AccountId(1) }.to_string()),
        };
        ManagePage {
            withheld: WithheldAssignments { rows: (0..sample.rows).map(row).collect(), more: Some("3 more".into()) },
            ..page(sample)
        }
    });
}
