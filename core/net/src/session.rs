//! One connection without sockets or clock: ICE, DTLS and SCTP stacked as WebRTC stacks them
//! (RFC 8825), fed with datagrams and instants.
//!
//! Nothing of SDP is needed: what a description would say is either fixed here or known from the
//! invitation. Two round trips are saved against the textbook order. The guest's first DTLS flight
//! leaves together with its first check instead of after the nomination (RFC 8445 §12.1 allows
//! sending on any valid pair), and the host, whose DTLS handshake ends first, asks for the SCTP
//! association.

use super::TransportError;
use super::asked::Asked;
use super::certificate::{Pin, TunnelCertificate};
use super::dtls::{self, Dtls, DtlsEvent, Greeting, Heard};
use super::error::Logged;
use super::ice::{CONTACT, INVITED, Ice, Path};
use super::knock::{self, BINDING_REQUEST};
use super::path_mtu::{self, PathMtu};
use super::sctp::{Sctp, SctpEvent};
use super::taken::Taken;
use bytes::{Bytes, BytesMut};
use handfast_protocol::reconnect::DtlsCookie;
use handfast_token::{Candidate, Fingerprint, IceCredentials, Knocker, Role};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long nothing may come through the tunnel, before it is begun anew. A slow path that loses much
/// may take longer in all: every flight of the handshake that arrives counts.
const TUNNEL_PATIENCE: Duration = Duration::from_secs(4);

/// The same, before the attempt counts as come to nothing: a host gives the slot to the next guest, and
/// a guest begins anew.
const ATTEMPT: Duration = Duration::from_secs(12);

/// How long an attempt may stay half-way, whatever comes.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(60);

/// How long a failed handshake rests, and a greeting has for itself before another takes its place: a
/// stranger who greets in the peer's name costs one handshake a second.
const GREETING: Duration = Duration::from_secs(1);

/// How often a guest may be shown another certificate in a row. One could be a stranger's who was
/// quicker.
const WRONG_CERTIFICATES: u8 = 3;
/// How long who knocked has to answer a check of ours. A recorded knock cannot, and holds a slot no
/// longer.
const GRACE: Duration = Duration::from_secs(2);

/// To how many possible paths the guest's first DTLS flight goes.
const EARLY_PATHS: usize = 8;

/// How many paths are remembered that a contact proved to be on; the oldest are forgotten first.
const MOST_PROVEN: usize = 32;

/// Who this side is, and who it expects, in one session.
pub(super) struct Parties {
    /// Of two contacts, the initiator does what a guest does: it controls, and is the client of the tunnel.
    pub(super) role: Role,
    /// This side nominates the path. A browser that hosts does so as well, so its guest does not.
    pub(super) is_controlling: bool,
    pub(super) certificate: TunnelCertificate,
    pub(super) local: IceCredentials,
    pub(super) remote: IceCredentials,
    /// What the certificate that the peer must prove to hold is pinned by, in the way of this side's own.
    pub(super) expected: Fingerprint,
    /// The cookie of a greeting, which contacts know beforehand.
    pub(super) cookie: Option<DtlsCookie>,
}

impl Parties {
    /// They have met before, and derived everything that they use here.
    fn are_contacts(&self) -> bool {
        self.certificate.pin() == Pin::PublicKey
    }

    fn tunnel(&self, now: Instant) -> Result<Dtls, TransportError> {
        let is_client = self.role == Role::Guest;
        let (own, cookie) = (&self.certificate, self.cookie.as_ref());
        Dtls::new(now, is_client, own, self.expected, cookie)
    }
}

/// What a session reports.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SessionEvent {
    /// Messages can flow. The peer proved to hold the certificate with this fingerprint.
    Open(Fingerprint),
    /// The peer ended the session.
    ClosedByPeer,
    /// The peer of an open session has begun another, and proved to hold the certificate again: it was
    /// restarted, and knows nothing of the one before. [`Self::Open`] follows.
    BegunAnew,
    /// The session cannot go on.
    Failed(TransportError),
}

