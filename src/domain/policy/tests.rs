//! The written rules of each action over every role, relation and status, held against the policy.

use super::*;
use crate::domain::{
    asset::AssetAccess,
    permission::{AccessLevel, AccountPlace, AssignmentPermissions},
};

const ACTOR: UserId = UserId(1);
const SOMEBODY: UserId = UserId(2);

/// The written rules of each action over every role, relation, status and number of other Admins.
#[expect(clippy::match_same_arms, reason = "each line is one written rule")]
fn written(action_name: &str, role: Role, target: Target, others: u64) -> Result<(), PolicyDenial> {
    let oneself = target.id == ACTOR;
    let last = target.is_admin && target.status == Status::Active && others == 0;
    let open = matches!(target.status, Status::Invited | Status::Expired);
    let wrong = Err(PolicyDenial::Status(target.status));
    match (action_name, role) {
        ("see directory", _) => Ok(()),
        ("see admins" | "add to admins" | "remove from admins", Role::PortfolioAdmin | Role::User) => Err(PolicyDenial::Unknown),
        (_, Role::PortfolioAdmin | Role::User) => Err(PolicyDenial::Role),
        (
            "see everyone" | "see admins" | "invite" | "send mails again" | "see deleted" | "restore" | "create group" | "rename group"
            | "delete group" | "remove from group",
            Role::Admin,
        ) => Ok(()),
        ("resend" | "revoke" | "see link", Role::Admin) => {
            if open {
                Ok(())
            } else {
                wrong
            }
        }
        ("block" | "activate" | "delete", Role::Admin) if oneself => Err(PolicyDenial::Oneself),
        ("block", Role::Admin) if target.status != Status::Active => wrong,
        ("delete", Role::Admin) if open => wrong,
        ("block" | "delete" | "remove from admins", Role::Admin) if last => Err(PolicyDenial::LastActiveAdmin),
        ("block" | "delete" | "remove from admins", Role::Admin) => Ok(()),
        ("activate", Role::Admin) => {
            if target.status == Status::Deactivated {
                Ok(())
            } else {
                wrong
            }
        }
        ("add again to group", Role::Admin) => Err(PolicyDenial::AlreadyMember),
        ("add to admins", Role::Admin) if target.is_admin => Err(PolicyDenial::AlreadyMember),
        ("add to admins" | "add to group", Role::Admin) => {
            if target.status == Status::Active {
                Ok(())
            } else {
                wrong
            }
        }
        (name, _) => panic!("no rule is written for {name}"),
    }
}

