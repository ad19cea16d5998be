//! A stock WebRTC peer: the `webrtc` crate as it comes, with no code of ours in its way.

use anyhow::{Context, Result};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use handfast_core::invitation::{Fingerprint, IceCredentials};
use rtc::peer_connection::configuration::setting_engine::SctpMaxMessageSize;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use webrtc::data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit};
use webrtc::peer_connection::crypto::{self, HashAlgorithm, SignatureScheme};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCCertificate,
    RTCConfigurationBuilder, RTCIceGatheringState, RTCSessionDescription, SettingEngineBuilder,
};

/// How many bytes may wait in a channel before `send` waits too.
const SEND_LIMIT: usize = 1 << 20;

/// One stock peer with its one pre-negotiated channel.
pub struct Peer {
    connection: Box<dyn PeerConnection>,
    /// The channel, for sending.
    pub channel: Arc<dyn DataChannel>,
    gathered: tokio::sync::watch::Receiver<bool>,
}

struct Handler(tokio::sync::watch::Sender<bool>);

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            let _ = self.0.send(true);
        }
    }
}

/// Who a stock peer is to be, where a test decides it.
pub struct Identity {
    /// Its certificate.
    pub certificate: RTCCertificate,
    /// Its ICE credentials.
    pub credentials: IceCredentials,
}

/// A certificate as the stock stack makes it, and its fingerprint.
///
/// # Errors
/// When it cannot be made.
pub fn certificate() -> Result<(RTCCertificate, Fingerprint)> {
    let provider = crypto::default_provider()?;
    let certificate = RTCCertificate::generate(
        provider.crypto(),
        SignatureScheme::EcdsaP256Sha256,
        Default::default(),
    )?;
    let der = certificate
        .dtls_certificate
        .certificate
        .first()
        .context("a certificate")?;
    let hash = provider.crypto().hash(HashAlgorithm::Sha256, der)?;
    let fingerprint = Fingerprint(hash.as_slice().try_into()?);
    Ok((certificate, fingerprint))
}

impl Peer {
    /// A peer on loopback, with everything by default but what `identity` says.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn new(identity: Option<Identity>) -> Result<Self> {
        Self::build(identity, SettingEngineBuilder::new()).await
    }

    /// A peer that sends messages of any length, if it believes that the other side takes them.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn without_limit(identity: Identity) -> Result<Self> {
        let limit = SctpMaxMessageSize::Unbounded;
        let settings = SettingEngineBuilder::new().with_sctp_max_message_size(limit);
        Self::build(Some(identity), settings).await
    }

    async fn build(identity: Option<Identity>, settings: SettingEngineBuilder) -> Result<Self> {
        let mut settings = settings.with_include_loopback_candidate(true);
        let mut configuration = RTCConfigurationBuilder::default();
        if let Some(identity) = identity {
            settings = settings.with_ice_credentials(
                identity.credentials.ufrag.clone(),
                identity.credentials.password.expose().to_owned(),
            );
            configuration = configuration.with_certificates(vec![identity.certificate]);
        }
        let (gathered_tx, gathered) = tokio::sync::watch::channel(false);
        let connection = PeerConnectionBuilder::new()
            .with_configuration(configuration.build())
            .with_setting_engine(settings.build())
            .with_handler(Arc::new(Handler(gathered_tx)))
            .with_udp_addrs(vec!["127.0.0.1:0"])
            .with_data_channel_send_buffer_limit(SEND_LIMIT)
            .build()
            .await?;
        let init = RTCDataChannelInit {
            negotiated: Some(0),
            ..Default::default()
        };
        let channel = connection.create_data_channel("", Some(init)).await?;
        Ok(Self {
            connection: Box::new(connection),
            channel,
            gathered,
        })
    }

    /// Makes an offer, complete with its candidates.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn offer(&mut self) -> Result<RTCSessionDescription> {
        let offer = self.connection.create_offer(None).await?;
        self.connection.set_local_description(offer).await?;
        self.complete().await
    }

    /// Takes an offer and answers it.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn answer(&mut self, offer: RTCSessionDescription) -> Result<RTCSessionDescription> {
        self.connection.set_remote_description(offer).await?;
        let answer = self.connection.create_answer(None).await?;
        self.connection.set_local_description(answer).await?;
        self.complete().await
    }

    async fn complete(&mut self) -> Result<RTCSessionDescription> {
        tokio::time::timeout(Duration::from_secs(5), self.gathered.wait_for(|done| *done))
            .await??;
        self.connection
            .local_description()
            .await
            .context("a description")
    }

    /// Takes the answer to its offer.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn accept(&self, answer: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_remote_description(answer).await?)
    }

    /// Opens one more channel on the same connection, announced in the way of RFC 8832.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn another_channel(&self) -> Result<Arc<dyn DataChannel>> {
        Ok(self.connection.create_data_channel("more", None).await?)
    }

    /// Waits until messages can flow.
    ///
    /// # Errors
    /// When the channel ends first.
    pub async fn opened(&self) -> Result<()> {
        loop {
            match self.channel.poll().await.context("an open channel")? {
                DataChannelEvent::OnOpen => return Ok(()),
                DataChannelEvent::OnClose => anyhow::bail!("the channel closed"),
                _ => {}
            }
        }
    }

    /// The next message.
    ///
    /// # Errors
    /// When the channel ends.
    pub async fn receive(&self) -> Result<Bytes> {
        loop {
            match self.channel.poll().await.context("an open channel")? {
                DataChannelEvent::OnMessage(message) => return Ok(message.data.into()),
                DataChannelEvent::OnClose => anyhow::bail!("the channel closed"),
                _ => {}
            }
        }
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When the channel has ended.
    pub async fn send(&self, message: &[u8]) -> Result<()> {
        Ok(self.channel.send(BytesMut::from(message)).await?)
    }

    /// Ends the connection.
    ///
    /// # Errors
    /// When the stack refuses.
    pub async fn leave(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

/// Two stock peers, connected.
///
/// # Errors
/// When they do not come together.
pub async fn pair() -> Result<(Peer, Peer)> {
    let (mut one, mut other) = (Peer::new(None).await?, Peer::new(None).await?);
    let offer = one.offer().await?;
    one.accept(other.answer(offer).await?).await?;
    tokio::try_join!(one.opened(), other.opened())?;
    Ok((one, other))
}

/// The answer that a Handfast host would give in SDP (RFC 8866, RFC 8841): written from what an
/// invitation says, and nothing else.
///
/// # Errors
/// When the stack cannot read it.
pub fn answer_of_host(
    credentials: &IceCredentials,
    fingerprint: Fingerprint,
    address: SocketAddr,
) -> Result<RTCSessionDescription> {
    let fingerprint: Vec<String> = fingerprint.0.iter().map(|b| format!("{b:02X}")).collect();
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
         a=setup:passive\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:sha-256 {}\r\n\
         a=sctp-port:5000\r\na=max-message-size:65536\r\n\
         a=candidate:1 1 udp 2130706431 {} {} typ host\r\na=end-of-candidates\r\n",
        credentials.ufrag,
        credentials.password.expose(),
        fingerprint.join(":"),
        address.ip(),
        address.port(),
    );
    Ok(RTCSessionDescription::answer(sdp)?)
}