pub(super) struct Session {
    parties: Parties,
    ice: Ice,
    /// Whoever has answered one of these is there now.
    asked: Asked,
    is_present: bool,
    /// Contacts: the ways that authentic messages came. The same address may be tried for several contacts,
    /// so only there a tunnel's datagrams are this one's.
    proven: VecDeque<Path>,
    /// Initiator: the way that the peer said of an open tunnel that it knows of none.
    forgotten: Option<Path>,
    /// Guest: whether somebody else is at the table.
    taken: Taken,
    dtls: Dtls,
    sctp: Sctp,
    /// A handshake that a guest seems to begin beside the tunnel that there is.
    newcomer: Option<Newcomer>,
    /// When the last of them began.
    newcomer_since: Option<Instant>,
    /// Nobody may begin another tunnel.
    is_settled: bool,
    /// How many tunnels in a row ended in another certificate than the expected one.
    wrong_certificates: u8,
    /// When the first authenticated check came.
    answered: Option<Instant>,
    /// When that was, or after it something for the tunnel.
    heard: Option<Instant>,
    /// When the tunnel began.
    tunnel_since: Instant,
    /// The path that the first authenticated check came by, until the first DTLS flight went there.
    greets: Option<Path>,
    /// What the path carries, once there is a tunnel through it.
    carries: Option<(Path, PathMtu)>,
    /// How often the association sent something again, as far as the path was suspected for it.
    suspected: u64,
    is_open: bool,
    events: VecDeque<SessionEvent>,
    out: VecDeque<(Path, Bytes)>,
    probes: VecDeque<(Path, Bytes)>,
}

/// A handshake beside a tunnel. Whoever can forge an address can greet in the guest's name, so it takes
/// the tunnel's place only when the guest has proved to hold its certificate.
struct Newcomer {
    dtls: Dtls,
    /// Where it comes from.
    path: Path,
    /// When it last came on.
    heard: Instant,
}

impl Session {
    pub(super) fn new(
        now: Instant,
        parties: Parties,
        sockets: &[SocketAddr],
    ) -> Result<Self, TransportError> {
        let is_guest = parties.role == Role::Guest;
        let pace = match parties.are_contacts() {
            true => CONTACT,
            false => INVITED,
        };
        let (ours, theirs) = (&parties.local, &parties.remote);
        let controls = parties.is_controlling;
        let ice = Ice::new(now, controls, ours, theirs, sockets, pace)?;
        let dtls = parties.tunnel(now)?;
        Ok(Self {
            sctp: Sctp::new(now, !is_guest),
            parties,
            ice,
            asked: Asked::default(),
            is_present: false,
            proven: VecDeque::new(),
            forgotten: None,
            taken: Taken::default(),
            dtls,
            newcomer: None,
            newcomer_since: None,
            is_settled: false,
            wrong_certificates: 0,
            answered: None,
            heard: None,
            tunnel_since: now,
            greets: None,
            carries: None,
            suspected: 0,
            is_open: false,
            events: VecDeque::new(),
            out: VecDeque::new(),
            probes: VecDeque::new(),
        })
    }

    /// Whether this side nominates the path.
    pub(super) fn is_controlling(&self) -> bool {
        self.parties.is_controlling
    }

    /// Whom this session is with.
    pub(super) fn expected(&self) -> Fingerprint {
        self.parties.expected
    }

    /// Whether this session is with whoever knocks so. The same certificate under other credentials is
    /// somebody who comes again.
    pub(super) fn is_with(&self, knocker: &Knocker) -> bool {
        let (ours, theirs) = self.credentials();
        self.expected() == knocker.fingerprint
            && (&ours.ufrag, &theirs.ufrag) == (&knocker.host.ufrag, &knocker.guest.ufrag)
    }

    /// Whoever knocks so is who this session of a host is with.
    pub(super) fn knocker(&self) -> Knocker {
        let (host, guest) = self.credentials();
        Knocker {
            fingerprint: self.expected(),
            host: host.clone(),
            guest: guest.clone(),
        }
    }

    /// What this side's certificate is pinned by.
    pub(super) fn own_fingerprint(&self) -> Fingerprint {
        self.parties.certificate.fingerprint()
    }

    /// This side's credentials, and the peer's.
    pub(super) fn credentials(&self) -> (&IceCredentials, &IceCredentials) {
        (&self.parties.local, &self.parties.remote)
    }