fn actions(target: Target, other_active_admins: u64) -> [(&'static str, Action); 21] {
    [
        ("see directory", UserAction::SeeDirectory.into()),
        ("see everyone", UserAction::SeeEveryone.into()),
        ("see admins", GroupAction::SeeAdmins.into()),
        ("invite", UserAction::InviteUser.into()),
        ("send mails again", UserAction::SendMailsAgain.into()),
        ("resend", UserAction::ResendInvitation(target).into()),
        ("revoke", UserAction::RevokeInvitation(target).into()),
        ("see link", UserAction::SeeInvitationLink(target).into()),
        ("block", UserAction::Block { target, other_active_admins }.into()),
        ("activate", UserAction::Activate(target).into()),
        ("delete", UserAction::Delete { target, other_active_admins }.into()),
        ("see deleted", UserAction::SeeDeleted.into()),
        ("restore", UserAction::RestoreUser.into()),
        ("add to admins", GroupAction::AddToAdmins(target).into()),
        ("remove from admins", GroupAction::RemoveFromAdmins { target, other_active_admins }.into()),
        ("create group", GroupAction::CreateGroup.into()),
        ("rename group", GroupAction::RenameGroup.into()),
        ("delete group", GroupAction::DeleteGroup.into()),
        ("add to group", GroupAction::AddToGroup { target, is_member: false }.into()),
        ("add again to group", GroupAction::AddToGroup { target, is_member: true }.into()),
        ("remove from group", GroupAction::RemoveFromGroup.into()),
    ]
}

#[test]
fn every_role_relation_status_and_action_is_decided_as_written() {
    let mut decided = 0;
    for role in Role::ALL {
        for id in [ACTOR, SOMEBODY] {
            for status in Status::ALL {
                for is_admin in [false, true] {
                    for others in [0, 1, 2] {
                        let target = Target { id, status, is_admin, default_role: DefaultRole::User, inside: None };
                        for (name, action) in actions(target, others) {
                            let actor = Actor { id: Some(ACTOR), role };
                            assert_eq!(decide(actor, action), written(name, role, target, others), "{role:?} {name} {target:?} {others}");
                            decided += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(decided, 3 * 2 * 4 * 2 * 3 * 21);
}

#[test]
fn being_in_admins_outranks_the_default_role() {
    assert_eq!(Role::of(true, DefaultRole::User), Role::Admin);
    assert_eq!(Role::of(false, DefaultRole::PortfolioAdmin), Role::PortfolioAdmin);
    assert_eq!(Role::of(false, DefaultRole::User), Role::User);
}

/// The written rules of Users & Permissions.
fn written_in_scope(name: &str, role: Role, target: Target, is_own: bool, others: u64) -> Result<(), PolicyDenial> {
    let inside = target.inside.unwrap();
    let reaches = match role {
        Role::Admin => true,
        Role::PortfolioAdmin => inside == ScopeRelation::Wholly,
        Role::User => false,
    };
    let sees = role == Role::Admin || inside != ScopeRelation::Not;
    let open = matches!(target.status, Status::Invited | Status::Expired);
    let is_own = role == Role::Admin || is_own;
    let oneself = target.id == ACTOR;
    let wrong = Err(PolicyDenial::Status(target.status));
    match name {
        "edit oneself" | "change own sign-in" if !oneself => return Err(PolicyDenial::Unknown),
        "edit oneself" | "change own sign-in" => return if target.status == Status::Active { Ok(()) } else { wrong },
        _ if role == Role::User => return Err(PolicyDenial::Role),
        _ => {}
    }
    match name {
        "see user" => return if sees { Ok(()) } else { Err(PolicyDenial::Unknown) },
        "change assignments" | "take portfolio" if !is_own => return Err(PolicyDenial::Unknown),
        "change assignments" | "take portfolio" => {}
        _ if !sees => return Err(PolicyDenial::Unknown),
        _ if !reaches => return Err(PolicyDenial::OutOfReach),
        "reset two-factor" if role == Role::PortfolioAdmin && target.default_role == DefaultRole::PortfolioAdmin => {
            return Err(PolicyDenial::OutOfReach);
        }
        _ => {}
    }
    match name {
        "resend" | "revoke" | "see link" => {
            if open {
                Ok(())
            } else {
                wrong
            }
        }
        _ if oneself => Err(PolicyDenial::Oneself),
        "deactivate" | "send reset" | "remind of two-factor" if target.status != Status::Active => wrong,
        "deactivate" if target.is_admin && others == 0 => Err(PolicyDenial::LastActiveAdmin),
        "reactivate" if target.status != Status::Deactivated => wrong,
        "take portfolio" if target.default_role == DefaultRole::PortfolioAdmin && others == 0 => Err(PolicyDenial::LastPortfolio),
        "edit"
        | "send reset"
        | "end sessions"
        | "reset two-factor"
        | "remind of two-factor"
        | "deactivate"
        | "reactivate"
        | "change assignments"
        | "take portfolio" => Ok(()),
        name => panic!("no rule is written for {name}"),
    }
}

#[test]
fn what_is_done_to_people_in_users_and_permissions_is_decided_as_written() {
    let mut decided = 0;
    let mut check = |role, target: Target, is_own, others| {
        let actions: [(&str, Action); 15] = [
            ("remind of two-factor", UserAction::RemindOfTwoFactor(target).into()),
            ("edit oneself", UserAction::EditOneself(target).into()),
            ("change own sign-in", UserAction::ChangeOwnSignIn(target).into()),
            ("reset two-factor", UserAction::ResetTwoFactor(target).into()),
            ("see user", UserAction::SeeUser(target).into()),
            ("edit", UserAction::EditUser(target).into()),
            ("send reset", UserAction::SendPasswordReset(target).into()),
            ("end sessions", UserAction::EndSessions(target).into()),
            ("deactivate", UserAction::Block { target, other_active_admins: others }.into()),
            ("reactivate", UserAction::Activate(target).into()),
            ("resend", UserAction::ResendInvitation(target).into()),
            ("revoke", UserAction::RevokeInvitation(target).into()),
            ("see link", UserAction::SeeInvitationLink(target).into()),
            ("change assignments", AccessAction::ChangeAssignments { target, is_own }.into()),
            ("take portfolio", AccessAction::UnassignPortfolio { target, is_own, others }.into()),
        ];
        for (name, action) in actions {
            let written = written_in_scope(name, role, target, is_own, others);
            assert_eq!(decide(Actor { id: Some(ACTOR), role }, action), written, "{role:?} {name} {target:?} {is_own} {others}");
            decided += 1;
        }
    };
    for role in Role::ALL {
        for inside in ScopeRelation::ALL.map(Some) {
            for id in [ACTOR, SOMEBODY] {
                for status in Status::ALL {
                    for (is_admin, is_own, others) in
                        [(false, false, 0), (false, true, 0), (true, true, 0), (true, true, 1), (false, true, 1)]
                    {
                        for &default_role in DefaultRole::ALL {
                            check(role, Target { id, status, is_admin, default_role, inside }, is_own, others);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(decided, 3 * 3 * 2 * 4 * 5 * 2 * 15);
}

#[test]
fn what_happens_in_portfolios_is_decided_as_written() {
    for (role, is_own, sees, creates) in [
        (Role::Admin, false, Ok(()), Ok(())),
        (Role::Admin, true, Ok(()), Ok(())),
        (Role::PortfolioAdmin, true, Ok(()), Ok(())),
        (Role::PortfolioAdmin, false, Err(PolicyDenial::Unknown), Err(PolicyDenial::Unknown)),
        (Role::User, true, Err(PolicyDenial::Role), Err(PolicyDenial::Role)),
        (Role::User, false, Err(PolicyDenial::Role), Err(PolicyDenial::Role)),
    ] {
        let decided = |action| decide(Actor { id: Some(ACTOR), role }, action);
        assert_eq!(decided(AccessAction::SeePortfolio { is_own }), sees, "{role:?} {is_own}");
        assert_eq!(decided(AccessAction::CreateAccount { is_own }), creates, "{role:?} {is_own}");
        for &default_role in DefaultRole::ALL {
            assert_eq!(decided(AccessAction::InviteWith { default_role, is_own }), creates, "{role:?} {default_role:?} {is_own}");
        }
        let manages = if role == Role::Admin { Ok(()) } else { Err(PolicyDenial::Role) };
        assert_eq!(decided(AccessAction::ManagePortfolios), manages, "{role:?}");
    }
}

#[test]
fn what_happens_in_accounts_is_decided_as_written() {
    const SEES: Option<AssignmentPermissions> = Some(AssignmentPermissions { edits_details: false, sees_billing: false });
    const EDITS: Option<AssignmentPermissions> = Some(AssignmentPermissions { edits_details: true, sees_billing: false });
    const BILLING: Option<AssignmentPermissions> = Some(AssignmentPermissions { edits_details: false, sees_billing: true });
    let (ok, unknown, beyond, role) = (Ok(()), Err(PolicyDenial::Unknown), Err(PolicyDenial::OutOfReach), Err(PolicyDenial::Role));
    // Role, own portfolio, assignment, and the results for: view, edit, view billing, update billing.
    for (who, is_own, assigned, written) in [
        (Role::Admin, false, None, [ok, ok, ok, ok]),
        (Role::PortfolioAdmin, true, None, [ok, ok, ok, ok]),
        (Role::PortfolioAdmin, true, SEES, [ok, ok, ok, ok]),
        (Role::PortfolioAdmin, false, None, [unknown, unknown, unknown, unknown]),
        (Role::PortfolioAdmin, false, SEES, [ok, beyond, beyond, beyond]),
        (Role::PortfolioAdmin, false, EDITS, [ok, ok, beyond, beyond]),
        (Role::PortfolioAdmin, false, BILLING, [ok, beyond, ok, beyond]),
        (Role::User, false, None, [unknown, unknown, unknown, role]),
        (Role::User, false, SEES, [ok, beyond, beyond, role]),
        (Role::User, false, EDITS, [ok, ok, beyond, role]),
        (Role::User, false, BILLING, [ok, beyond, ok, role]),
    ] {
        let place = AccountPlace { is_own, assigned };
        let actions = [
            AccessAction::SeeAccount(place),
            AccessAction::EditAccount(place),
            AccessAction::SeeBilling(place),
            AccessAction::UpdateBilling(place),
        ];
        let decided = actions.map(|action| decide(Actor { id: Some(ACTOR), role: who }, action));
        assert_eq!(decided, written, "{who:?} {place:?}");
    }
}

#[test]
fn a_permission_that_a_role_has_anywhere_opens_its_pages() {
    for &permission in Permission::ALL {
        for role in Role::ALL {
            let decided = decide(Actor { id: Some(ACTOR), role }, Action::Use(permission));
            let written = match permission.level(role) {
                AccessLevel::Nowhere => Err(PolicyDenial::Role),
                AccessLevel::Hidden => Err(PolicyDenial::Unknown),
                AccessLevel::Company
                | AccessLevel::Portfolios
                | AccessLevel::WhollyInside
                | AccessLevel::UsersWhollyInside
                | AccessLevel::Accounts => Ok(()),
            };
            assert_eq!(decided, written, "{role:?} {permission:?}");
        }
    }
}

#[test]
fn settings_are_for_admins() {
    for role in Role::ALL {
        for action in [CompanyAction::SeeSettings, CompanyAction::ChangeSettings, CompanyAction::SendTestMail] {
            let written = if role == Role::Admin { Ok(()) } else { Err(PolicyDenial::Role) };
            assert_eq!(decide(Actor { id: Some(ACTOR), role }, action), written, "{role:?} {action:?}");
        }
    }
}

/// The written rules of assets. An Admin without a share has the access to view.
fn written_of_assets(name: &str, role: Role, access: Option<AssetAccess>) -> Result<(), PolicyDenial> {
    use AssetAccess::{Edit, Owner, View};
    match (name, access) {
        ("create" | "restore own", _) => Ok(()),
        ("see all" | "restore" | "change owner", _) => {
            if role == Role::Admin {
                Ok(())
            } else {
                Err(PolicyDenial::Role)
            }
        }
        (_, None) => Err(PolicyDenial::Unknown),
        ("see", _) | ("edit", Some(Edit | Owner)) | ("manage" | "share", Some(Owner)) => Ok(()),
        ("share with a deactivated user", Some(Owner)) => Err(PolicyDenial::Status(Status::Deactivated)),
        (_, Some(View | Edit)) => Err(PolicyDenial::OutOfReach),
        (name, _) => panic!("no rule is written for {name}"),
    }
}

#[test]
fn every_role_and_access_to_an_asset_is_decided_as_written() {
    let target = |status| Target { id: SOMEBODY, status, is_admin: false, default_role: DefaultRole::User, inside: None };
    for role in Role::ALL {
        for access in [None, Some(AssetAccess::View), Some(AssetAccess::Edit), Some(AssetAccess::Owner)] {
            for (name, action) in [
                ("create", AssetAction::CreateAsset),
                ("see all", AssetAction::SeeAllAssets),
                ("see", AssetAction::SeeAsset(access)),
                ("edit", AssetAction::EditAsset(access)),
                ("manage", AssetAction::ManageAsset(access)),
                ("share", AssetAction::ShareWithUser { access, target: target(Status::Active) }),
                ("share with a deactivated user", AssetAction::ShareWithUser { access, target: target(Status::Deactivated) }),
                ("restore own", AssetAction::RestoreAsset { is_owner: true }),
                ("restore", AssetAction::RestoreAsset { is_owner: false }),
                ("change owner", AssetAction::ChangeOwner { target: target(Status::Active) }),
            ] {
                let actor = Actor { id: Some(ACTOR), role };
                assert_eq!(decide(actor, action), written_of_assets(name, role, access), "{role:?} {name} {access:?}");
            }
        }
    }
}

#[test]
fn sensitive_actions_alone_need_a_recent_proof() {
    let target = Target { id: SOMEBODY, status: Status::Active, is_admin: false, default_role: DefaultRole::User, inside: None };
    let directory = actions(target, 1).into_iter();
    let others: [(&str, Action); 8] = [
        ("edit oneself", UserAction::EditOneself(target).into()),
        ("change own sign-in", UserAction::ChangeOwnSignIn(target).into()),
        ("reset two-factor", UserAction::ResetTwoFactor(target).into()),
        ("edit", UserAction::EditUser(target).into()),
        ("edit asset", AssetAction::EditAsset(None).into()),
        ("change owner", AssetAction::ChangeOwner { target }.into()),
        ("change settings", CompanyAction::ChangeSettings.into()),
        ("send test mail", CompanyAction::SendTestMail.into()),
    ];
    let sensitive = directory.chain(others).filter(|(_, action)| action.needs_recent_proof()).map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(sensitive, ["delete", "add to admins", "change own sign-in", "reset two-factor", "change owner", "change settings"]);
}
