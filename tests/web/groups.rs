//! Groups: custom ones, and Admins, whose members have the role.

use crate::{
    helpers::TestApp,
    shared::steps::{NOOR, add_member, confirm, create_group, csrf, invite, press, row, user_path},
};

const ADMINS: &str = "/users-and-groups/groups/1";

#[apply(both_databases!)]
async fn a_group_is_created_under_its_trimmed_name(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let group = create_group(&app, &mut maya, "  Einkauf   & Büro 東京  ").await;
    let page = maya.get(&app, &group).await;
    page.sees("Created the group Einkauf & Büro 東京.").sees("No members yet").sees("Add user to group");
}

#[apply(both_databases!)]
async fn a_name_that_cannot_be_one_is_refused_and_kept(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    create_group(&app, &mut maya, "Finanzen Ä").await;
    let (long, longest) = ("x".repeat(101), "é".repeat(100));
    for (name, reason) in [
        ("", "Enter a name for the group"),
        (" \t ", "Enter a name for the group"),
        (&*long, "Use at most 100 characters"),
        ("<script>alert(1)</script>", "Remove < and >"),
        ("a\nb", "Remove hidden characters"),
        ("a\0b", "Remove hidden characters"),
        ("FINANZEN ä", "A group with this or a very similar name exists"),
        ("finanzen A\u{308}", "A group with this or a very similar name exists"),
        (" finanzen  ä ", "A group with this or a very similar name exists"),
        ("Admins", "A group with this or a very similar name exists"),
        ("ADMINS", "A group with this or a very similar name exists"),
        ("\u{410}dmins", "A group with this or a very similar name exists"),
        ("\u{FF21}dmins", "A group with this or a very similar name exists"),
        ("Finanz\u{435}n Ä", "A group with this or a very similar name exists"),
    ] {
        let page = maya.fill(&app, "/users-and-groups/new-group", &[("name", name)]).await;
        page.is(422).sees(reason);
        assert!(!page.body.contains("<script>alert"));
    }
    create_group(&app, &mut maya, &longest).await;
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("group.")).count(), 2);
}

#[apply(both_databases!)]
async fn groups_are_listed_by_their_names_and_not_by_what_these_look_like(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for name in ["Quality", "marketing", "Öffentlichkeit", "Legal"] {
        create_group(&app, &mut maya, name).await;
    }
    maya.get(&app, ADMINS).await.sees("Admins1 Legal0 marketing0 Öffentlichkeit0 Quality0");
}

#[apply(both_databases!)]
async fn what_was_typed_stays_in_the_form(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.fill(&app, "/users-and-groups/new-group", &[("name", " <b> ")]).await;
    assert!(page.form("/users-and-groups/new-group").contains(&("name".to_owned(), " <b> ".to_owned())));
}

#[apply(both_databases!)]
async fn of_two_who_create_a_group_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (maya, name) = (app.caller(app.id_of("maya.fischer@example.com")), usher::domain::text::GroupName::parse("Finance").unwrap());
    let ctx = &app.ctx;
    let outcomes = crate::shared::steps::at_once([(); 4], |()| usher::usecases::groups::create(ctx, &maya, &name));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(usher::usecases::NameError::Taken))).count(), 3, "{outcomes:?}");
}

#[apply(both_databases!)]
async fn a_group_is_renamed_also_to_another_case_of_its_name(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let group = create_group(&app, &mut maya, "Finance").await;
    create_group(&app, &mut maya, "Research").await;
    let rename = format!("{group}/rename");
    maya.fill(&app, &rename, &[("name", "FINANCE")]).await.redirects_to(&group);
    maya.get(&app, &group).await.sees("Renamed Finance to FINANCE.");
    maya.fill(&app, &rename, &[("name", "research")]).await.is(422).sees("A group with this or a very similar name exists");
    maya.fill(&app, &rename, &[("name", "")]).await.is(422).sees("Enter a name for the group");
    maya.get(&app, &group).await.sees("FINANCE");
}