    /// Whether knocking in vain becomes slower still, because others knock as well.
    pub(super) fn back_off(&mut self, backs_off: bool) {
        self.ice.back_off(backs_off);
    }

    /// More addresses where the peer may be.
    pub(super) fn add_peers(&mut self, now: Instant, peers: &[Candidate]) {
        for peer in peers {
            // A name needs the local network's name service, which this room does not ask.
            let Some(address) = peer.ip() else {
                continue;
            };
            let is_reflexive = peer.reflexive().is_some();
            if let Err(error) = self.ice.add_peer(now, address, is_reflexive) {
                log::debug!("an address was left out: {error}");
            }
        }
        // The checks go first: a host that has not been knocked at drops anything else.
        self.ice.handle_timeout(now);
        self.flush(now);
        if !self.is_answered() {
            let paths = self.ice.possible_paths();
            self.send_first_flight(&paths);
        }
    }

    /// The pace of knocking is that of a search which began then.
    pub(super) fn paced_from(&mut self, started: Instant) {
        self.ice.paced_from(started);
    }

    /// Another session with the same credentials heard the peer on this path, just now.
    pub(super) fn begin_at(&mut self, now: Instant, path: Path) {
        if let Err(error) = self.ice.begin_at(now, path) {
            return log::debug!("a path was left out: {error}");
        }
        self.hear(now, path);
        self.ice.handle_timeout(now);
        self.flush(now);
        self.greets = None;
        self.send_first_flight(&[path]);
    }

    /// Something authentic came by this path.
    fn hear(&mut self, now: Instant, path: Path) {
        if self.parties.are_contacts() && !self.proven.contains(&path) {
            if self.proven.len() >= MOST_PROVEN {
                self.proven.pop_front();
            }
            self.proven.push_back(path);
        }
        if !self.is_answered() {
            self.answered = Some(now);
            self.heard = Some(now);
            self.greets = Some(path);
        }
    }

    /// Whether a tunnel's datagrams by this path may be the peer's.
    fn is_tunnels(&self, path: Path) -> bool {
        self.ice.is_known(path) && (!self.parties.are_contacts() || self.proven.contains(&path))
    }

    /// Whether this begins another tunnel than the open one. Whoever sends it may be somebody who can write the
    /// peer's address.
    pub(super) fn is_begun_anew(&self, path: Path, datagram: &[u8]) -> bool {
        self.parties.role == Role::Host
            && self.is_open
            && self.is_tunnels(path)
            && dtls::greeting(datagram).is_some_and(|greeting| !self.dtls.is_with(greeting))
    }

    /// The way by which a contact said that it knows of no tunnel, though there is an open one: it was
    /// restarted. Told once.
    pub(super) fn take_forgotten(&mut self) -> Option<Path> {
        self.forgotten.take()
    }

    /// The way to send.
    pub(super) fn path(&self) -> Option<Path> {
        self.ice.path()
    }

    /// Whether what comes by a path may be the peer's.
    pub(super) fn is_known(&self, path: Path) -> bool {
        self.ice.is_known(path)
    }

    /// Searches for a path from these sockets, quickly again. The tunnel and what it carries know
    /// nothing of paths and go on.
    pub(super) fn restart_ice(&mut self, now: Instant, sockets: &[SocketAddr]) {
        if let Err(error) = self.ice.restart_ice(now, sockets) {
            log::debug!("no path from here: {error}");
        }
        self.ice.handle_timeout(now);
        self.flush(now);
    }

    /// Takes one datagram. Call [`Self::after_batch`] when no more are at hand.
    pub(super) fn handle(&mut self, now: Instant, path: Path, datagram: BytesMut) {
        let was_silent = self.is_silent();
        // RFC 7983 §7: the first byte tells the protocols apart.
        match datagram.first() {
            Some(0..=3) if self.take_answer(now, path, &datagram) => {}
            Some(0..=3) => self.handle_stun(now, path, datagram),
            Some(20..=63) if self.is_tunnels(path) => self.handle_dtls(now, path, datagram),
            _ => {}
        }
        if was_silent && !self.is_silent() {
            self.sctp.retransmit_now(now);
        }
    }

