//! Two implementations of sections 1 to 3 of the protocol read each other: the core, and the one in
//! `tests/second`, which was written from the document alone and is compiled by `scripts/test protocol`.

use anyhow::{Context, Result, ensure};
use data_encoding::{BASE64_NOPAD as BASE64, HEXLOWER as HEX};
use handfast_native::qr::Symbol;
use handfast_native::seal::{
    About, Answers, Cost, Credential, FileName, Header, Kind, Limits, Lock, MediaType, Questions,
    open_bytes, seal_bytes, text,
};
use handfast_native::token::{
    BrowserIce, Candidate, CandidateAddress, CandidateKind, Candidates, Expiry, Fingerprint,
    IceCredentials, IcePassword, Invitation, InvitationKeys, LinkBase, MdnsName, Name, QrText,
    Question, Reply, SealedReply, Secret, link,
};
use handfast_sim::SplitMix64;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Command;

/// How many of each there are, but for containers, whose keys are slow to make.
const MANY: usize = 100;
const COST: Cost = Cost {
    memory_kib: 19 << 10,
    passes: 1,
    lanes: 1,
};

/// What goes to and fro, as `tests/second/check.ts` reads and writes it.
#[derive(Default, Deserialize, Serialize)]
struct Vectors {
    invitations: Vec<WrittenInvitation>,
    altered: Vec<Altered>,
    replies: Vec<WrittenReply>,
    containers: Vec<Container>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenInvitation {
    token: String,
    is: PlainInvitation,
    invite_id: String,
    host_password: String,
    link: String,
    qr: String,
}

/// Bytes, and whether they are an invitation.
#[derive(Deserialize, Serialize)]
struct Altered {
    token: String,
    reads: bool,
}

#[derive(Deserialize, Serialize)]
struct WrittenReply {
    secret: String,
    token: String,
    is: PlainReply,
    digest: String,
}

#[derive(Deserialize, Serialize)]
struct Container {
    container: String,
    text: String,
    answers: Vec<String>,
    code: Option<String>,
    questions: Vec<String>,
    name: String,
    #[serde(rename = "type")]
    media_type: String,
    content: String,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainInvitation {
    secret: String,
    expiry: u16,
    fingerprint: String,
    candidates: Vec<PlainCandidate>,
    question: Option<String>,
    name: Option<String>,
    browser: Option<PlainIce>,
    can_punch: bool,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct PlainReply {
    fingerprint: String,
    candidates: Vec<PlainCandidate>,
    browser: Option<PlainIce>,
}

/// What a browser chose.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct PlainIce {
    ufrag: String,
    password: String,
}

impl PlainIce {
    fn of(browser: &BrowserIce) -> Self {
        let chosen = browser.credentials();
        Self {
            ufrag: chosen.ufrag,
            password: chosen.password.expose().to_owned(),
        }
    }
}

/// The address in hexadecimal, or a name.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainCandidate {
    address: String,
    port: u16,
    is_reflexive: bool,
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N]> {
    let bytes = HEX.decode(text.as_bytes())?;
    let length = bytes.len();
    bytes
        .try_into()
        .ok()
        .with_context(|| format!("{length} bytes"))
}

fn plain(candidates: &Candidates) -> Vec<PlainCandidate> {
    let each = |candidate: &Candidate| PlainCandidate {
        address: match &candidate.address {
            CandidateAddress::Ip(at) => match at.ip() {
                IpAddr::V4(ip) => HEX.encode(&ip.octets()),
                IpAddr::V6(ip) => HEX.encode(&ip.octets()),
            },
            CandidateAddress::Mdns { name, .. } => name.as_str().to_owned(),
        },
        port: candidate.address.port(),
        is_reflexive: candidate.kind == CandidateKind::ServerReflexive,
    };
    candidates.iter().map(each).collect()
}

impl PlainInvitation {
    fn of(invitation: &Invitation) -> Self {
        Self {
            secret: HEX.encode(invitation.secret.expose()),
            expiry: invitation.expiry.0,
            fingerprint: HEX.encode(&invitation.fingerprint.0),
            candidates: plain(&invitation.candidates),
            question: invitation
                .question
                .as_ref()
                .map(|text| text.as_str().into()),
            name: invitation.name.as_ref().map(|text| text.as_str().into()),
            browser: invitation.browser.as_ref().map(PlainIce::of),
            can_punch: invitation.host_can_punch,
        }
    }
}

impl WrittenInvitation {
    fn of(invitation: &Invitation) -> Self {
        let (token, keys) = (invitation.to_bytes(), invitation.keys());
        Self {
            is: PlainInvitation::of(invitation),
            invite_id: HEX.encode(&keys.invite_id()),
            host_password: keys.host_ice().password.expose().to_owned(),
            link: link(&LinkBase::DEFAULT, &token),
            qr: QrText::new(&LinkBase::DEFAULT, &token).as_str().to_owned(),
            token: HEX.encode(&token),
        }
    }
}

impl Container {
    fn lock(&self) -> Result<Lock> {
        let questions: Result<Vec<Question>, _> = self
            .questions
            .iter()
            .map(|text| Question::new(text))
            .collect();
        Ok(Lock::answers(
            COST,
            self.code.is_some(),
            Questions::new(questions?)?,
        ))
    }