#[apply(both_databases!)]
async fn a_group_is_deleted_after_a_question_and_its_members_stay(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, group) = (app.create_user("Jonas", "Vermeulen"), create_group(&app, &mut maya, "Finance").await);
    add_member(&app, &mut maya, &group, jonas).await.is(303);
    let delete = format!("{group}/delete");
    maya.get(&app, &delete)
        .await
        .sees("Delete Finance?")
        .sees("1 member loses access to everything shared with this group.")
        .sees("Keep group");
    confirm(&app, &mut maya, &delete).await.redirects_to("/users-and-groups");
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees("Deleted the group Finance.");
    assert!(row(&list, "Jonas").contains("None"));
    for path in [&group, &delete, &format!("{group}/add"), &format!("{group}/rename")] {
        maya.get(&app, path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn the_admins_group_is_neither_renamed_nor_deleted(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, ADMINS).await;
    assert!(!page.body.contains("Rename group") && !page.body.contains("Delete group"));
    let csrf = csrf(&app, &mut maya).await;
    maya.post(&app, &format!("{ADMINS}/rename"), &[("csrf", &csrf), ("name", "Bosses")]).await.is(404);
    maya.post(&app, &format!("{ADMINS}/delete"), &[("csrf", &csrf)]).await.is(404);
    maya.get(&app, ADMINS).await.is(200);
}

#[apply(both_databases!)]
async fn a_member_is_found_by_a_search_and_added(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, group) = (app.create_user("Jonas", "Vermeulen"), create_group(&app, &mut maya, "Finance").await);
    let add = format!("{group}/add");
    let found = maya.get(&app, &format!("{add}?q=VERMEU")).await;
    found.sees("1 person matches “VERMEU”").sees("Jonas Vermeulen");
    maya.send(&app, &found, &add, &[("user", &jonas.to_string())]).await.redirects_to(&group);
    let page = maya.get(&app, &group).await;
    page.sees("Added Jonas Vermeulen to Finance.").sees("1 member");
    maya.get(&app, &format!("{add}?q=vermeu")).await.sees("No one who can be added matches “vermeu”");
}

#[apply(both_databases!)]
async fn without_a_choice_the_search_comes_back(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let add = format!("{}/add", create_group(&app, &mut maya, "Finance").await);
    let found = maya.get(&app, &format!("{add}?q=jonas")).await;
    maya.send(&app, &found, &add, &[]).await.is(422).sees("Choose a person from the results").sees("Jonas Vermeulen");
}

#[apply(both_databases!)]
async fn at_most_eight_are_offered_and_only_active_ones_who_are_no_members(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let ids = ('a'..='k').map(|letter| app.create_user("Sam", &format!("Zz{letter}"))).collect::<Vec<_>>();
    let group = create_group(&app, &mut maya, "Finance").await;
    let search = format!("{group}/add?q=sam");
    let page = maya.get(&app, &search).await;
    page.sees("Showing the first 8 who match “sam”. Keep typing to narrow the list.");
    assert_eq!(page.body.matches("type=\"radio\"").count(), 8);
    add_member(&app, &mut maya, &group, ids[0]).await.is(303);
    press(&app, &mut maya, ids[1], "block").await.is(303);
    confirm(&app, &mut maya, &user_path(ids[2], "delete")).await.is(303);
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "sam.invited@example.com")]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Invitation sent to sam.invited@example.com.");
    let page = maya.get(&app, &search).await;
    page.sees("8 people match “sam”");
    for gone in ["Zza", "Zzb", "Zzc", "invited@"] {
        page.sees_no(gone);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn nobody_else_is_added_whatever_is_posted(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (blocked, deleted) = (app.create_user("Blocked", "Person"), app.create_user("Deleted", "Person"));
    press(&app, &mut maya, blocked, "block").await.is(303);
    confirm(&app, &mut maya, &user_path(deleted, "delete")).await.is(303);
    app.mails().await;
    invite(&app, &mut maya, "noor@example.com").await;
    let (group, invited) = (create_group(&app, &mut maya, "Finance").await, app.id_of("noor@example.com"));
    let deeds = app.deeds();
    for group in [&*group, ADMINS] {
        add_member(&app, &mut maya, group, invited).await.is(409).sees("noor@example.com is Invited now");
        add_member(&app, &mut maya, group, blocked).await.is(409).sees("Blocked Person is Deactivated now");
        add_member(&app, &mut maya, group, deleted).await.is(404);
        add_member(&app, &mut maya, group, usher::domain::ids::UserId(9999)).await.is(404);
    }
    assert_eq!(app.deeds(), deeds);
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn a_user_who_is_in_already_is_not_added_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, group) = (app.create_user("Jonas", "Vermeulen"), create_group(&app, &mut maya, "Finance").await);
    add_member(&app, &mut maya, &group, jonas).await.is(303);
    add_member(&app, &mut maya, &group, jonas).await.redirects_to(&group);
    maya.get(&app, &group).await.sees("Jonas Vermeulen is already in the group.").sees("1 member");
}

#[apply(both_databases!)]
async fn a_member_is_removed_after_a_question(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, group) = (app.create_user("Jonas", "Vermeulen"), create_group(&app, &mut maya, "Finance").await);
    add_member(&app, &mut maya, &group, jonas).await.is(303);
    let remove = format!("{group}/members/{jonas}/remove");
    maya.get(&app, &remove).await.sees("Remove Jonas Vermeulen from Finance?").sees("Keep in Finance").sees("Remove from group");
    confirm(&app, &mut maya, &remove).await.redirects_to(&group);
    maya.get(&app, &group).await.sees("Removed Jonas Vermeulen from Finance.").sees("No members yet");
    maya.get(&app, &remove).await.is(409).sees("Jonas Vermeulen is no longer in the group.");
}

