//! Who may do what: one pure function, asked by every use case inside its transaction, and by pages to decide what to draw.

use super::{
    ids::UserId,
    user::{DefaultRole, Status},
};

/// What somebody is. Being in Admins outranks the default role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Admin,
    PortfolioAdmin,
    User,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Admin, Self::PortfolioAdmin, Self::User];

    pub fn of(is_admin: bool, default_role: DefaultRole) -> Self {
        match (is_admin, default_role) {
            (true, _) => Self::Admin,
            (false, DefaultRole::PortfolioAdmin) => Self::PortfolioAdmin,
            (false, DefaultRole::User) => Self::User,
        }
    }
}

/// Somebody who is signed in and active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub role: Role,
}

/// The person that something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub id: UserId,
    pub status: Status,
    pub is_admin: bool,
}

/// Everything that needs permission. What an action does to a person carries that person; what could lock the company out carries
/// how many active Admins there are besides the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Users & Groups as the directory: names, addresses and custom groups of active people.
    SeeDirectory,
    /// Everyone else in Users & Groups, with status, last sign-in and what became of their mails.
    SeeEveryone,
    /// The Admins group, who is in it, and that it exists.
    SeeAdmins,
    /// From Users & Groups: as a User without assignments.
    InviteUser,
    ResendInvitation(Target),
    RevokeInvitation(Target),
    /// Where no mail server is configured: see the link, to pass it on.
    SeeInvitationLink(Target),
    Block {
        target: Target,
        other_active_admins: u64,
    },
    Activate(Target),
    Delete {
        target: Target,
        other_active_admins: u64,
    },
    /// People deleted, until they are gone for good.
    SeeDeleted,
    RestoreUser,
    AddToAdmins(Target),
    RemoveFromAdmins {
        target: Target,
        other_active_admins: u64,
    },
    CreateGroup,
    RenameGroup,
    DeleteGroup,
    AddToGroup {
        target: Target,
        is_member: bool,
    },
    RemoveFromGroup,
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role may never do this.
    #[error("the role does not allow it")]
    Role,
    /// For this actor, there is no such thing.
    #[error("there is no such thing")]
    Unknown,
    /// Administrators' actions are for others.
    #[error("nobody does this to themselves")]
    Oneself,
    /// Not to somebody with this status.
    #[error("the status does not allow it")]
    Status(Status),
    /// The person already is in the group.
    #[error("already a member")]
    AlreadyMember,
    /// The person is not in the group, or not any more.
    #[error("not a member")]
    NotAMember,
    /// Nobody could administer the company any more.
    #[error("the last active Admin stays")]
    LastActiveAdmin,
}

/// Decides whether `actor` may do `action`.
///
/// # Errors
/// The first reason against it: role, then the person's status, then the company's safety.
pub fn decide(actor: Actor, action: Action) -> Result<(), Refusal> {
    use Action::{
        Activate, AddToAdmins, AddToGroup, Block, CreateGroup, Delete, DeleteGroup, InviteUser, RemoveFromAdmins, RemoveFromGroup,
        RenameGroup, ResendInvitation, RestoreUser, RevokeInvitation, SeeAdmins, SeeDeleted, SeeDirectory, SeeEveryone, SeeInvitationLink,
    };
    match (action, actor.role) {
        (SeeDirectory, _) => return Ok(()),
        (_, Role::Admin) => {}
        (SeeAdmins | AddToAdmins(_) | RemoveFromAdmins { .. }, _) => return Err(Refusal::Unknown),
        _ => return Err(Refusal::Role),
    }
    match action {
        SeeDirectory | SeeEveryone | SeeAdmins | InviteUser | SeeDeleted | RestoreUser | CreateGroup | RenameGroup | DeleteGroup
        | RemoveFromGroup => Ok(()),
        ResendInvitation(target) | RevokeInvitation(target) | SeeInvitationLink(target) => {
            require_status(target, &[Status::Invited, Status::Expired])
        }
        Block { target, other_active_admins } => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Active])?;
            keep_an_admin(target, other_active_admins)
        }
        Activate(target) => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Deactivated])
        }
        Delete { target, other_active_admins } => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Active, Status::Deactivated])?;
            keep_an_admin(target, other_active_admins)
        }
        AddToAdmins(Target { is_admin: true, .. }) | AddToGroup { is_member: true, .. } => Err(Refusal::AlreadyMember),
        AddToAdmins(target) | AddToGroup { target, .. } => require_status(target, &[Status::Active]),
        RemoveFromAdmins { target, other_active_admins } => keep_an_admin(target, other_active_admins),
    }
}