    fn handle_stun(&mut self, now: Instant, path: Path, datagram: BytesMut) {
        let check = self.asked.find(now, path, &datagram);
        if check.is_none() && !knock::is_stun(&datagram, BINDING_REQUEST) {
            return;
        }
        let is_refused = check.is_some() && self.is_refusal(&datagram);
        let is_forgotten = check.is_some() && self.is_open && knock::knows_no_tunnel(&datagram);
        let is_authentic = is_refused || self.ice.handle(now, path, datagram);
        if let Some(check) = check.filter(|_| is_authentic) {
            self.asked.answered(check);
        }
        if is_refused {
            self.taken.refused(now, path);
        } else if is_authentic {
            self.is_present |= check.is_some();
            self.taken = Taken::default();
            if check.is_none() || !self.waits_to_be_found() {
                self.hear(now, path);
            }
            if is_forgotten && self.parties.role == Role::Guest && self.parties.are_contacts() {
                self.forgotten = Some(path);
            }
        }
    }

    /// The host is a browser. It answers checks before it has the reply, and knows of nobody then: only its own
    /// checks say that it does.
    fn waits_to_be_found(&self) -> bool {
        self.parties.role == Role::Guest
            && !self.parties.is_controlling
            && !self.parties.are_contacts()
    }

    /// Whether the host says that somebody else is at the table. A guest that is being let in, or has
    /// been, knows better.
    fn is_refusal(&self, datagram: &[u8]) -> bool {
        self.parties.role == Role::Guest
            && !self.parties.are_contacts()
            && !self.is_answered()
            && knock::is_refusal(datagram, &self.parties.remote)
    }

    fn handle_dtls(&mut self, now: Instant, path: Path, datagram: BytesMut) {
        let greeting = dtls::greeting(&datagram).filter(|_| self.parties.role == Role::Host);
        if let Some(greeting) = greeting
            && !self.dtls.answers(greeting)
        {
            return self.greet(now, path, greeting, datagram);
        }
        if greeting.is_none() && self.newcomer.is_some() {
            self.handle_newcomer(now, path, datagram.clone());
        }
        let heard = match self.dtls.handle(now, datagram) {
            Ok(heard) => heard,
            Err(error) => return self.refuse_certificate(error),
        };
        if heard.is_news {
            self.heard = Some(now);
            self.ice.note(now, path);
        }
        self.take_events(now, heard.events);
    }

    fn take_events(&mut self, now: Instant, events: Vec<DtlsEvent>) {
        for event in events {
            match event {
                DtlsEvent::Open => self.begin_association(now),
                DtlsEvent::Data(packet) => self.sctp.handle(now, packet),
                DtlsEvent::Closed => self.events.push_back(SessionEvent::ClosedByPeer),
            }
        }
    }

    /// Somebody begins a handshake that is not the tunnel's. There is one beside it at most; one that
    /// comes on keeps its place.
    fn greet(&mut self, now: Instant, path: Path, greeting: Greeting, datagram: BytesMut) {
        let is_that = self.newcomer.as_mut().map(|n| n.dtls.answers(greeting));
        let is_young = self.newcomer_since.is_some_and(|at| now < at + GREETING);
        let is_busy = self
            .newcomer
            .as_ref()
            .is_some_and(|n| !n.dtls.is_greeted_only() && now < n.heard + TUNNEL_PATIENCE);
        if is_that != Some(true) {
            // With an open tunnel of a contact goes its session: another one is begun beside.
            let is_kept = self.is_settled || self.is_open && self.parties.are_contacts();
            if is_kept || is_young || is_busy {
                return;
            }
            match self.parties.tunnel(now) {
                Ok(mut dtls) => {
                    dtls.answers(greeting);
                    self.newcomer_since = Some(now);
                    self.newcomer = Some(Newcomer {
                        dtls,
                        path,
                        heard: now,
                    });
                }
                Err(error) => return log::debug!("nobody else is greeted: {error}"),
            }
        }
        self.handle_newcomer(now, path, datagram);
    }

