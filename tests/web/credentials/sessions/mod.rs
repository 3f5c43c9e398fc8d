//! Sessions: lifetimes, ends, and instructions to browsers about their cookie.

use actix_web::http::header;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        ids::UserId,
    },
    store::tokens,
    usecases::{ActionError, Submission, users},
};

use crate::{
    helpers::{Browser, Db, PASSWORD, Page, Setting, TestApp},
    shared::steps::{add_member, at_once, confirm},
};

mod cookies;
mod end;
mod late_forms;

const LIST: &str = "/users-and-groups";
const SIGNED_OUT: &str = "/sign-in?next=%2Fusers-and-groups";
const ADMINS: &str = "/users-and-groups/groups/1";
