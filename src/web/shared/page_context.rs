//! The console as somebody signed in has it: who they are, what the last request left to be said, and the way to use cases.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt as _};
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::{
    domain::{idempotency_key::IdempotencyKey, role::Role, time_zone::ZonedTime},
    usecases::{
        ActionError, Context, EntryPoint, Submission, User,
        shared::layout::{self, LayoutData},
    },
};

use super::{
    error::{self, WebError},
    extract::{self, CurrentUser},
    page::{self, Flash, Layout},
    respond::{self, HandlerResult},
    routing::{
        endpoint::{Endpoint, Section},
        paths,
    },
    session,
    state::State,
};

/// Context of a handler. Its presence proves that the user is signed in, active, and has the permission that the address needs.
#[derive(Clone)]
pub(in crate::web) struct PageContext {
    pub(in crate::web) current: CurrentUser,
    state: State,
    session: Session,
    section: Option<Section>,
    is_my_account: bool,
    came_from: Option<String>,
}

impl FromRequest for PageContext {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let current = CurrentUser::from_request(request, payload).into_inner();
        let (endpoint, came_from) = (Endpoint::of(request), extract::came_from(request));
        let section = endpoint.and_then(|endpoint| endpoint.access.section());
        let is_my_account = endpoint.is_some_and(|endpoint| endpoint.pattern.starts_with(paths::MyAccount::PATTERN));
        ready(current.and_then(|current| {
            Ok(Self { current, state: State::of(request)?.clone(), session: request.get_session(), section, is_my_account, came_from })
        }))
    }
}

impl PageContext {
    /// Opens a page: its content and its layout.
    pub(in crate::web) async fn open<T: Send + 'static>(
        &self,
        content: impl FnOnce(&Context, &User) -> Result<T, ActionError> + Send + 'static,
    ) -> Result<(LayoutData, T), WebError> {
        let (actor, company) = (self.current.user.clone(), self.current.company.clone());
        self.state
            .run(move |ctx| {
                let layout = layout::load(ctx, &actor, company)?;
                Ok::<_, ActionError>((layout, content(ctx, &actor)?))
            })
            .await
    }

    /// Does what this user asked for, of which the next page says `said`.
    pub(in crate::web) async fn act<S, T, E>(
        &self,
        said: impl Fn(&S) -> Flash + Send + Sync + 'static,
        act: impl FnOnce(&Context, &Submission<S>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, WebError>
    where
        S: 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let submission = self.submission(said);
        self.state.try_run(move |ctx| act(ctx, &submission)).await
    }

    /// A form of this user, of which the next page says `said`.
    pub(in crate::web) fn submission<S: 'static>(&self, said: impl Fn(&S) -> Flash + Send + Sync + 'static) -> Submission<S> {
        Submission::from(self.current.principal()).saying(move |done| session::stored(&said(done)))
    }

    /// Makes something new, once, however often the form is sent.
    pub(in crate::web) async fn make<T, E>(
        &self,
        form: IdempotencyKey,
        said: impl Fn(&T) -> Flash + Send + Sync + 'static,
        make: impl FnOnce(&Context, &Submission<T>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, WebError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let submission = self.submission(said).with_key(form);
        self.state.try_run(move |ctx| make(ctx, &submission)).await
    }

    /// Does what this user asked for, and goes on to the page at `path`, which says `said`, or why nothing was to be done.
    pub(in crate::web) async fn act_and_go<T: Send + 'static>(
        &self,
        path: impl ToString,
        said: impl Fn(&T) -> Flash + Send + Sync + 'static,
        act: impl FnOnce(&Context, &Submission<T>) -> Result<T, ActionError> + Send + 'static,
    ) -> HandlerResult {
        match self.act(said, act).await? {
            Ok(_) => respond::see_other(path),
            Err(denied) => self.say(&error::already(denied)?, path),
        }
    }

    /// The screen from which this user acts on others.
    pub(in crate::web) fn entry_point(&self) -> EntryPoint {
        EntryPoint::of(self.section)
    }

    /// Layout of a page. Takes the flash of the last request.
    pub(in crate::web) fn layout(&self, layout_data: &LayoutData) -> Layout {
        let role = self.current.user.actor().role;
        Layout {
            company: layout_data.company.name.clone(),
            time_zone: layout_data.company.time_zone,
            me: page::UserLabel::from(&self.current.user.who()),
            appearance: self.current.appearance,
            is_my_account: self.is_my_account,
            nav: if self.current.must_enrol { Vec::new() } else { page::navigation(role, self.section) },
            csrf: self.current.csrf(&self.state),
            flash: self.current.take_flash(&self.session),
            session: self.current.session_left(self.state.ctx.now()),
            is_only_admin: layout_data.is_single_admin,
            audit_damage: layout_data.audit_damage,
            mails_to_files: role == Role::Admin && self.passes_links_on(),
        }
    }

    /// Nothing was changed: on to the page at `path`, which says why.
    pub(in crate::web) fn say(&self, message: &Flash, path: impl ToString) -> HandlerResult {
        self.keep(message);
        respond::see_other(path)
    }

    /// Lets the next page say something besides what was saved.
    pub(in crate::web) fn keep(&self, message: &Flash) {
        session::flash(&self.session, message);
    }

    /// True if administrators pass links on themselves, for want of a mail server.
    pub(in crate::web) fn passes_links_on(&self) -> bool {
        !self.state.ctx.sends_mail
    }

    pub(in crate::web) fn is_you(&self, user: &User) -> bool {
        user.id == self.current.user.id
    }

    /// The view of the page at `path` from which a form was sent.
    pub(in crate::web) fn view_of(&self, path: &str) -> Option<&str> {
        self.came_from.as_deref().filter(|from| from.split('?').next() == Some(path))
    }

    /// Home for a form that was sent from there, else `path`.
    pub(in crate::web) fn home_or(&self, path: String) -> String {
        self.view_of(paths::Root::PATTERN).map_or(path, str::to_owned)
    }

    pub(in crate::web) fn state(&self) -> &State {
        &self.state
    }

    pub(in crate::web) fn now(&self) -> ZonedTime {
        self.current.company.in_zone(self.state.ctx.now())
    }
}