    fn handle_newcomer(&mut self, now: Instant, path: Path, datagram: BytesMut) {
        let Some(newcomer) = &mut self.newcomer else {
            return;
        };
        let Ok(Heard { events, is_news }) = newcomer.dtls.handle(now, datagram) else {
            // The tunnel goes on.
            self.newcomer = None;
            return;
        };
        if is_news {
            newcomer.path = path;
            newcomer.heard = now;
        }
        if let Some(newcomer) = self.newcomer.take_if(|newcomer| newcomer.dtls.is_open()) {
            self.take_over(now, newcomer);
            self.take_events(now, events);
        }
    }

    /// The guest has proved to hold its certificate in a new tunnel: the one before is its no more.
    fn take_over(&mut self, now: Instant, newcomer: Newcomer) {
        if self.is_open {
            self.is_open = false;
            self.events.push_back(SessionEvent::BegunAnew);
        }
        self.dtls = newcomer.dtls;
        self.sctp = Sctp::new(now, self.parties.role == Role::Host);
        self.carries = None;
        self.heard = Some(now);
        self.answered = Some(now);
        if self.ice.path() != Some(newcomer.path) {
            self.ice.follow(now, newcomer.path);
        }
    }

    /// The side whose handshake ends first asks for the association.
    fn begin_association(&mut self, now: Instant) {
        self.wrong_certificates = 0;
        if self.parties.role == Role::Host
            && let Err(error) = self.sctp.connect(now)
        {
            self.events.push_back(SessionEvent::Failed(error));
        }
    }

    /// The tunnel's other end is not who it should be. A guest tries again, as a stranger may have been
    /// quicker; a host waits for the next knock.
    fn refuse_certificate(&mut self, error: TransportError) {
        self.wrong_certificates += 1;
        let is_host = self.parties.role == Role::Host;
        if is_host || self.wrong_certificates >= WRONG_CERTIFICATES {
            self.events.push_back(SessionEvent::Failed(error));
        }
    }

    /// Whoever is there has proved who they are: nobody may begin another tunnel.
    pub(super) fn settle(&mut self) {
        self.is_settled = true;
        self.give_up_newcomer();
    }

    /// Whoever has begun another tunnel does not take this one's place.
    pub(super) fn give_up_newcomer(&mut self) {
        self.newcomer = None;
    }

    /// Lets every layer act on the datagrams handed in since the last call.
    pub(super) fn after_batch(&mut self, now: Instant) {
        self.ice.act_now(now);
        self.poll_association();
        self.flush(now);
        // What was sent ahead may have met a closed router. Our own check has just gone before.
        if let Some(path) = self.greets.take() {
            self.send_first_flight(&[path]);
        }
    }

    fn poll_association(&mut self) {
        while let Some(event) = self.sctp.poll_event() {
            match (event, self.dtls.observed()) {
                (SctpEvent::Open, Some(observed)) if !self.is_open => {
                    self.is_open = true;
                    self.events.push_back(SessionEvent::Open(observed));
                }
                (SctpEvent::Open, _) => {}
                (SctpEvent::Closed, _) if self.is_open => {
                    self.events.push_back(SessionEvent::ClosedByPeer);
                }
                (SctpEvent::Closed, _) => {
                    let error = TransportError::sctp("the association was refused");
                    self.events.push_back(SessionEvent::Failed(error));
                }
            }
        }
    }

