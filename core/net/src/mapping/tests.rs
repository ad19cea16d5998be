//! Routers that are silent, talk nonsense or lie, on this machine.

use super::*;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LOCAL: SocketAddr = SocketAddr::new(HERE, 4000);

/// Longer than anything may take, with time for a busy machine.
const AT_MOST: Duration = Duration::from_secs(6);

/// Answers each datagram, for the length of a test.
struct Fake {
    at: SocketAddr,
    heard: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Fake {
    fn answering(mut answer: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let fake = Self {
            at: socket.local_addr().unwrap(),
            heard: Arc::default(),
            stop: Arc::default(),
        };
        let (heard, stop) = (fake.heard.clone(), fake.stop.clone());
        thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                heard.fetch_add(1, Ordering::Relaxed);
                for datagram in answer(&buffer[..length]) {
                    let _ = socket.send_to(&datagram, from);
                }
            }
        });
        fake
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn router(control: &Fake, search: Option<&Fake>) -> Router {
    Router {
        control: Some(control.at),
        search: search.iter().map(|fake| fake.at).collect(),
        is_useful: |address| Range::of(address) == Range::Public,
    }
}

async fn refusal(router: Router) -> MappingError {
    let began = Instant::now();
    let refused = PortMapping::ask_router(LOCAL, router).await;
    assert!(began.elapsed() < AT_MOST, "{:?}", began.elapsed());
    refused.unwrap_err()
}

/// A response to a request of PCP, with this result, lifetime and address outside.
fn pcp_response(request: &[u8], result: u8, seconds: u32, external: [u8; 4]) -> Option<Vec<u8>> {
    let mut response = request.to_vec();
    if response.first() != Some(&2) {
        return None;
    }
    response[1] |= 0x80;
    response[3] = result;
    response[4..8].copy_from_slice(&seconds.to_be_bytes());
    response[42..44].copy_from_slice(&5000u16.to_be_bytes());
    response[44..60].copy_from_slice(&Ipv4Addr::from(external).to_ipv6_mapped().octets());
    Some(response)
}

/// A router that grants every mapping by PCP.
fn generous(seconds: u32, external: [u8; 4]) -> Fake {
    Fake::answering(move |request| {
        pcp_response(request, 0, seconds, external)
            .into_iter()
            .collect()
    })
}

#[tokio::test]
async fn a_silent_router_is_given_up_in_time() {
    let silent = Fake::answering(|_| Vec::new());
    let searched = Fake::answering(|_| Vec::new());
    let error = refusal(router(&silent, Some(&searched))).await;
    assert_eq!(error, MappingError::NotOffered);
    assert!(silent.heard.load(Ordering::Relaxed) <= 8);
    assert!(searched.heard.load(Ordering::Relaxed) <= 8);
}

#[tokio::test]
async fn a_router_that_is_not_known_is_told() {
    let nobody = Router {
        control: None,
        search: Vec::new(),
        is_useful: |_| true,
    };
    assert_eq!(refusal(nobody).await, MappingError::NotOffered);
}

#[tokio::test]
async fn a_flood_of_garbage_ends() {
    let babble = || Fake::answering(|_| vec![vec![0xff; 1400]; 1000]);
    let (control, search) = (babble(), babble());
    let error = refusal(router(&control, Some(&search))).await;
    assert_eq!(error, MappingError::Unusable);
}

#[tokio::test]
async fn an_address_that_is_not_public_is_told_apart_and_given_back() {
    for external in [
        [192, 168, 1, 1],
        [100, 64, 0, 9],
        [127, 0, 0, 1],
        [0; 4],
        [203, 0, 113, 5],
    ] {
        let liar = generous(600, external);
        assert_eq!(refusal(router(&liar, None)).await, MappingError::NotPublic);
        // The mapping was asked for, and asked to end; the address was asked for as well.
        assert!(liar.heard.load(Ordering::Relaxed) >= 3);
    }
}

#[tokio::test]
async fn a_mapping_that_ends_at_once_is_none() {
    let liar = generous(0, [8, 8, 4, 4]);
    assert_eq!(refusal(router(&liar, None)).await, MappingError::Unusable);
}

#[tokio::test]
async fn an_endless_lifetime_is_not_believed() {
    let (told, taken) = std::sync::mpsc::channel();
    let generous = Fake::answering(move |request| {
        if let Some(seconds) = request.get(4..8).filter(|_| request[0] == 2) {
            told.send(seconds.to_vec()).unwrap();
        }
        pcp_response(request, 0, u32::MAX, [8, 8, 4, 4])
            .into_iter()
            .collect()
    });
    let asked = PortMapping::ask_router(LOCAL, router(&generous, None)).await;
    let mapping = asked.unwrap();
    assert_eq!(mapping.external(), Some("8.8.4.4:5000".parse().unwrap()));
    mapping.end().await;
    let asked: Vec<Vec<u8>> = taken.try_iter().collect();
    assert_eq!(asked.first().unwrap(), &[0, 0, 4, 0xb0]);
    assert_eq!(asked.last().unwrap(), &[0; 4], "it was not taken away");
    let grant = Grant {
        external: "8.8.4.4:5000".parse().unwrap(),
        lifetime: Duration::from_secs(u32::MAX.into()),
    };
    assert_eq!(useful(grant, |_| true).unwrap().lifetime, LIFETIME);
}

