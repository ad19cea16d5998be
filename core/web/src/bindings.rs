//! What the page calls. Everything is said in numbers, texts and bytes; what is shown is JSON.

use crate::{Deed, Line, NotDone, Page, Screen, What, not_done, refused};
use bytes::Bytes;
use handfast_device::{Event, SessionId};
use handfast_protocol::conversation::Finding;
use handfast_protocol::pairing::Now;
use handfast_token::LinkBase;
use wasm_bindgen::prelude::*;

/// A device in a page. After each call `next` is asked until there is nothing more.
#[wasm_bindgen]
pub struct Core {
    page: Page,
    base: LinkBase,
}

/// One thing to do, or to show.
#[wasm_bindgen]
pub struct Step {
    /// Which.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub kind: String,
    /// In which session; 0 for none.
    #[wasm_bindgen(readonly)]
    pub session: u32,
    /// A description for the connection, the key of a sentence, or what is shown, as JSON.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub text: String,
    /// A message.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub bytes: Vec<u8>,
}

#[wasm_bindgen]
impl Core {
    /// A device that nobody has met, in a page at this address, if others can open it there.
    #[wasm_bindgen(constructor)]
    pub fn new(base: Option<String>) -> Result<Core, JsError> {
        let base = base.map_or(Ok(LinkBase::DEFAULT), |base| LinkBase::new(&base))?;
        let page = Page::new(now())?;
        Ok(Self { page, base })
    }

    /// Opens a text with an invitation in it.
    pub fn open(&mut self, text: &str) -> Result<(), JsError> {
        self.page.open(text, now()).map_err(said)
    }

    /// The person agrees to connect, and is called this.
    pub fn accept(&mut self, session: u32, name: &str) {
        self.page.accept(id(session), name, now());
    }

    /// The person answers what is asked.
    pub fn answer(&mut self, session: u32, typed: Vec<String>) -> Result<(), JsError> {
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        self.page.answer(id(session), &typed, now()).map_err(said)
    }

    /// Writes this.
    pub fn say(&mut self, session: u32, text: &str) {
        self.page.say(id(session), text, now());
    }

    /// What is compared is the same on both screens, or not.
    pub fn judge(&mut self, session: u32, is_same: bool) {
        let finding = match is_same {
            true => Finding::Same,
            false => Finding::Different,
        };
        self.page.judge(id(session), finding, now());
    }

    /// Puts the comparison off.
    pub fn later(&mut self, session: u32) {
        self.page.judge(id(session), Finding::Later, now());
    }

    /// Shows the reply at once.
    pub fn offer_reply(&mut self, session: u32) {
        self.page.act(id(session), What::OfferReply, now());
    }

    /// Wishes to compare, or agrees to it.
    pub fn compare(&mut self, session: u32) {
        self.page.act(id(session), What::Compare, now());
    }

    /// As much again may come as the limits allow.
    pub fn allow_more(&mut self, session: u32) {
        self.page.act(id(session), What::AllowMore, now());
    }

    /// Only who the person means would have asked that question.
    pub fn only_they(&mut self, session: u32) {
        self.page.act(id(session), What::OnlyThey, now());
    }

    /// Ends the session; a conversation says goodbye.
    pub fn close(&mut self, session: u32) {
        self.page.act(id(session), What::Close, now());
    }

    /// So many rows have reached the screen.
    pub fn taken(&mut self, session: u32, rows: u32) {
        self.page.taken(id(session), rows, now());
    }

    /// There is a connection, described so.
    pub fn bound(&mut self, session: u32, sdp: &str) -> Result<(), JsError> {
        self.page.bound(id(session), sdp, now()).map_err(said)
    }

    /// There is another one. What it is told of the host.
    pub fn knock(&mut self, session: u32, sdp: &str) -> Result<String, JsError> {
        self.page.knock(id(session), sdp).map_err(said)
    }

    /// The other side answers checks.
    pub fn answered(&mut self, session: u32) {
        self.page.answered(id(session), now());
    }

    /// The channel is open.
    pub fn opened(&mut self, session: u32) {
        self.page.opened(id(session), now());
    }

    /// A message came.
    pub fn received(&mut self, session: u32, message: Vec<u8>) {
        self.page.received(id(session), Bytes::from(message), now());
    }

    /// Nothing is heard, or it is heard again.
    pub fn silent(&mut self, session: u32, is_silent: bool) {
        self.page.silent(id(session), is_silent, now());
    }

    /// The channel is closed.
    pub fn closed(&mut self, session: u32) {
        self.page.closed(id(session), now());
    }

    /// Does the work of a session.
    pub fn work(&mut self, session: u32) {
        self.page.work(id(session), now());
    }

    /// The deadline has come.
    pub fn tick(&mut self) {
        self.page.tick(now());
    }

    /// In how many milliseconds `tick` must be called.
    pub fn deadline(&self) -> Option<f64> {
        let deadline = self.page.deadline(now())?;
        Some(deadline.as_secs_f64() * 1_000.0)
    }

    /// What to do next.
    pub fn next(&mut self) -> Option<Step> {
        let deed = self.page.poll(now())?;
        Some(Step::of(deed, &self.base))
    }
}

impl Step {
    fn of(deed: Deed, base: &LinkBase) -> Self {
        match deed {
            Deed::Bind(session) => Self::new("bind", session),
            Deed::Connect(session, told) => Self::new("connect", session).saying(told),
            Deed::ConnectAgain(session) => Self::new("connect_again", session),
            Deed::Send(session, message) => Self {
                bytes: message.into(),
                ..Self::new("send", session)
            },
            Deed::Shut(session) => Self::new("shut", session),
            Deed::Cut(session) => Self::new("cut", session),
            Deed::Work(session) => Self::new("work", session),
            Deed::Show(Event::View(session, view)) => {
                Self::new("screen", session).saying(json(&Screen::of(*view, base)))
            }
            Deed::Show(Event::Row(session, row)) => {
                Self::new("line", session).saying(json(&Line::from(row)))
            }
            Deed::Show(Event::NotCompared(session, _)) => {
                Self::new("notice", session).saying("kind_too_often")
            }
            Deed::Refuse(why) => Self::new("notice", NONE).saying(refused(why).unwrap_or_default()),
            // Lists that a page does not show, as it keeps nothing.
            Deed::Show(_) => Self::new("nothing", NONE),
        }
    }

    fn new(kind: &str, SessionId(session): SessionId) -> Self {
        Self {
            kind: kind.to_owned(),
            // No page lives for four thousand million sessions.
            session: session as u32,
            text: String::new(),
            bytes: Vec::new(),
        }
    }

    fn saying(self, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, ..self }
    }
}

/// No session has this number.
const NONE: SessionId = SessionId(0);

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn id(session: u32) -> SessionId {
    SessionId(session.into())
}

/// The key of a sentence, or nothing where nobody needs to hear of it.
fn said(why: NotDone) -> JsError {
    JsError::new(not_done(&why).unwrap_or_default())
}

fn now() -> Now {
    let unix = web_time::SystemTime::now().duration_since(web_time::UNIX_EPOCH);
    Now {
        monotonic: web_time::Instant::now(),
        unix: unix.unwrap_or_default().as_secs(),
    }
}