    fn credential(&self) -> Result<Credential> {
        let answers: Vec<&str> = self.answers.iter().map(String::as_str).collect();
        let code = self.code.as_deref().map(bytes).transpose()?;
        Ok(Credential::Answers {
            answers: Answers::new(&answers)?,
            code: code.map(Secret::new),
        })
    }

    fn about(&self) -> Result<About> {
        Ok(About {
            name: Some(FileName::new(&self.name)?),
            media_type: Some(MediaType::new(&self.media_type)?),
        })
    }
}

/// All of them out of one seed.
struct Any(SplitMix64);

impl Any {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.0.bits() as u8)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.0.bits() % count as u64) as usize
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 0
    }

    fn candidates(&mut self) -> Result<Candidates> {
        let mut list = Vec::new();
        for _ in 0..self.below(8) {
            let ip = match self.below(4) {
                0 => [192, 168, self.below(256) as u8, 7].into(),
                1 => [10, 1, 2, self.below(256) as u8].into(),
                2 => IpAddr::from(self.bytes::<4>()),
                _ => IpAddr::from(self.bytes::<16>()),
            };
            // Few ports, so that neighbours share them often.
            let at = SocketAddr::new(ip, [9, 40123, self.0.bits() as u16][self.below(3)]);
            list.push(match self.yes() {
                true => Candidate::host(at),
                false => Candidate::server_reflexive(at),
            });
        }
        if self.yes() {
            let name = [
                "my-phone.local",
                "1b4e28ba-2fa1-11d2-883f-0016d3cca427.local",
            ];
            let name = MdnsName::new(name[self.below(2)])?;
            list.push(Candidate {
                address: CandidateAddress::Mdns { name, port: 6000 },
                kind: CandidateKind::Host,
            });
        }
        Ok(Candidates::new(list).unwrap_or_default())
    }

    fn invitation(&mut self) -> Result<Invitation> {
        let (question, name) = (Question::new("Wer? 🙂")?, Name::new("Zoë")?);
        Ok(Invitation {
            secret: Secret::new(self.bytes()),
            expiry: Expiry(self.0.bits() as u16),
            fingerprint: Fingerprint(self.bytes()),
            candidates: self.candidates()?,
            question: self.yes().then_some(question),
            name: self.yes().then_some(name),
            browser: self.browser(),
            host_can_punch: self.yes(),
        })
    }

    /// What a browser of either kind would choose.
    fn browser(&mut self) -> Option<BrowserIce> {
        let (base64, hex) = (
            BASE64.encode(&self.bytes::<21>()),
            HEX.encode(&self.bytes::<20>()),
        );
        let (ufrag, password) = match self.below(3) {
            0 => base64.split_at(4),
            1 => hex.split_at(8),
            _ => return None,
        };
        BrowserIce::new(&IceCredentials {
            ufrag: ufrag.to_owned(),
            password: IcePassword::new(password)?,
        })
    }

    /// One bit otherwise, or cut.
    fn altered(&mut self, mut token: Vec<u8>) -> Altered {
        let place = self.below(token.len());
        match self.below(4) {
            0 => token.truncate(place),
            _ => token[place] ^= 1 << self.below(8),
        }
        Altered {
            reads: Invitation::parse(&token).is_ok(),
            token: HEX.encode(&token),
        }
    }

    fn reply(&mut self, secret: &Secret<16>) -> Result<WrittenReply> {
        let reply = Reply {
            fingerprint: Fingerprint(self.bytes()),
            candidates: self.candidates()?,
            browser: self.browser(),
        };
        let sealed = reply.seal(&InvitationKeys::derive(secret), self.bytes());
        Ok(WrittenReply {
            secret: HEX.encode(secret.expose()),
            token: HEX.encode(sealed.as_bytes()),
            digest: HEX.encode(&reply.digest()),
            is: PlainReply {
                fingerprint: HEX.encode(&reply.fingerprint.0),
                candidates: plain(&reply.candidates),
                browser: reply.browser.as_ref().map(PlainIce::of),
            },
        })
    }

    /// Its content is noise, which nothing makes shorter.
    fn container(&mut self, length: usize) -> Result<Container> {
        let content: Vec<u8> = (0..length).map(|_| self.0.bits() as u8).collect();
        let mut made = Container {
            container: String::new(),
            text: String::new(),
            answers: vec!["rex".to_owned(), "in the harbour".to_owned()],
            code: self.yes().then(|| HEX.encode(&self.bytes::<16>())),
            questions: vec!["Who?".to_owned(), "Where?".to_owned()],
            name: "notes.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            content: HEX.encode(&content),
        };
        let header = Header {
            kind: Kind::File,
            lock: made.lock()?,
            salt: self.bytes(),
        };
        let (credential, about) = (made.credential()?, made.about()?);
        let sealed = seal_bytes(&header, &credential, &Limits::PHONE, &about, &content)?;
        made.text = text(&sealed);
        made.container = HEX.encode(&sealed);
        Ok(made)
    }

    fn vectors(&mut self) -> Result<Vectors> {
        let mut vectors = Vectors::default();
        for _ in 0..MANY {
            let invitation = self.invitation()?;
            vectors.altered.push(self.altered(invitation.to_bytes()));
            vectors.replies.push(self.reply(&invitation.secret)?);
            vectors.invitations.push(WrittenInvitation::of(&invitation));
        }
        for length in [0, 1, 5_000, 200_000] {
            vectors.containers.push(self.container(length)?);
        }
        Ok(vectors)
    }
}

