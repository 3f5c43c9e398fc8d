//! The second step of a sign-in.

use usher::{
    domain::credentials::{token::Token, two_factor::AppCode},
    usecases::credentials::second_step::{self, Code},
};

use crate::shared::steps::visitor;

use super::*;

async fn enter(lena: &Lena, browser: &mut Browser, code: &str) -> Page {
    let page = browser.get(&lena.app, STEP).await;
    browser.send(&lena.app, page.is(200), STEP, &[("code", code)]).await
}

#[apply(both_databases!)]
async fn a_sign_in_needs_password_and_code(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    browser.get(&lena.app, "/my-account").await.redirects_to("/sign-in?next=%2Fmy-account");
    let page = browser.get(&lena.app, STEP).await;
    page.sees("Enter your code").sees("Not lena.novak@example.com?");
    assert!(!lena.app.deeds().iter().rev().take(1).any(|deed| deed.starts_with("session.signed_in")));
    enter(&lena, &mut browser, &lena.code()).await.redirects_to("/");
    browser.get(&lena.app, "/my-account").await.is(200).sees("Last used");
    assert_eq!(lena.app.deeds().last().unwrap(), "session.signed_in Lena Novak");
    assert!(browser.cookie("usher-second-step").is_none());
}

#[apply(both_databases!)]
async fn the_page_that_was_asked_for_is_kept_through_the_second_step(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.app.browser();
    let page = browser.get(&lena.app, "/sign-in?next=%2Fassets%3Fq%3Dclose").await;
    let step = browser.send(&lena.app, &page, "/sign-in", &[("email", LENA), ("password", PASSWORD)]).await;
    let step = step.redirects_to("/sign-in/two-factor?next=%2Fassets%3Fq%3Dclose").header("location").to_owned();
    let page = browser.get(&lena.app, &step).await;
    assert!(page.has_link("/sign-in/two-factor?with=recovery&next=%2Fassets%3Fq%3Dclose"), "{}", page.body);
    browser.send(&lena.app, &page, STEP, &[("code", &lena.code())]).await.redirects_to("/assets?q=close");
}