#[apply(both_databases!)]
async fn an_appointed_admin_has_the_role_after_signing_in_again_and_all_admins_are_told(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let blocked = app.create_admin("Blocked", "Admin");
    app.create_admin("Ada", "Other");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    let jonas_id = app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, ADMINS).await.is(404);
    maya.get(&app, &format!("{ADMINS}/add")).await.sees("All Admins have equal permissions").sees("New Admins are signed out everywhere");
    add_member(&app, &mut maya, ADMINS, jonas_id).await.redirects_to(ADMINS);
    maya.get(&app, ADMINS).await.sees("Jonas Vermeulen is now an Admin and must sign in again.");
    jonas.get(&app, ADMINS).await.is(303);
    app.signed_in("jonas.vermeulen@example.com").await.get(&app, ADMINS).await.is(200);
    let mut mails = app.mails().await.into_iter().map(|mail| (mail.to.to_string(), mail.rendered.subject)).collect::<Vec<_>>();
    mails.sort();
    let mail = |to: &str, subject: &str| (to.to_owned(), subject.to_owned());
    assert_eq!(
        mails,
        [
            mail("ada.other@example.com", "Jonas Vermeulen is now an Admin of Northwind Trading"),
            mail("jonas.vermeulen@example.com", "You are now an Admin of Northwind Trading"),
            mail("maya.fischer@example.com", "Jonas Vermeulen is now an Admin of Northwind Trading"),
        ]
    );
}

#[apply(both_databases!)]
async fn a_removed_admin_loses_the_role_at_once_and_stays_as_they_were(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let ada_id = app.create_admin("Ada", "Other");
    app.mails().await;
    let mut ada = app.signed_in("ada.other@example.com").await;
    let remove = format!("{ADMINS}/members/{ada_id}/remove");
    maya.get(&app, &remove).await.sees("Ada loses the Admin role immediately and is signed out everywhere.").sees("stays an active User.");
    confirm(&app, &mut maya, &remove).await.redirects_to(ADMINS);
    maya.get(&app, ADMINS).await.sees("Ada Other is no longer an Admin and has been signed out everywhere.");
    ada.get(&app, ADMINS).await.is(303);
    let mut ada = app.signed_in("ada.other@example.com").await;
    ada.get(&app, ADMINS).await.is(404);
    ada.get(&app, "/users-and-groups").await.is(200).sees_no("Create");
    assert!(row(&maya.get(&app, "/users-and-groups").await, "ada.other@").contains("Active"));
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), ("ada.other@example.com", "You are no longer an Admin of Northwind Trading"));
}

#[apply(both_databases!)]
async fn an_admin_leaves_admins_while_another_active_one_stays(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let own = app.id_of("maya.fischer@example.com");
    let remove = format!("{ADMINS}/members/{own}/remove");
    maya.get(&app, &remove).await.is(409);
    app.create_admin("Ada", "Other");
    app.mails().await;
    maya.get(&app, &remove)
        .await
        .sees("Remove yourself from Admins?")
        .sees("You lose the Admin role immediately, and your other sessions end.");
    confirm(&app, &mut maya, &remove).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("You are no longer an Admin. Your other sessions have ended.").sees_no("Create");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn the_only_admin_is_advised_to_appoint_a_second_one(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let advice = "You are the only active Admin. Add a second one";
    let jonas = app.create_user("Jonas", "Vermeulen");
    for path in ["/users-and-groups", ADMINS, "/users-and-groups/deleted"] {
        maya.get(&app, path).await.sees(advice);
    }
    add_member(&app, &mut maya, ADMINS, jonas).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees_no(advice);
    press(&app, &mut maya, jonas, "block").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees(advice);
    app.mails().await;
}

#[apply(both_databases!)]
async fn for_others_the_admins_group_does_not_exist(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, app.id_of("maya.fischer@example.com")).await.is(303);
    let mut noor = app.browser();
    noor.fill(&app, &link, &NOOR).await.is(303);
    let list = noor.get(&app, "/users-and-groups").await;
    list.sees_no("Admin").sees("Finance");
    assert!(row(&list, "maya.fischer@").contains("Finance"));
    let page = noor.get(&app, &group).await;
    page.is(200).sees("Maya Fischer").sees_no("Admin").sees_no("Add user to group");
    for path in [ADMINS, "/users-and-groups/groups/9999"] {
        noor.get(&app, path).await.is(404);
    }
    for group in [ADMINS, "/users-and-groups/groups/9999", &group] {
        for page in ["add", "rename", "delete"] {
            noor.get(&app, &format!("{group}/{page}")).await.is(403);
        }
    }
}
