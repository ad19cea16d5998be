//! What the page calls. Everything is said in numbers, texts and bytes; what is shown is JSON.

use crate::{
    About, Arrived, Choice, Chosen, Deed, FileDeed, Guard, Line, NotDone, Page, Person, Screen,
    Sought, Told, What, not_done, not_moved, refused, unwritten,
};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use handfast_device::{Event, Provenance, SessionId};
use handfast_protocol::conversation::{Finding, RequestId};
use handfast_protocol::handshake::{Client, ClientKind, PublicKey, Site};
use handfast_protocol::pairing::Now;
use handfast_store::{Change, Image, StoreError};
use handfast_token::{LinkBase, Secret, container_in, is_picture};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// A device in a page. After each call `next` is asked until there is nothing more.
#[wasm_bindgen]
pub struct Core {
    page: Page,
    base: LinkBase,
    largest_file: u64,
}

/// A device in a file, and the code that opens it.
#[wasm_bindgen]
pub struct Packed {
    /// The code, as a person types it.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub code: String,
    container: Vec<u8>,
}

#[wasm_bindgen]
impl Packed {
    /// The file. There is nothing afterwards.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.container)
    }
}

/// A file with a device in it.
#[wasm_bindgen]
pub struct Moving {
    arrived: Arrived,
    /// How many people are in it.
    #[wasm_bindgen(readonly)]
    pub people: u32,
    /// What was written is in it.
    #[wasm_bindgen(readonly)]
    pub has_messages: bool,
}

#[wasm_bindgen]
impl Moving {
    /// What a person brings as a file; nothing if it is no device.
    pub fn read(container: Vec<u8>) -> Result<Option<Moving>, JsError> {
        let arrived = Arrived::new(container).transpose();
        let arrived = arrived.map_err(|why| JsError::new(not_moved(&why)))?;
        Ok(arrived.map(|arrived| Self {
            arrived,
            people: 0,
            has_messages: false,
        }))
    }

    /// What has to be answered beside the code.
    pub fn questions(&self) -> Vec<String> {
        self.arrived.questions()
    }

    /// Opens it.
    pub fn open(&mut self, typed: Vec<String>, code: &str) -> Result<(), JsError> {
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let opened = self.arrived.open(&typed, code);
        let (people, has_messages) = opened.map_err(|why| JsError::new(not_moved(&why)))?;
        self.people = people as u32;
        self.has_messages = has_messages;
        Ok(())
    }