#[apply(both_databases!)]
async fn a_code_is_read_with_blanks_and_full_width_digits_one_step_around_its_own(db: Db) {
    let lena = Lena::new(db).await;
    let now = lena.app.now();
    let spaced = |code: &str| format!(" {} {} ", &code[..3], &code[3..]);
    let wide = |code: &str| code.chars().map(|c| char::from_u32(c as u32 - 0x30 + 0xFF10).unwrap()).collect::<String>();
    let before = lena.secret.code_at(now - TimeDelta::seconds(30));
    enter(&lena, &mut lena.at_second_step().await, &spaced(&before)).await.redirects_to("/");
    enter(&lena, &mut lena.at_second_step().await, &wide(&lena.code())).await.redirects_to("/");
    let after = lena.secret.code_at(now + TimeDelta::seconds(30));
    enter(&lena, &mut lena.at_second_step().await, &after).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_wrong_code_begins_no_session(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    let sessions = lena.app.count("sessions");
    let late = lena.secret.code_at(lena.app.now() + TimeDelta::seconds(60));
    let early = lena.secret.code_at(lena.app.now() - TimeDelta::seconds(60));
    for code in ["", "000", "abcdef", &late] {
        enter(&lena, &mut browser, code).await.is(422).sees(WRONG);
    }
    lena.app.advance(TimeDelta::minutes(1));
    enter(&lena, &mut browser, &early).await.is(422).sees(WRONG);
    assert_eq!(lena.app.count("sessions"), sessions);
}

#[apply(both_databases!)]
async fn a_code_works_once_and_none_before_it(db: Db) {
    let lena = Lena::new(db).await;
    let (now, code) = (lena.app.now(), lena.code());
    enter(&lena, &mut lena.at_second_step().await, &code).await.redirects_to("/");
    let mut browser = lena.at_second_step().await;
    enter(&lena, &mut browser, &code).await.is(422).sees(WRONG);
    enter(&lena, &mut browser, &lena.secret.code_at(now - TimeDelta::seconds(30))).await.is(422).sees(WRONG);
    lena.app.advance(TimeDelta::seconds(30));
    enter(&lena, &mut browser, &lena.code()).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn the_code_that_turned_two_factor_on_signs_nobody_in(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let id = app.create_user("Lena", "Novak");
    let mut browser = app.signed_in(LENA).await;
    let (secret, codes) = turn_on(&app, &mut browser).await;
    app.mail().await;
    let lena = Lena { app, id, browser, secret, codes };
    enter(&lena, &mut lena.at_second_step().await, &lena.code()).await.is(422).sees(WRONG);
}

#[apply(both_databases!)]
async fn of_twenty_requests_with_one_code_to_two_instances_one_succeeds(db: Db) {
    let lena = Lena::new(db).await;
    let other = lena.app.another_instance().await;
    let steps = steps(&lena, 20).await;
    let code = Code::App(AppCode::parse(&lena.code()).unwrap());
    let steps: [(usize, Token); 20] = steps.into_iter().enumerate().collect::<Vec<_>>().try_into().unwrap();
    let done = at_once(steps, |(number, step)| {
        let ctx = if number % 2 == 0 { &lena.app.ctx } else { &other.ctx };
        second_step::finish(ctx, &step, &code, &visitor()).is_ok()
    });
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
    assert_eq!(lena.app.count(&format!("sessions WHERE user_id = {}", lena.id)), 2);
}

/// Open steps of Lena.
async fn steps(lena: &Lena, number: usize) -> Vec<Token> {
    let mut steps = Vec::new();
    for _ in 0..number {
        let browser = lena.at_second_step().await;
        steps.push(Token::parse(browser.cookie("usher-second-step").unwrap()).unwrap());
    }
    steps
}

#[apply(both_databases!)]
async fn of_four_requests_with_one_recovery_code_one_succeeds(db: Db) {
    let lena = Lena::new(db).await;
    let steps: [Token; 4] = steps(&lena, 4).await.try_into().unwrap();
    let code = Code::Recovery(RecoveryCode::parse(&lena.codes[3]).unwrap());
    let done = at_once(steps, |step| second_step::finish(&lena.app.ctx, &step, &code, &visitor()).is_ok());
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
    assert_eq!(lena.app.count("recovery_codes"), 9);
    lena.app.mail().await;
}

#[apply(both_databases!)]
async fn a_recovery_code_signs_in_once_and_is_told_by_mail(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    let page = browser.get(&lena.app, &format!("{STEP}?with=recovery")).await;
    page.sees("Enter a recovery code");
    let code = lena.codes[0].to_lowercase();
    browser.send(&lena.app, &page, STEP, &[("code", &code)]).await.redirects_to("/");
    let mail = lena.app.mail().await;
    assert_eq!(mail.rendered.subject, "A recovery code was used");
    assert!(mail.rendered.text.contains("9 recovery codes are left."));
    assert!(lena.app.deeds().contains(&"two_factor.recovery_code_used Lena Novak".to_owned()));
    browser.get(&lena.app, "/my-account").await.sees("9 of 10 left");
    let mut again = lena.at_second_step().await;
    let page = again.get(&lena.app, &format!("{STEP}?with=recovery")).await;
    again.send(&lena.app, &page, STEP, &[("code", &code)]).await.is(422).sees("This recovery code is wrong or was used");
}

#[apply(both_databases!)]
async fn the_second_step_ends_after_ten_minutes(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    let page = browser.get(&lena.app, STEP).await;
    lena.app.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    browser.get(&lena.app, STEP).await.is(200);
    lena.app.advance(TimeDelta::seconds(1));
    browser.send(&lena.app, &page, STEP, &[("code", &lena.code())]).await.redirects_to("/sign-in?after=second-step");
    browser.get(&lena.app, "/sign-in?after=second-step").await.sees("This sign-in has ended. Begin again.");
    lena.app.browser().get(&lena.app, STEP).await.redirects_to("/sign-in?after=second-step");
}

#[apply(both_databases!)]
async fn what_ends_access_ends_waiting_second_steps(db: Db) {
    let lena = Lena::new(db).await;
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let manage = format!("/users-and-permissions/{}", lena.id);
    for act in ["sign-out", "deactivate"] {
        let mut browser = lena.at_second_step().await;
        let page = browser.get(&lena.app, STEP).await;
        maya.press(&lena.app, &manage, &format!("{manage}/{act}")).await.is(303);
        browser.send(&lena.app, &page, STEP, &[("code", &lena.code())]).await.redirects_to("/sign-in?after=second-step");
        lena.app.mails().await;
    }
    maya.press(&lena.app, &manage, &format!("{manage}/reactivate")).await.is(303);
    lena.app.mails().await;
    let mut browser = lena.at_second_step().await;
    let link = crate::shared::steps::reset_link(&lena.app, LENA).await;
    lena.app.browser().fill(&lena.app, &link, &[("password", "quiet harbour lantern sparrow")]).await.is(303);
    browser.get(&lena.app, STEP).await.redirects_to("/sign-in?after=second-step");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn a_password_reset_never_turns_two_factor_off(db: Db) {
    let lena = Lena::new(db).await;
    let link = crate::shared::steps::reset_link(&lena.app, LENA).await;
    let mut browser = lena.app.browser();
    browser.fill(&lena.app, &link, &[("password", "quiet harbour lantern sparrow")]).await.is(303);
    browser.sign_in(&lena.app, LENA, "quiet harbour lantern sparrow").await.redirects_to(STEP);
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn guesses_at_codes_slow_down_but_hold_up_no_known_browser(db: Db) {
    let lena = Lena::new(db).await;
    let mut stranger = lena.at_second_step().await;
    for _ in 0..4 {
        enter(&lena, &mut stranger, "000000").await.is(422);
    }
    enter(&lena, &mut stranger, &lena.code()).await.is(429).sees("Too many attempts. Try again in 1 second.");
    let mut known = lena.browser.clone();
    known.sign_out(&lena.app).await.is(303);
    known.sign_in(&lena.app, LENA, PASSWORD).await.redirects_to(STEP);
    enter(&lena, &mut known, &lena.code()).await.redirects_to("/");
    lena.app.store().write_refusals().unwrap();
    assert_eq!(lena.app.count("refused_sign_ins WHERE reason = 'code' AND times = 4"), 1);
}

#[apply(both_databases!)]
async fn a_secret_that_cannot_be_opened_accepts_no_code(db: Db) {
    let lena = Lena::new(db).await;
    let zero = if lena.app.store().is_sqlite() { "x'00'" } else { "'\\x00'" };
    lena.app.execute(&format!("UPDATE authenticator_apps SET sealed_secret = {zero}"));
    let mut browser = lena.at_second_step().await;
    enter(&lena, &mut browser, &lena.code()).await.is(422).sees(WRONG);
    let page = browser.get(&lena.app, &format!("{STEP}?with=recovery")).await;
    browser.send(&lena.app, &page, STEP, &[("code", &lena.codes[0])]).await.redirects_to("/");
    lena.app.mail().await;
}

#[apply(both_databases!)]
async fn a_user_has_twenty_open_second_steps_at_most_and_none_once_they_are_over(db: Db) {
    let lena = Lena::new(db).await;
    steps(&lena, 25).await;
    assert_eq!(lena.app.count("tokens WHERE purpose = 'second_step'"), 20);
    lena.app.advance(TimeDelta::minutes(10));
    usher::usecases::outbox::housekeeping::sweep(&lena.app.ctx).unwrap();
    assert_eq!(lena.app.count("tokens WHERE purpose = 'second_step'"), 0);
}

#[apply(both_databases!)]
async fn a_user_ends_waiting_second_steps_with_all_other_sessions_and_with_two_factor(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.at_second_step().await;
    let page = lena.browser.get(&lena.app, "/my-account").await;
    let csrf = page.form("/my-account/name").remove(0).1;
    let asked = lena.browser.post(&lena.app, "/my-account/sessions/end-others", &[("csrf", &csrf)]).await;
    crate::credentials::confirm_identity::prove(&lena.app, &mut lena.browser, &asked).await.redirects_to("/my-account");
    assert_eq!(lena.app.count("tokens WHERE purpose = 'second_step' AND ended_at IS NULL"), 0);
    lena.at_second_step().await;
    let (off, code) = ("/my-account/two-factor/off", lena.code());
    let page = lena.browser.get(&lena.app, off).await;
    lena.browser.send(&lena.app, &page, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to("/my-account");
    assert_eq!(lena.app.count("tokens WHERE purpose = 'second_step' AND ended_at IS NULL"), 0);
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn after_a_hundred_wrong_codes_a_password_reset_opens_the_second_step_again(db: Db) {
    let lena = Lena::new(db).await;
    let mut stranger = lena.at_second_step().await;
    enter(&lena, &mut stranger, "000000").await.is(422);
    lena.app.execute("UPDATE throttles SET failed_attempts = 100 WHERE scope = 'code'");
    lena.app.advance(TimeDelta::hours(2));
    let mut stranger = lena.at_second_step().await;
    enter(&lena, &mut stranger, &lena.code()).await.is(429).sees("Use a browser you have signed in with before");
    let link = crate::shared::steps::reset_link(&lena.app, LENA).await;
    let mut browser = lena.app.browser();
    browser.fill(&lena.app, &link, &[("password", "quiet harbour lantern sparrow")]).await.is(303);
    browser.sign_in(&lena.app, LENA, "quiet harbour lantern sparrow").await.redirects_to(STEP);
    enter(&lena, &mut browser, &lena.code()).await.redirects_to("/");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn a_made_up_step_writes_nothing(db: Db) {
    let lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    let page = browser.get(&lena.app, STEP).await;
    browser.set_cookie("usher-second-step", &"A".repeat(43));
    let writes = lena.app.store().metrics().writes.count();
    for with in ["", "recovery"] {
        browser.send(&lena.app, &page, STEP, &[("with", with), ("code", "7KQ4-M2XD")]).await;
        browser.send(&lena.app, &page, STEP, &[("with", with), ("code", "123456")]).await;
    }
    assert_eq!(lena.app.store().metrics().writes.count(), writes);
}

#[apply(both_databases!)]
async fn the_user_is_told_once_of_several_wrong_codes_in_a_row(db: Db) {
    let lena = Lena::new(db).await;
    let mut stranger = lena.at_second_step().await;
    for number in 1..=7 {
        enter(&lena, &mut stranger, "000000").await.is(422);
        let told = lena.app.mails().await.into_iter().map(|mail| mail.rendered.subject).collect::<Vec<_>>();
        assert_eq!(told, if number == 5 { vec!["Wrong codes at your sign-in".to_owned()] } else { vec![] }, "{number}");
        lena.app.advance(TimeDelta::seconds(30));
    }
    let mut browser = lena.at_second_step().await;
    enter(&lena, &mut browser, &lena.code()).await.redirects_to("/");
}
