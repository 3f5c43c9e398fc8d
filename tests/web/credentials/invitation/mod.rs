//! From an invitation to a signed-in user.

use std::{fs, os::unix::fs::PermissionsExt as _};

use actix_web::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        email_address::EmailAddress,
        sender::Sender,
        text::PersonName,
    },
    mail::Transport,
    store::{outbox, tokens},
    usecases::{
        LinkError, SetPasswordError,
        credentials::invitation,
        outbox::delivery::{self, Delivered},
        users,
    },
};

use crate::{
    helpers::{PASSWORD, Setting, TestApp},
    shared::steps::{Contents, NOOR, at_once, confirm, invite, new_password, press, row, sql, token, user_path, visitor},
};

mod accept;
mod invite;
mod link;