/// Passes time until the keeper had its turn. The router is another thread, which takes real time.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_mapping_is_renewed_at_half_its_lifetime_and_follows_the_router() {
    let renewals = Arc::new(AtomicUsize::new(0));
    let count = renewals.clone();
    let moving = Fake::answering(move |request| {
        let times = match request[0] {
            2 => count.fetch_add(1, Ordering::Relaxed) as u8,
            _ => 0,
        };
        pcp_response(request, 0, 600, [8, 8, 4, times])
            .into_iter()
            .collect()
    });
    let asked = PortMapping::ask_router(LOCAL, router(&moving, None)).await;
    let mut mapping = asked.unwrap();
    let first = mapping.external();
    pass(0).await;
    let before = renewals.load(Ordering::Relaxed);
    pass(290).await;
    assert_eq!(renewals.load(Ordering::Relaxed), before);
    pass(15).await;
    let renewed = tokio::time::timeout(AT_MOST, mapping.external.changed());
    renewed.await.unwrap().unwrap();
    assert!(mapping.external().is_some() && mapping.external() != first);
}

/// A router that speaks UPnP over HTTP, saying whatever it is told to.
async fn upnp_router(
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (Fake, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let requests = heard.clone();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, requests) = (answer.clone(), requests.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 16 * 1024];
                let mut length = 0;
                loop {
                    length += stream.read(&mut request[length..]).await.unwrap();
                    let text = String::from_utf8_lossy(&request[..length]);
                    if text.ends_with("\r\n\r\n") || text.contains("</s:Envelope>") {
                        break;
                    }
                }
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let response = answer(&text);
                requests.lock().unwrap().push(text);
                let _ = stream.write_all(response.as_bytes()).await;
                // Stays open, as some routers leave it.
                tokio::time::sleep(AT_MOST).await;
            });
        }
    });
    let answer = format!("HTTP/1.1 200 OK\r\nLOCATION: http://{at}/desc\r\n\r\n").into_bytes();
    (Fake::answering(move |_| vec![answer.clone()]), heard)
}

fn http(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn description() -> String {
    let kind = description::SERVICES[1];
    http(
        "200 OK",
        &format!("<service><serviceType>{kind}</serviceType><controlURL>/c</controlURL></service>"),
    )
}

fn address(text: &str) -> String {
    http(
        "200 OK",
        &format!("<NewExternalIPAddress>{text}</NewExternalIPAddress>"),
    )
}

fn fault(number: u16) -> String {
    http("500 Error", &format!("<errorCode>{number}</errorCode>"))
}

async fn ask_upnp(search: &Fake) -> Result<PortMapping, MappingError> {
    let silent = Fake::answering(|_| Vec::new());
    PortMapping::ask_router(LOCAL, router(&silent, Some(search))).await
}

#[tokio::test]
async fn a_taken_port_and_a_router_without_lifetimes_are_worked_around() {
    let (search, heard) = upnp_router(|request| {
        let is_same_port = request.contains("<NewExternalPort>4000<");
        let is_endless = request.contains("<NewLeaseDuration>0<");
        match request {
            _ if request.starts_with("GET ") => description(),
            _ if request.contains("GetExternalIPAddress") => address("8.8.4.4"),
            _ if request.contains("AddPortMapping") && is_same_port => fault(718),
            _ if request.contains("AddPortMapping") && !is_endless => fault(725),
            _ => http("200 OK", ""),
        }
    })
    .await;
    let mapping = ask_upnp(&search).await.unwrap();
    let external = mapping.external().unwrap();
    assert_eq!(external.ip().to_string(), "8.8.4.4");
    assert!(external.port() >= 0xc000);
    mapping.end().await;
    let heard = heard.lock().unwrap();
    let last = heard.last().unwrap();
    assert!(last.contains("DeletePortMapping"));
    assert!(last.contains(&format!("<NewExternalPort>{}<", external.port())));
}

#[tokio::test]
async fn what_upnp_says_is_not_believed() {
    type Answer = fn(&str) -> String;
    let cases: [(Answer, MappingError); 5] = [
        (|_| "garbage".repeat(100_000), MappingError::Unusable),
        (|_| http("200 OK", "<service>"), MappingError::Unusable),
        (|_| String::new(), MappingError::Unusable),
        (
            |request| match request.starts_with("GET ") {
                true => description(),
                false => address("10.0.0.7"),
            },
            MappingError::NotPublic,
        ),
        (
            |request| match request.starts_with("GET ") {
                true => description(),
                false => fault(606),
            },
            MappingError::Refused,
        ),
    ];
    for (answer, expected) in cases {
        let began = Instant::now();
        let (search, _) = upnp_router(answer).await;
        assert_eq!(ask_upnp(&search).await.unwrap_err(), expected);
        assert!(began.elapsed() < AT_MOST, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_device() {
    let elsewhere = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let at = elsewhere.local_addr().unwrap();
    let answer = format!("HTTP/1.1 200 OK\r\nLOCATION: http://{at}/desc\r\n\r\n").into_bytes();
    let search = Fake::answering(move |_| vec![answer.clone()]);
    assert_eq!(ask_upnp(&search).await.unwrap_err(), MappingError::Unusable);
    let nobody = tokio::time::timeout(Duration::from_millis(50), elsewhere.accept()).await;
    assert!(nobody.is_err());
}
