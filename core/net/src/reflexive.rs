//! What our sockets look like from outside: asked of STUN servers (RFC 8489), kept alive, compared.
//!
//! A server is believed in nothing but the address it saw, and only in answer to a question whose
//! random number it repeats. What two servers see of one socket tells how the router in between
//! translates (RFC 5780 §4.3). Nothing is asked of anybody that the caller did not name.

use super::ice::{Path, can_reach};
use super::knock::is_stun;
use bytes::Bytes;
use handfast_protocol::network::{Mapping, ReflexiveReport};
use handfast_token::{Candidate, Policy, admit, random_bytes};
use rtc_stun::message::{BINDING_REQUEST, Getter, Message, TransactionId};
use rtc_stun::xoraddr::XorMappedAddress;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// How long after each question that stays unanswered the next follows. Doubling, as RFC 8489
/// §6.2.1 has it, but from a quarter of a second: a person waits.
const RETRIES: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// How often a mapping is refreshed: below the half minute after which many routers forget, and three
/// packets a minute.
const REFRESH: Duration = Duration::from_secs(20);

/// How many servers are asked for each family of addresses. Two are needed to compare.
const MOST_SERVERS: usize = 3;

/// How long to wait for a second opinion once there is a first.
const SECOND_OPINION: Duration = Duration::from_millis(400);

const BINDING_SUCCESS: [u8; 2] = [1, 1];

/// The questions to the servers, and what came of them.
pub(super) struct Reflexive {
    servers: Vec<SocketAddr>,
    questions: Vec<Question>,
    first_answer: Option<Instant>,
    out: VecDeque<(Path, Bytes)>,
}

/// From one socket to one server.
struct Question {
    path: Path,
    /// The number of the last question, which an answer repeats.
    id: [u8; 12],
    /// Asked so often since the last answer.
    tries: usize,
    /// When to ask again. None if this one is not kept up.
    next: Option<Instant>,
    mapped: Option<SocketAddr>,
}

impl Reflexive {
    /// Asks these servers about these sockets, now.
    pub(super) fn ask(now: Instant, servers: &[SocketAddr], sockets: &[SocketAddr]) -> Self {
        let mut asking = Self {
            servers: servers.to_vec(),
            questions: Vec::new(),
            first_answer: None,
            out: VecDeque::new(),
        };
        asking.ask_from(now, sockets);
        asking
    }

    /// The sockets are these now: what was learned about others is forgotten, and everything asked
    /// anew, as the network may be another.
    pub(super) fn ask_from(&mut self, now: Instant, sockets: &[SocketAddr]) {
        self.questions.clear();
        self.first_answer = None;
        for local in sockets {
            let could_answer = |server: &&SocketAddr| {
                can_reach(*local, **server) && server.ip().is_loopback() == local.ip().is_loopback()
            };
            for server in self.servers.iter().filter(could_answer).take(MOST_SERVERS) {
                self.questions.push(Question {
                    path: Path {
                        local: *local,
                        peer: *server,
                    },
                    id: [0; 12],
                    tries: 0,
                    next: Some(now),
                    mapped: None,
                });
            }
        }
        self.handle_timeout(now);
    }

    /// Takes a datagram. True if it was an answer, which concerns nobody else.
    pub(super) fn handle(&mut self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        if !is_stun(datagram, BINDING_SUCCESS) {
            return false;
        }
        let id = &datagram[8..20];
        let answered = self
            .questions
            .iter()
            .position(|question| question.path == path && question.tries > 0 && question.id == id);
        let Some(answered) = answered else {
            return false;
        };
        let Some(mapped) = mapped_address(datagram).filter(|mapped| is_credible(path, *mapped))
        else {
            log::debug!("a STUN server answered with nothing that could be our address");
            return true;
        };
        self.first_answer.get_or_insert(now);
        let is_first_of_socket = !self
            .questions
            .iter()
            .any(|other| other.path.local == path.local && other.mapped.is_some());
        let question = &mut self.questions[answered];
        // One mapping for each socket is kept open, not one for each server.
        let keeps = is_first_of_socket || question.mapped.is_some();
        question.mapped = Some(mapped);
        question.tries = 0;
        question.next = keeps.then(|| now + REFRESH);
        true
    }

    /// What is known by now.
    pub(super) fn report(&self) -> ReflexiveReport {
        let mappings = self.questions.iter().filter_map(|question| {
            question.mapped.map(|mapped| Mapping {
                local: question.path.local,
                server: question.path.peer,
                mapped,
            })
        });
        ReflexiveReport {
            mappings: mappings.collect(),
            asked: self.questions.len(),
        }
    }

    /// Whether waiting longer would tell little: everybody answered, or somebody did and the others
    /// had their moment, or nobody does.
    pub(super) fn is_settled(&self, now: Instant) -> bool {
        let is_done =
            |question: &Question| question.mapped.is_some() || question.tries >= RETRIES.len();
        self.questions.iter().all(is_done) || self.settles().is_some_and(|at| now >= at)
    }

    /// When a first answer has waited long enough for a second.
    pub(super) fn settles(&self) -> Option<Instant> {
        self.first_answer.map(|at| at + SECOND_OPINION)
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.questions
            .iter()
            .filter_map(|question| question.next)
            .min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for question in &mut self.questions {
            if question.next.is_none_or(|next| next > now) {
                continue;
            }
            // A late answer to an earlier try counts, so its number stays.
            if question.tries == 0 {
                match random_bytes() {
                    Ok(id) => question.id = id,
                    Err(_) => continue,
                }
            }
            if let Some(request) = request(question.id) {
                self.out.push_back((question.path, request));
            }
            // Whoever stays silent is asked again from time to time: the network may come back.
            let wait = RETRIES.get(question.tries).copied().unwrap_or(REFRESH);
            question.tries += 1;
            question.next = Some(now + wait);
        }
    }

    pub(super) fn poll_transmit(&mut self) -> Option<(Path, Bytes)> {
        self.out.pop_front()
    }
}

fn request(id: [u8; 12]) -> Option<Bytes> {
    let mut message = Message::new();
    message
        .build(&[Box::new(BINDING_REQUEST), Box::new(TransactionId(id))])
        .ok()?;
    Some(message.raw.into())
}

/// The address that an answer names (RFC 8489 §14.2).
fn mapped_address(answer: &[u8]) -> Option<SocketAddr> {
    let mut message = Message::new();
    message.raw = answer.to_vec();
    message.decode().ok()?;
    let mut address = XorMappedAddress::default();
    address.get_from(&message).ok()?;
    Some(SocketAddr::new(address.ip, address.port))
}

/// Whether others could be told this address: of the right family, and one that may be sent to. A
/// server of our own network sees what others there see, so a private one is possible.
fn is_credible(path: Path, mapped: SocketAddr) -> bool {
    let policy = Policy {
        loopback: path.local.ip().is_loopback(),
    };
    let is_same_family = mapped.is_ipv4() == path.local.is_ipv4();
    let is_plain = !matches!(mapped.ip(), IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    is_same_family && is_plain && !admit([Candidate::host(mapped)], policy).is_empty()
}

/// For fuzzing alone: an answer of a hostile server.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzz(datagram: &[u8]) {
    if is_stun(datagram, BINDING_SUCCESS) {
        let _ = mapped_address(datagram);
    }
}

#[cfg(test)]
mod tests;