    /// What has to be written in the place of everything, as a step of the kind `keep` has it. `key` seals it.
    pub fn settle(&mut self, key: Vec<u8>) -> Result<Vec<u8>, JsError> {
        let key = Zeroizing::new(key);
        let key = key[..].try_into().map(Secret::new);
        let key = key.map_err(|_| JsError::new("kind_internal"))?;
        let settled = self.arrived.settle(key);
        let changes = settled.map_err(|why| JsError::new(not_moved(&why)))?;
        Ok(written(&changes))
    }
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
    /// A description for the connection, the key of a sentence, what a file is called, or what is shown, as JSON.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub text: String,
    /// Of a connection: nobody was told by which credentials it goes.
    #[wasm_bindgen(readonly)]
    pub is_nameless: bool,
    /// By which the answer about a file names what was asked.
    #[wasm_bindgen(readonly)]
    pub request: f64,
    /// Which file is read, from where, and how much; of one that is written, where.
    #[wasm_bindgen(readonly)]
    pub file: u32,
    /// See [`Self::file`].
    #[wasm_bindgen(readonly)]
    pub from: f64,
    /// See [`Self::file`].
    #[wasm_bindgen(readonly)]
    pub length: u32,
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl Step {
    /// A message, or what is written to a file. There is nothing afterwards.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

#[wasm_bindgen]
impl Core {
    /// A device in a page at this address if others can open it there, where a file that comes in has so many bytes at
    /// most, with what `pending` said last in this tab. Everything is kept that can be where there is a key for it;
    /// `values` is then all that was written before, one value after the other as a step of the kind `keep` has them.
    #[wasm_bindgen(constructor)]
    pub fn new(
        base: Option<String>,
        largest_file: f64,
        waiting: Vec<u8>,
        key: Option<Vec<u8>>,
        values: &[u8],
    ) -> Result<Core, JsError> {
        let base = base.map_or(Ok(LinkBase::DEFAULT), |base| LinkBase::new(&base))?;
        // Numbers of JavaScript are whole up to 2^53.
        let largest_file = largest_file as u64;
        let image = key.map(|key| image(&Zeroizing::new(key), values));
        let image = image
            .transpose()
            .map_err(|why| JsError::new(damaged(why)))?;
        let page = Page::new(largest_file, &Zeroizing::new(waiting), image, now())?;
        Ok(Self {
            page,
            base,
            largest_file,
        })
    }

    /// What the person was called last; nothing if they never said.
    pub fn name(&self) -> String {
        self.page.name().to_owned()
    }

    /// Whether anything is kept.
    pub fn keeps(&self) -> bool {
        self.page.keeps()
    }

    /// What a step of the kind `keep` said is written; or why it is not, by the name of the browser's error.
    pub fn written(&mut self, error: Option<String>) {
        let result = match error.as_deref() {
            None => Ok(()),
            Some("QuotaExceededError") => Err(StoreError::Full),
            Some(_) => Err(StoreError::Internal),
        };
        self.page.written(result, now());
    }

    /// Everybody who was met, as JSON.
    pub fn people(&self) -> String {
        let people: Vec<Person> = self.page.people().iter().map(Person::of).collect();
        json(&people)
    }

    /// Goes to the conversation with whoever has this key.
    pub fn visit(&mut self, key: &str) {
        if let Some(key) = person(key) {
            self.page.visit(key, now());
        }
    }

    /// Forgets whoever has this key, with all that was written.
    pub fn forget(&mut self, key: &str) {
        if let Some(key) = person(key) {
            self.page.forget(key, now());
        }
    }

    /// Takes this device along: what was written only if it is wanted.
    pub fn pack(&mut self, with_messages: bool) -> Result<Packed, JsError> {
        let packed = self.page.pack(with_messages);
        let packed = packed.map_err(|why| JsError::new(not_moved(&why)))?;
        Ok(Packed {
            code: packed.code.to_string(),
            container: packed.container,
        })
    }

    /// Shows rows before those that are shown.
    pub fn earlier(&mut self, session: u32) {
        self.page.earlier(id(session), now());
    }

    /// Replies to this row.
    pub fn reply(&mut self, session: u32, row: f64, text: String) {
        self.write_about(session, row, About::Reply(text));
    }

    /// Reacts to this row with a symbol, or with nothing any more.
    pub fn react(&mut self, session: u32, row: f64, symbol: String) {
        self.write_about(session, row, About::React(symbol));
    }

    /// Changes this row.
    pub fn edit(&mut self, session: u32, row: f64, text: String) {
        self.write_about(session, row, About::Edit(text));
    }

    /// Takes this row back.
    pub fn take_back(&mut self, session: u32, row: f64) {
        self.write_about(session, row, About::TakeBack);
    }

    fn write_about(&mut self, session: u32, row: f64, about: About) {
        self.page.write_about(id(session), row as u64, about, now());
    }

    /// The person has this row before their eyes.
    pub fn seen(&mut self, session: u32, row: f64) {
        self.page.seen(id(session), row as u64, now());
    }

    /// Others are told that this is a `page`, something that is `embedded` in one, or a `file`; and of which host.
    pub fn introduce(&mut self, kind: &str, host: &str) {
        let kind = match kind {
            "embedded" => ClientKind::Embedded,
            "file" => ClientKind::File,
            _ => ClientKind::Page,
        };
        self.page.introduce(Client::new(kind, Site::new(host)));
    }

    /// Whether this file goes to the reader of pictures.
    pub fn is_picture(bytes: &[u8]) -> bool {
        is_picture(bytes) && container_in(bytes).is_none()
    }

    /// Goes on with what the page before this one was waiting with. Whether there is anything.
    pub fn resume(&mut self, name: &str, keeps: bool) -> bool {
        self.page.resume(name, keeps, now())
    }

    /// What a page that is loaded anew needs to go on with this session; nothing where nothing of it can wait.
    pub fn pending(&self, session: u32) -> Option<Vec<u8>> {
        let pending = self.page.pending(id(session))?;
        Some(pending.to_vec())
    }

    /// Takes a text, or a file that is no picture. `sought` is `invitation` or `reply`.
    pub fn take(&mut self, sought: &str, bytes: &[u8]) -> Result<(), JsError> {
        self.page.take(what(sought), bytes, now()).map_err(said)
    }

    /// Takes what was read in a picture, or seen by the camera: the texts of all codes in there.
    pub fn take_read(
        &mut self,
        sought: &str,
        texts: Vec<String>,
        by_camera: bool,
    ) -> Result<(), JsError> {
        let provenance = match by_camera {
            true => Provenance::Camera,
            false => Provenance::Carried,
        };
        let taken = self.page.take_read(what(sought), &texts, provenance, now());
        taken.map_err(said)
    }

    /// Takes the one with this number of those that were found together.
    pub fn choose(&mut self, number: u32) -> Result<(), JsError> {
        self.page.choose(number as usize, now()).map_err(said)
    }

    /// Makes an invitation of somebody who is called this. `guard` is `open`, `asked` or `locked`.
    pub fn invite(
        &mut self,
        name: &str,
        guard: &str,
        question: &str,
        answer: &str,
        keeps: bool,
    ) -> Result<(), JsError> {
        let guard = match guard {
            "asked" => Guard::Asked,
            "locked" => Guard::Locked,
            _ => Guard::Open,
        };
        let answered = [question, answer];
        let invited = self.page.invite(name, guard, answered, keeps, now());
        invited.map_err(said)
    }

    /// The person agrees to connect, and is called this; `keeps`: and wants to keep whoever comes of it.
    pub fn accept(&mut self, session: u32, name: &str, keeps: bool) {
        self.page.accept(id(session), name, keeps, now());
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

    /// Sends the file that the page knows by this number.
    pub fn send_file(&mut self, session: u32, number: u32, name: String, size: f64) {
        let size = size as u64;
        let chosen = Chosen { number, name, size };
        self.page.send_file(id(session), chosen, now());
    }

    /// Takes the file that is offered in this row.
    pub fn take_file(&mut self, session: u32, row: f64) {
        self.page.take_file(id(session), row as u64, now());
    }

    /// Declines the file in this row, or stops it.
    pub fn stop_file(&mut self, session: u32, row: f64) {
        self.page.stop_file(id(session), row as u64, now());
    }

    /// What was asked about a file is done.
    pub fn file_done(&mut self, session: u32, request: f64) {
        self.file_answered(session, request, Told::Done);
    }

    /// This was read of a file.
    pub fn file_read(&mut self, session: u32, request: f64, bytes: Vec<u8>) {
        self.file_answered(session, request, Told::Read(bytes.into()));
    }

    /// There is room for so many bytes of files.
    pub fn file_room(&mut self, session: u32, request: f64, bytes: f64) {
        self.file_answered(session, request, Told::Room(bytes as u64));
    }

    /// What was asked about a file could not be done, by an error of this name.
    pub fn file_failed(&mut self, session: u32, request: f64, error: String) {
        self.file_answered(session, request, Told::Failed(error));
    }

    fn file_answered(&mut self, session: u32, request: f64, told: Told) {
        let request = RequestId(request as u64);
        self.page.file_answered(id(session), request, told, now());
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

    /// There is another one. What it is told of the other side, if there is anybody.
    pub fn knock(&mut self, session: u32, sdp: &str) -> Result<Option<String>, JsError> {
        self.page.knock(id(session), sdp, now()).map_err(said)
    }

    /// The other side answers checks.
    pub fn answered(&mut self, session: u32) {
        self.page.answered(id(session), now());
    }

    /// Nobody is heard on a connection that was never open; the browser may have given it up.
    pub fn unheard(&mut self, session: u32, is_given_up: bool) {
        self.page.unheard(id(session), is_given_up);
    }

    /// The channel is open.
    pub fn opened(&mut self, session: u32) {
        self.page.opened(id(session), now());
    }

    /// A message came.
    pub fn received(&mut self, session: u32, message: Vec<u8>) {
        self.page.received(id(session), Bytes::from(message), now());
    }

    /// So many bytes wait in the channel.
    pub fn waiting(&mut self, session: u32, bytes: u32) {
        // The address space of a page has 32 bits.
        self.page.waiting(id(session), bytes as usize);
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
        Some(self.step(deed))
    }

    fn step(&self, deed: Deed) -> Step {
        match deed {
            Deed::Bind(session) => Step::new("bind", session),
            Deed::Connect {
                session,
                told,
                is_nameless,
            } => Step {
                is_nameless,
                ..Step::new("connect", session).saying(told)
            },
            Deed::ConnectAgain(session) => Step::new("connect_again", session),
            Deed::Send(session, message) => Step {
                bytes: message.into(),
                ..Step::new("send", session)
            },
            Deed::File(session, RequestId(request), deed) => Step {
                request: request as f64,
                ..Step::new("", session).doing(deed)
            },
            Deed::Shut(session) => Step::new("shut", session),
            Deed::Cut(session) => Step::new("cut", session),
            Deed::Work(session) => Step::new("work", session),
            Deed::Show(Event::View(session, view)) => {
                Step::new("screen", session).saying(json(&Screen::of(*view, &self.base)))
            }
            Deed::Show(Event::Row(session, row)) => {
                let line = Line::of(row, self.largest_file);
                Step::new("line", session).saying(json(&line))
            }
            Deed::Show(Event::RowGone(session, row)) => Step {
                request: row as f64,
                ..Step::new("line_gone", session)
            },
            Deed::Show(Event::NotWritten(session, text, error)) => {
                let why = unwritten(error).unwrap_or("web_not_written");
                Step::new("not_written", session).saying(json(&(text, why)))
            }
            Deed::Show(Event::NotRemembered(_, error)) => {
                Step::new("notice", NONE).saying(unwritten(error).unwrap_or_default())
            }
            Deed::Show(Event::ContactsChanged) => Step::new("people", NONE),
            Deed::Keep(changes) => Step {
                bytes: written(&changes),
                ..Step::new("keep", NONE)
            },
            Deed::Visit(session) => Step::new("visit", session),
            Deed::Beginning(session) => Step::new("beginning", session),
            Deed::Show(Event::NotCompared(session, _)) => {
                Step::new("notice", session).saying("kind_too_often")
            }
            Deed::Choose(found) => {
                let choices: Vec<Choice> = found.iter().map(Choice::of).collect();
                Step::new("choose", NONE).saying(json(&choices))
            }
            Deed::OpenFile(container) => Step {
                bytes: container,
                ..Step::new("open_file", NONE)
            },
            Deed::Refuse(why) => Step::new("notice", NONE).saying(refused(why).unwrap_or_default()),
            // Lists that a page does not show.
            Deed::Show(_) => Step::new("nothing", NONE),
        }
    }
}

impl Step {
    fn doing(self, deed: FileDeed) -> Self {
        let (kind, name) = match deed {
            FileDeed::Read(file, from, length) => {
                return Self {
                    kind: "read".to_owned(),
                    file,
                    from: from as f64,
                    length: length as u32,
                    ..self
                };
            }
            FileDeed::Write(name, from, chunks) => {
                return Self {
                    kind: "write".to_owned(),
                    text: name,
                    from: from as f64,
                    bytes: chunks.concat(),
                    ..self
                };
            }
            FileDeed::Room => ("room", String::new()),
            FileDeed::Create(name) => ("create", name),
            FileDeed::Finish(name) => ("finish", name),
            FileDeed::Discard(name) => ("discard", name),
        };
        Self {
            kind: kind.to_owned(),
            text: name,
            ..self
        }
    }

    fn new(kind: &str, SessionId(session): SessionId) -> Self {
        Self {
            kind: kind.to_owned(),
            // No page lives for four thousand million sessions.
            session: session as u32,
            text: String::new(),
            is_nameless: false,
            request: 0.0,
            file: 0,
            from: 0.0,
            length: 0,
            bytes: Vec::new(),
        }
    }

    fn saying(self, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, ..self }
    }
}

/// The image of what was written before, or of a store that is made with this.
fn image(key: &[u8], values: &[u8]) -> Result<(Image, Vec<Change>), StoreError> {
    let key = Secret::new(key.try_into().map_err(|_| StoreError::KeyMissing)?);
    match values.is_empty() {
        true => Image::new(key),
        false => Ok((Image::open(key, read(values)?)?, Vec::new())),
    }
}

/// `row 16 | length u32 | value` for each, little endian; a value without bytes is gone.
fn written(changes: &[Change]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Change { row, value } in changes {
        let value = value.as_deref().unwrap_or_default();
        bytes.extend_from_slice(row);
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
        bytes.extend_from_slice(value);
    }
    bytes
}

/// Reads what [`written`] wrote.
fn read(mut bytes: &[u8]) -> Result<Vec<([u8; 16], Vec<u8>)>, StoreError> {
    let mut values = Vec::new();
    while let Some((row, rest)) = bytes.split_first_chunk() {
        let (length, rest) = rest.split_first_chunk().ok_or(StoreError::Damaged)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (value, rest) = rest.split_at_checked(length).ok_or(StoreError::Damaged)?;
        values.push((*row, value.to_vec()));
        bytes = rest;
    }
    match bytes.is_empty() {
        true => Ok(values),
        false => Err(StoreError::Damaged),
    }
}

/// Why what was kept cannot be used.
fn damaged(why: StoreError) -> &'static str {
    match why {
        StoreError::Newer => "kind_newer_version",
        _ => "web_kept_damaged",
    }
}

fn person(key: &str) -> Option<PublicKey> {
    let key = HEXLOWER.decode(key.as_bytes()).ok()?;
    Some(PublicKey(key.try_into().ok()?))
}

fn what(sought: &str) -> Sought {
    match sought {
        "reply" => Sought::Reply,
        _ => Sought::Invitation,
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