fn not_oneself(actor: Actor, target: Target) -> Result<(), Refusal> {
    if actor.id == target.id { Err(Refusal::Oneself) } else { Ok(()) }
}

fn require_status(target: Target, wanted: &[Status]) -> Result<(), Refusal> {
    if wanted.contains(&target.status) { Ok(()) } else { Err(Refusal::Status(target.status)) }
}

fn keep_an_admin(target: Target, other_active_admins: u64) -> Result<(), Refusal> {
    let is_last = target.is_admin && target.status == Status::Active && other_active_admins == 0;
    if is_last { Err(Refusal::LastActiveAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTOR: UserId = UserId(1);
    const SOMEBODY: UserId = UserId(2);

    /// The written rules of each action over every role, relation, status and number of other Admins.
    #[expect(clippy::match_same_arms, reason = "each line is one written rule")]
    fn written(action_name: &str, role: Role, target: Target, others: u64) -> Result<(), Refusal> {
        let oneself = target.id == ACTOR;
        let last = target.is_admin && target.status == Status::Active && others == 0;
        let open = matches!(target.status, Status::Invited | Status::Expired);
        let wrong = Err(Refusal::Status(target.status));
        match (action_name, role) {
            ("see directory", _) => Ok(()),
            ("see admins" | "add to admins" | "remove from admins", Role::PortfolioAdmin | Role::User) => Err(Refusal::Unknown),
            (_, Role::PortfolioAdmin | Role::User) => Err(Refusal::Role),
            (
                "see everyone" | "see admins" | "invite" | "see deleted" | "restore" | "create group" | "rename group" | "delete group"
                | "remove from group",
                Role::Admin,
            ) => Ok(()),
            ("resend" | "revoke" | "see link", Role::Admin) => {
                if open {
                    Ok(())
                } else {
                    wrong
                }
            }
            ("block" | "activate" | "delete", Role::Admin) if oneself => Err(Refusal::Oneself),
            ("block", Role::Admin) if target.status != Status::Active => wrong,
            ("delete", Role::Admin) if open => wrong,
            ("block" | "delete" | "remove from admins", Role::Admin) if last => Err(Refusal::LastActiveAdmin),
            ("block" | "delete" | "remove from admins", Role::Admin) => Ok(()),
            ("activate", Role::Admin) => {
                if target.status == Status::Deactivated {
                    Ok(())
                } else {
                    wrong
                }
            }
            ("add again to group", Role::Admin) => Err(Refusal::AlreadyMember),
            ("add to admins", Role::Admin) if target.is_admin => Err(Refusal::AlreadyMember),
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

    fn actions(target: Target, other_active_admins: u64) -> [(&'static str, Action); 20] {
        [
            ("see directory", Action::SeeDirectory),
            ("see everyone", Action::SeeEveryone),
            ("see admins", Action::SeeAdmins),
            ("invite", Action::InviteUser),
            ("resend", Action::ResendInvitation(target)),
            ("revoke", Action::RevokeInvitation(target)),
            ("see link", Action::SeeInvitationLink(target)),
            ("block", Action::Block { target, other_active_admins }),
            ("activate", Action::Activate(target)),
            ("delete", Action::Delete { target, other_active_admins }),
            ("see deleted", Action::SeeDeleted),
            ("restore", Action::RestoreUser),
            ("add to admins", Action::AddToAdmins(target)),
            ("remove from admins", Action::RemoveFromAdmins { target, other_active_admins }),
            ("create group", Action::CreateGroup),
            ("rename group", Action::RenameGroup),
            ("delete group", Action::DeleteGroup),
            ("add to group", Action::AddToGroup { target, is_member: false }),
            ("add again to group", Action::AddToGroup { target, is_member: true }),
            ("remove from group", Action::RemoveFromGroup),
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
                            let target = Target { id, status, is_admin };
                            for (name, action) in actions(target, others) {
                                let actor = Actor { id: ACTOR, role };
                                assert_eq!(
                                    decide(actor, action),
                                    written(name, role, target, others),
                                    "{role:?} {name} {target:?} {others}"
                                );
                                decided += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(decided, 3 * 2 * 4 * 2 * 3 * 20);
    }

    #[test]
    fn being_in_admins_outranks_the_default_role() {
        assert_eq!(Role::of(true, DefaultRole::User), Role::Admin);
        assert_eq!(Role::of(false, DefaultRole::PortfolioAdmin), Role::PortfolioAdmin);
        assert_eq!(Role::of(false, DefaultRole::User), Role::User);
    }
}
