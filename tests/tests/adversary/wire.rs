//! The network between host and guest, in the hands of somebody who does not hold the invitation.
//!
//! It sees, keeps and changes every datagram. It speaks DTLS with certificates of its own and forges
//! STUN, but it knows no credentials: those follow from the invitation's secret.

use crate::forged;
use crate::people::GUEST_SIDE;
use bytes::BytesMut;
use handfast_core::transport::Certificate;
use rtc::dtls::config::{ClientAuthType, ConfigBuilder, HandshakeConfig};
use rtc::dtls::endpoint::{Endpoint as Dtls, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::peer_connection::certificate::RTCCertificate;
use rtc::shared::{TransportContext, TransportProtocol};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};

/// What the wire does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Nothing passes.
    Silent,
    /// Everything passes.
    Honest,
    /// STUN passes, so that both sides believe in the path. DTLS ends here, on both sides.
    EndsTunnels,
    /// STUN passes, and nothing else.
    DropsTunnels,
    /// Nothing passes. Every check is answered as well as can be without the password, and the host
    /// is knocked at in the same way.
    ForgesChecks,
}

/// What it has learned.
#[derive(Default)]
pub(crate) struct Seen {
    /// Every datagram.
    pub(crate) from_guest: Vec<Vec<u8>>,
    pub(crate) from_host: Vec<Vec<u8>>,
    /// How many tunnels were finished with the wire, and how much came through them.
    pub(crate) tunnels: usize,
    pub(crate) packets: Vec<Vec<u8>>,
}

impl Seen {
    /// Every datagram, whoever sent it.
    pub(crate) fn datagrams(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.from_guest.iter().chain(&self.from_host)
    }
}

/// A wire that has been laid: guests write to [`Wire::address`], the host hears from its far end.
pub(crate) struct Wire {
    near: Option<UdpSocket>,
    address: SocketAddr,
    behaviour: watch::Sender<Behaviour>,
    seen: Arc<Mutex<Seen>>,
    inject: Option<mpsc::Sender<Vec<u8>>>,
}

impl Wire {
    /// A silent wire that leads nowhere yet.
    pub(crate) async fn lay() -> Self {
        let near = UdpSocket::bind((GUEST_SIDE, 0)).await.unwrap();
        Self {
            address: near.local_addr().unwrap(),
            near: Some(near),
            behaviour: watch::Sender::new(Behaviour::Silent),
            seen: Arc::default(),
            inject: None,
        }
    }

    /// What the host's invitation names.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads to this host from now on, until dropped.
    pub(crate) async fn lead_to(&mut self, host: SocketAddr) {
        let (inject, injected) = mpsc::channel(16);
        self.inject = Some(inject);
        let runner = Runner {
            near: self.near.take().expect("it leads nowhere yet"),
            far: UdpSocket::bind((host.ip(), 0)).await.unwrap(),
            host,
            guest: None,
            gone: HashSet::new(),
            injected,
            behaviour: self.behaviour.subscribe(),
            seen: self.seen.clone(),
            to_guest: Tunnel::server(),
            to_host: Tunnel::client(),
        };
        tokio::spawn(runner.run());
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.behaviour.send_replace(behaviour);
    }

    /// Writes this to both sides, as if it came from the other one.
    pub(crate) async fn inject(&self, datagram: Vec<u8>) {
        let inject = self.inject.as_ref().expect("it leads somewhere");
        inject.send(datagram).await.unwrap();
    }

    pub(crate) fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }
}

struct Runner {
    near: UdpSocket,
    far: UdpSocket,
    host: SocketAddr,
    /// The newest guest, and those before it, who are heard no more.
    guest: Option<SocketAddr>,
    gone: HashSet<SocketAddr>,
    behaviour: watch::Receiver<Behaviour>,
    injected: mpsc::Receiver<Vec<u8>>,
    seen: Arc<Mutex<Seen>>,
    to_guest: Tunnel,
    to_host: Tunnel,
}

impl Runner {
    async fn run(mut self) {
        let (mut from_guest, mut from_host) = ([0; 2048], [0; 2048]);
        loop {
            tokio::select! {
                Ok((length, guest)) = self.near.recv_from(&mut from_guest) => {
                    if self.welcomes(guest).await {
                        self.take(&from_guest[..length], true).await;
                    }
                }
                Ok((length, _)) = self.far.recv_from(&mut from_host) => {
                    self.take(&from_host[..length], false).await;
                }
                Some(datagram) = self.injected.recv() => {
                    self.pass(&datagram, true).await;
                    self.pass(&datagram, false).await;
                }
                () = tokio::time::sleep(Duration::from_millis(50)) => self.wake(),
                gone = self.behaviour.changed() => if gone.is_err() { return },
            }
            self.send_tunnels().await;
        }
    }

    /// Each guest comes to the host from an address of its own.
    async fn welcomes(&mut self, guest: SocketAddr) -> bool {
        if self.guest == Some(guest) || self.gone.contains(&guest) {
            return self.guest == Some(guest);
        }
        self.gone.extend(self.guest.replace(guest));
        self.far = UdpSocket::bind((self.host.ip(), 0)).await.unwrap();
        true
    }