/// Reads what the other implementation wrote, and writes it again.
fn read(vectors: &Vectors) -> Result<()> {
    ensure!(vectors.invitations.len() >= MANY && vectors.containers.len() >= 4);
    for written in &vectors.invitations {
        let token = HEX.decode(written.token.as_bytes())?;
        let invitation = Invitation::parse(&token).with_context(|| written.token.clone())?;
        assert_eq!(PlainInvitation::of(&invitation), written.is);
        let again = serde_json::to_value(WrittenInvitation::of(&invitation))?;
        assert_eq!(again, serde_json::to_value(written)?);
        Symbol::draw(&written.qr).context("too long for a symbol")?;
    }
    for Altered { token, reads } in &vectors.altered {
        let parsed = Invitation::parse(&HEX.decode(token.as_bytes())?);
        assert_eq!(parsed.is_ok(), *reads, "{token}: {parsed:?}");
    }
    for written in &vectors.replies {
        let sealed = SealedReply::parse(&HEX.decode(written.token.as_bytes())?)?;
        let keys = InvitationKeys::derive(&Secret::new(bytes(&written.secret)?));
        let reply = sealed.open(&keys)?;
        assert_eq!(HEX.encode(&reply.fingerprint.0), written.is.fingerprint);
        assert_eq!(plain(&reply.candidates), written.is.candidates);
        let browser = reply.browser.as_ref().map(PlainIce::of);
        assert_eq!(browser, written.is.browser);
        assert_eq!(HEX.encode(&reply.digest()), written.digest);
    }
    for written in &vectors.containers {
        let container = HEX.decode(written.container.as_bytes())?;
        assert_eq!(Header::parse(&container)?.lock, written.lock()?);
        assert_eq!(text(&container), written.text);
        let opened = open_bytes(&container, &written.credential()?, &Limits::PHONE)?;
        assert_eq!(opened.about, written.about()?);
        assert_eq!(HEX.encode(&opened.content), written.content);
    }
    Ok(())
}

#[test]
fn what_either_of_two_implementations_writes_the_other_reads() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let other = here.join("second/built/check.js");
    if !other.is_file() {
        println!("skipped: scripts/test protocol compiles the second implementation");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let ours = folder.path().join("vectors.json");
    let vectors = Any(SplitMix64(20_261_130)).vectors()?;
    std::fs::write(&ours, serde_json::to_vec(&vectors)?)?;
    let document = here.join("../docs/protocol.md");
    let output = Command::new("node")
        .arg(other)
        .arg(document)
        .arg(&ours)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    read(&serde_json::from_slice(&output.stdout)?)
}
