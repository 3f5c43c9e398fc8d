//! Home for each role.

use chrono::TimeDelta;
use usher::{
    domain::{asset::AssetKind, email_address::EmailAddress},
    mail::SendError,
    usecases::users,
};

use super::{look_good, none, once};
use crate::{
    business::{Business, HANA, JONAS},
    office::create,
    site::{MAYA, Site, sign_in},
};

#[test]
fn home_of_a_new_company() {
    let site = Site::without_mail_server();
    let maya = site.browser(true);
    sign_in(&maya, MAYA);
    none(&once(&maya, "First steps"));
}

#[test]
fn home_of_each_role() {
    let Business { site, .. } = Business::new(true);
    for email in ["noor@example.com", "somebody.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com"] {
        site.invite(email);
    }
    let refused = EmailAddress::parse("ruth@example.com").unwrap();
    users::invite::invite(&site.app.ctx, &site.caller(MAYA), &refused).unwrap();
    site.app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such mailbox"));
    site.subjects();
    create(&site, AssetKind::Folder, "Month-end close of the regional sales in northern Europe", None);
    site.app.advance(TimeDelta::minutes(30));
    for email in [MAYA, HANA, JONAS] {
        look_good(&site.signed_in(email, true), &["/".to_owned()]);
    }
    look_good(
        &site.signed_in(MAYA, true),
        &["/portfolios/accounts?billing=missing".to_owned(), "/portfolios/accounts?q=nobody".to_owned()],
    );
}