    async fn take(&mut self, datagram: &[u8], is_from_guest: bool) {
        let behaviour = *self.behaviour.borrow();
        if behaviour != Behaviour::Silent {
            let mut seen = self.seen.lock().unwrap();
            let datagrams = if is_from_guest {
                &mut seen.from_guest
            } else {
                &mut seen.from_host
            };
            datagrams.push(datagram.to_vec());
        }
        let is_stun = matches!(datagram.first(), Some(0..=3));
        match behaviour {
            Behaviour::Silent => {}
            Behaviour::Honest => self.pass(datagram, is_from_guest).await,
            Behaviour::EndsTunnels | Behaviour::DropsTunnels if is_stun => {
                self.pass(datagram, is_from_guest).await
            }
            Behaviour::EndsTunnels => {
                let tunnel = if is_from_guest {
                    // The guest's greeting says that it is time to greet the host.
                    self.to_host.greet();
                    self.to_guest.begin_again(datagram);
                    &mut self.to_guest
                } else {
                    &mut self.to_host
                };
                tunnel.take(datagram, &self.seen);
            }
            Behaviour::ForgesChecks if is_stun && is_from_guest => self.forge(datagram).await,
            Behaviour::DropsTunnels | Behaviour::ForgesChecks => {}
        }
    }

    async fn pass(&mut self, datagram: &[u8], is_from_guest: bool) {
        if is_from_guest {
            let _ = self.far.send_to(datagram, self.host).await;
        } else {
            self.send_to_guest(datagram).await;
        }
    }

    async fn send_to_guest(&mut self, datagram: &[u8]) {
        if let Some(guest) = self.guest {
            let _ = self.near.send_to(datagram, guest).await;
        }
    }

    /// Everything that could make either side believe: answers, a refusal, knocks.
    async fn forge(&mut self, request: &[u8]) {
        let Some(guest) = self.guest else { return };
        for answer in forged::answers(request, guest) {
            self.send_to_guest(&answer).await;
        }
        for knock in forged::knocks(request) {
            let _ = self.far.send_to(&knock, self.host).await;
        }
    }

    fn wake(&mut self) {
        self.to_guest.wake();
        self.to_host.wake();
    }

    async fn send_tunnels(&mut self) {
        while let Some(out) = self.to_guest.dtls.poll_transmit() {
            self.send_to_guest(&out.message).await;
        }
        while let Some(out) = self.to_host.dtls.poll_transmit() {
            let _ = self.far.send_to(&out.message, self.host).await;
        }
    }
}

/// One end of DTLS that accepts any certificate and shows its own.
struct Tunnel {
    dtls: Dtls,
    greeting: Option<Arc<HandshakeConfig>>,
    /// The random value of the greeting that a server answers.
    answers: Option<Vec<u8>>,
}

impl Tunnel {
    fn server() -> Self {
        Self {
            dtls: Dtls::new(
                nowhere().local_addr,
                TransportProtocol::UDP,
                Some(config(false)),
            ),
            greeting: None,
            answers: None,
        }
    }

    fn client() -> Self {
        Self {
            dtls: Dtls::new(nowhere().local_addr, TransportProtocol::UDP, None),
            greeting: Some(config(true)),
            answers: None,
        }
    }

    /// Begins as client, once.
    fn greet(&mut self) {
        if let Some(config) = self.greeting.take() {
            let peer = nowhere().peer_addr;
            self.dtls
                .connect(Instant::now(), peer, config, None)
                .unwrap();
        }
    }

    /// A server that is greeted anew (a first piece of a `ClientHello`) answers that greeting.
    fn begin_again(&mut self, datagram: &[u8]) {
        let is_greeting = datagram.first() == Some(&22) && datagram.get(13) == Some(&1);
        let random = datagram.get(27..59).filter(|_| is_greeting);
        if let Some(random) = random
            && self.answers.as_deref() != Some(random)
        {
            *self = Self {
                answers: Some(random.to_vec()),
                ..Self::server()
            };
        }
    }

    fn take(&mut self, datagram: &[u8], seen: &Mutex<Seen>) {
        let now = Instant::now();
        let read = self
            .dtls
            .read(now, nowhere().peer_addr, None, BytesMut::from(datagram));
        let mut seen = seen.lock().unwrap();
        for event in read.unwrap_or_default() {
            match event {
                EndpointEvent::HandshakeComplete => seen.tunnels += 1,
                EndpointEvent::ApplicationData(packet) => seen.packets.push(packet.to_vec()),
                _ => {}
            }
        }
    }

    fn wake(&mut self) {
        let _ = self
            .dtls
            .handle_timeout(nowhere().peer_addr, Instant::now());
    }
}

/// DTLS sorts by address; there is one peer, so a placeholder serves.
fn nowhere() -> TransportContext {
    TransportContext::default()
}

fn config(client: bool) -> Arc<HandshakeConfig> {
    let provider = rtc::crypto::default_provider().unwrap();
    let pem = Certificate::generate().unwrap().to_pem().unwrap();
    let certificate = RTCCertificate::from_pem(&pem, provider.crypto()).unwrap();
    let config = ConfigBuilder::default()
        .with_crypto_provider(provider)
        .with_certificates(vec![certificate.dtls_certificate])
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        .with_insecure_skip_verify(true)
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .build(client, None);
    Arc::new(config.unwrap())
}