    /// Moves what the layers want to send down to `out`.
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some((path, datagram)) = self.ice.poll_transmit() {
            if self.asked.sent(now, path, &datagram) {
                self.taken.asked(now, path);
            }
            let datagram = self.with_word(datagram.freeze());
            self.out.push_back((path, datagram));
        }
        while let Some(packets) = self.sctp.poll_transmit(now) {
            for packet in packets {
                self.dtls.write(now, &packet);
            }
        }
        if let Some(newcomer) = &mut self.newcomer {
            while let Some(datagram) = newcomer.dtls.poll_transmit() {
                self.out.push_back((newcomer.path, datagram.freeze()));
            }
        }
        // An answer to a flight that was sent ahead may be here before that to the check beside it.
        let Some(path) = self.ice.path() else { return };
        self.measure(now, path);
        while let Some(datagram) = self.dtls.poll_transmit() {
            self.out.push_back((path, datagram.freeze()));
        }
    }

    /// An answer of the server of a tunnel that nobody has begun says so: the client may have one that this
    /// side lost. It is said in answer to a check, so that nobody else can say it at another time.
    fn with_word(&self, datagram: Bytes) -> Bytes {
        let is_server = self.parties.role == Role::Host && self.parties.are_contacts();
        let marked = (is_server && !self.dtls.is_greeted())
            .then(|| knock::without_tunnel(&datagram, &self.parties.local));
        marked.flatten().map_or(datagram, Bytes::from)
    }

    /// Goes on finding out what the path carries.
    fn measure(&mut self, now: Instant, path: Path) {
        if !self.dtls.is_open() {
            return;
        }
        if self
            .carries
            .as_ref()
            .is_none_or(|(known, _)| *known != path)
        {
            self.carries = Some((path, PathMtu::new(now)));
            // What is under way may pass here as well: nothing was lost by this.
            self.sctp.fit(path_mtu::LEAST);
        }
        let Some((_, carries)) = &mut self.carries else {
            return;
        };
        carries.handle_timeout(now);
        let (ours, theirs) = (&self.parties.local, &self.parties.remote);
        while let Some(size) = carries.poll_probe() {
            if let Some((number, probe)) =
                knock::probe(ours, theirs, self.parties.is_controlling, size)
            {
                carries.asked(size, number);
                self.probes.push_back((path, probe));
            }
        }
        if self.sctp.fit(carries.size()) {
            // What was too large is lost, and the timer has grown meanwhile.
            self.sctp.retransmit_now(now);
        }
    }

    /// Whether a datagram is the answer to a probe.
    fn take_answer(&mut self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        let Some(number) = knock::answered(datagram) else {
            return false;
        };
        let is_ours = self.carries.as_mut().is_some_and(|(known, carries)| {
            *known == path
                && carries.awaits(number)
                && knock::is_success(datagram, &self.parties.remote)
                && carries.answered(now, number)
        });
        if is_ours {
            self.ice.note(now, path);
        }
        is_ours
    }

    /// A probe of this size cannot leave this device.
    pub(super) fn refused(&mut self, now: Instant, size: usize) {
        if let Some((_, carries)) = &mut self.carries {
            carries.refused(now, size);
        }
    }

    fn send_first_flight(&mut self, paths: &[Path]) {
        for path in paths.iter().take(EARLY_PATHS) {
            for datagram in self.dtls.first_flight() {
                self.out.push_back((*path, datagram.clone().freeze()));
            }
        }
    }

    /// Throws away a handshake that got nowhere and begins another on the same path.
    fn begin_tunnel(&mut self, now: Instant) {
        match self.parties.tunnel(now) {
            Ok(dtls) => self.dtls = dtls,
            Err(error) => return self.events.push_back(SessionEvent::Failed(error)),
        }
        self.sctp = Sctp::new(now, self.parties.role == Role::Host);
        self.carries = None;
        self.tunnel_since = now;
        if let Some(path) = self.ice.path() {
            self.send_first_flight(&[path]);
        }
    }

    /// When the guest begins the tunnel anew, if nothing comes through it; the host follows.
    fn tunnel_ends(&self) -> Option<Instant> {
        let is_begun_here = !self.is_open && self.parties.role == Role::Guest;
        let heard = self.heard.filter(|_| is_begun_here)?;
        Some(match self.dtls.has_given_up() {
            true => self.tunnel_since + GREETING,
            false => heard.max(self.tunnel_since) + TUNNEL_PATIENCE,
        })
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub(super) fn poll_timeout(&self) -> Instant {
        let mut at = self.ice.poll_timeout();
        if self.is_answered() {
            at = self.tunnel_ends().map_or(at, |ends| at.min(ends));
            let newcomer = self.newcomer.as_ref().and_then(|n| n.dtls.poll_timeout());
            if let Some(dtls) = self.dtls.poll_timeout().into_iter().chain(newcomer).min() {
                at = at.min(dtls);
            }
            if let Some(sctp) = self.sctp.poll_timeout() {
                at = at.min(sctp);
            }
        }
        match (&self.carries, self.ice.path()) {
            (Some((known, carries)), Some(path)) if *known == path => {
                at.min(carries.poll_timeout())
            }
            _ => at,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.ice.be_polite(self.is_taken());
        self.ice.handle_timeout(now);
        if self.is_answered() {
            self.dtls.handle_timeout(now);
            if let Some(newcomer) = &mut self.newcomer {
                newcomer.dtls.handle_timeout(now);
            }
            self.newcomer
                .take_if(|newcomer| now >= newcomer.heard + ATTEMPT);
            if let Some(ends) = self.tunnel_ends()
                && now >= ends
            {
                self.begin_tunnel(now);
            }
            self.sctp.handle_timeout(now);
            self.suspect(now);
        }
        self.poll_association();
        self.flush(now);
    }

    /// What is sent in vain may be too large for the path.
    fn suspect(&mut self, now: Instant) {
        let timeouts = self.sctp.timeouts();
        if timeouts > self.suspected
            && let Some((_, carries)) = &mut self.carries
        {
            carries.suspect(now);
        }
        self.suspected = timeouts;
    }

    pub(super) fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    pub(super) fn poll_transmit(&mut self) -> Option<(Path, Bytes)> {
        self.out.pop_front()
    }

    /// The next datagram that is to be sent whole or not at all; see [`Self::refused`].
    pub(super) fn poll_probe(&mut self) -> Option<(Path, Bytes)> {
        self.probes.pop_front()
    }

    /// Whether an authenticated check has come from the peer.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Whether the peer is there now: it answered a check of ours, or its knock is so new that it could
    /// not have.
    pub(super) fn is_here(&self, now: Instant) -> bool {
        let is_new = |answered: Instant| now < answered + GRACE;
        self.is_present || self.answered.is_some_and(is_new)
    }

    /// Guest: whether the host is with somebody else.
    pub(super) fn is_taken(&self) -> bool {
        self.taken.is_believed()
    }

    /// Whether there is a way to the peer: it answered, or said that somebody else has the slot.
    pub(super) fn is_reached(&self) -> bool {
        self.is_answered() || self.is_taken()
    }

    /// When this attempt counts as come to nothing, if it is half-way: answered and not open.
    pub(super) fn attempt_ends(&self) -> Option<Instant> {
        let (answered, heard) = (self.answered?, self.heard?);
        (!self.is_open).then(|| (heard + ATTEMPT).min(answered + LONGEST_ATTEMPT))
    }

    /// Whether the path has gone silent.
    pub(super) fn is_silent(&self) -> bool {
        self.ice.is_silent()
    }

    /// Whether nobody looks at either device; see [`Ice::be_quiet`].
    pub(super) fn be_quiet(&mut self, now: Instant, is_quiet: bool) {
        self.ice.be_quiet(now, is_quiet);
    }

    /// Whether nothing that is sent arrives, although the peer is heard.
    pub(super) fn is_stuck(&mut self, now: Instant) -> bool {
        self.sctp.is_stuck(now)
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether the peer should be told often what arrived: it is recovering from loss.
    pub(super) fn wants_small_batches(&self) -> bool {
        self.sctp.is_missing_something()
    }

    pub(super) fn is_writable(&mut self) -> bool {
        self.sctp.is_writable()
    }

    /// Bytes written and not yet acknowledged.
    pub(super) fn buffered(&mut self) -> usize {
        self.sctp.buffered()
    }

    /// Queues one message; it leaves with the next [`Self::flush`].
    pub(super) fn write(&mut self, now: Instant, message: &Bytes) -> Result<(), TransportError> {
        self.ice.expect_answer(now);
        self.sctp.write(now, message)
    }

    /// The next message from the peer. Not calling this holds the peer back.
    pub(super) fn read(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.sctp.read(handfast_protocol::link::MAX_MESSAGE)
    }

    /// Says goodbye: what is not acknowledged by now is lost. The tunnel's alert is the whole
    /// goodbye; aborting the association would throw away what the peer has not read yet.
    pub(super) fn close(&mut self, now: Instant) {
        self.flush(now);
        self.dtls.close(now);
        self.flush(now);
    }
}

#[cfg(test)]
mod tests;
